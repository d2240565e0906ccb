import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJson } from '../../cli/schemas/create-json.ts'
import { errorJson } from '../../cli/schemas/error-json.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter, type PlatterRun } from './run-platter.ts'

const mib = 2 ** 20

let folder: TempFolder
let folders = 0

beforeAll(async () => {
  folder = await tempFolder('cli-create')
})
afterAll(() => folder[Symbol.asyncDispose]())

/** An empty folder to stand in. */
async function emptyFolder(): Promise<string> {
  const path = folder.file(`${folders++}`)
  await mkdir(path)
  return path
}

interface QemuInfo {
  readonly 'virtual-size': number
  readonly 'cluster-size'?: number
  readonly 'backing-filename'?: string
  readonly 'backing-filename-format'?: string
  readonly 'format-specific'?: { readonly data: Readonly<Record<string, unknown>> }
}
const infoOf = (image: string): Promise<QemuInfo> => qemuImgJson<QemuInfo>('info', image)

describe('create', () => {
  it.each([
    ['create a.qcow2 10M'],
    ['create --size 10M a.qcow2'],
    ['create --size=10MiB a.qcow2'],
    ['create a.qcow2 10240K --strict-refcounts'],
    ['create a.qcow2 0xa00000 --lazy-refcounts'],
  ])('makes the file that was named, clean and of that size: %s', async (line) => {
    const cwd = await emptyFolder()
    const { exitCode, stdout, stderr } = await platter(line.split(' '), { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('a.qcow2: qcow2 image made')
    expect(stdout).not.toMatch(/undefined|NaN/)
    expect(readdirSync(cwd)).toEqual(['a.qcow2'])
    expect((await infoOf(`${cwd}/a.qcow2`))['virtual-size']).toBe(10 * mib)
    expect((await qemuCheck(`${cwd}/a.qcow2`)).exitCode).toBe(0)
  })

  it('makes byte for byte what qemu-img makes with the same words after -o', async () => {
    const cwd = await emptyFolder()
    const options = 'cluster_size=4k,refcount_bits=32,extended_l2=off,compression_type=zstd'
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, `${cwd}/theirs.qcow2`, '64M')
    const { exitCode } = await platter(['create', '-o', options, 'ours.qcow2', '64M'], { cwd })
    expect(exitCode).toBe(0)
    const ours = readFileSync(`${cwd}/ours.qcow2`)
    expect(ours.equals(readFileSync(`${cwd}/theirs.qcow2`))).toBe(true)
  })

  it('takes every option of its own', async () => {
    const cwd = await emptyFolder()
    const line =
      'create a.qcow2 --size 1.5G --compat 1.1 --cluster-size 128K --refcount-bits 8 --lazy-refcounts ' +
      '--extended-l2 --compression-type zstd --preallocation metadata --data-file a.data --data-file-raw'
    const { exitCode, stdout } = await platter(line.split(' '), { cwd })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Preallocation +metadata/)
    const info = await qemuImgJson<QemuInfo>('info', `${cwd}/a.qcow2`)
    expect(info).toMatchObject({
      'virtual-size': 1.5 * 2 ** 30,
      'cluster-size': 131_072,
      'format-specific': {
        data: {
          compat: '1.1',
          'refcount-bits': 8,
          'lazy-refcounts': true,
          'extended-l2': true,
          'compression-type': 'zstd',
          'data-file': 'a.data',
          'data-file-raw': true,
        },
      },
    })
  })

  it('stores the format of a backing file, which it finds out where the file says it', async () => {
    const cwd = await emptyFolder()
    await createQcow2(`${cwd}/base.qcow2`, '32M')
    const made = await platter(['create', 'top.qcow2', '--backing', 'base.qcow2'], { cwd })
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await infoOf(`${cwd}/top.qcow2`)).toMatchObject({
      'virtual-size': 32 * mib,
      'backing-filename': 'base.qcow2',
      'backing-filename-format': 'qcow2',
    })
  })

  it('never guesses that a backing file is raw', async () => {
    const cwd = await emptyFolder()
    writeFileSync(`${cwd}/base.raw`, Buffer.alloc(mib))
    const words = ['create', 'top.qcow2', '--backing', 'base.raw']
    const { exitCode, stderr } = await platter(words, { cwd })
    expect(exitCode).toBe(64)
    expect(stderr).toContain('--backing-format is needed')
    expect(readdirSync(cwd)).toEqual(['base.raw'])
    expect((await platter([...words, '--backing-format', 'raw'], { cwd })).exitCode).toBe(0)
  })

  it.each([
    ['is not there', 'none.qcow2', 'none.qcow2'],
    ['is no path', 'nbd://host/disk', 'nbd://host/disk'],
  ])('says which backing file %s, and makes nothing', async (_, name, said) => {
    const cwd = await emptyFolder()
    const words = ['create', 'top.qcow2', '1G', '--backing', name]
    const { exitCode, stdout, stderr } = await platter(words, { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(said)
    expect(stderr).toContain('Nothing was changed.')
    expect(readdirSync(cwd)).toEqual([])
  })

  it('makes raw images', async () => {
    const cwd = await emptyFolder()
    const { exitCode } = await platter(['create', '--format', 'raw', 'a.raw', '3M'], { cwd })
    expect(exitCode).toBe(0)
    expect(statSync(`${cwd}/a.raw`).size).toBe(3 * mib)
  })

  it('plans with --dry-run and makes nothing', async () => {
    const cwd = await emptyFolder()
    const words = ['create', '--dry-run', '--json', 'a.qcow2', '1G']
    const { exitCode, stdout } = await platter(words, { cwd })
    expect(exitCode).toBe(0)
    const planned = createJson.parse(JSON.parse(stdout))
    expect(planned).toMatchObject({ version: 1, filename: 'a.qcow2', plan: { format: 'qcow2' } })
    expect(planned.result).toBeUndefined()
    expect(readdirSync(cwd)).toEqual([])
    const made = createJson.parse(
      JSON.parse((await platter(['create', '--json', 'a.qcow2', '1G'], { cwd })).stdout),
    )
    expect(made.plan).toEqual(planned.plan)
    expect(statSync(`${cwd}/a.qcow2`).size).toBe(planned.plan.fileLength)
    expect(made.result?.allocatedBytes).toBeGreaterThan(0)
  })

  it.each([
    ['a size is missing', 'create a.qcow2'],
    ['two sizes differ', 'create a.qcow2 1G --size 2G'],
    ['a size cannot be read', 'create a.qcow2 1Gig'],
    ['a size is negative', 'create a.qcow2 -1G'],
    ['an option does not exist', 'create a.qcow2 1G --clustersize 4k'],
    ['the output would be a pipe', 'create - 1G'],
  ])('is refused when %s, before any file is touched', async (_, line) => {
    const cwd = await emptyFolder()
    writeFileSync(`${cwd}/a.qcow2`, 'as it was')
    const { exitCode, stdout, stderr } = await platter(line.split(' '), { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toMatch(/^platter: /)
    expect(readFileSync(`${cwd}/a.qcow2`, 'utf8')).toBe('as it was')
  })

  it('never overwrites, and with --overwrite replaces what nobody has open', async () => {
    const cwd = await emptyFolder()
    const image = `${cwd}/a.qcow2`
    writeFileSync(image, 'as it was')
    const refused = await platter(['create', 'a.qcow2', '1M', '--json'], { cwd })
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    const { error } = JSON.parse(refused.stderr) as { readonly error: unknown }
    expect(errorJson.parse(error)).toMatchObject({ reason: 'file-exists' })
    expect(readFileSync(image, 'utf8')).toBe('as it was')
    {
      await using _writer = await nodeHost.openForWriting(image)
      const held = await platter(['create', '--overwrite', 'a.qcow2', '1M'], { cwd })
      expect(held.exitCode).toBe(75)
      expect(held.stderr).toContain('is in use')
    }
    expect(readFileSync(image, 'utf8')).toBe('as it was')
    expect((await platter(['create', '--overwrite', 'a.qcow2', '1M'], { cwd })).exitCode).toBe(0)
    expect((await qemuCheck(image)).exitCode).toBe(0)
    expect(readdirSync(cwd)).toEqual(['a.qcow2'])
  })

  it('stopped by Ctrl-C leaves no file and says so', async () => {
    const cwd = await emptyFolder()
    const { exitCode, stderr } = await stopped(cwd, 'create', 'a.qcow2', '4G')
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(/Cancelled[\s\S]*Nothing was changed\./)
    expect(readdirSync(cwd)).toEqual([])
  })

  it('stopped by Ctrl-C leaves the file that it was to replace', async () => {
    const cwd = await emptyFolder()
    writeFileSync(`${cwd}/a.qcow2`, 'as it was')
    const { exitCode } = await stopped(cwd, 'create', '--overwrite', 'a.qcow2', '4G')
    expect(exitCode).toBe(130)
    expect(readdirSync(cwd)).toEqual(['a.qcow2'])
    expect(readFileSync(`${cwd}/a.qcow2`, 'utf8')).toBe('as it was')
  })
})

/** The first line of progress proves that the work has begun. */
const stopped = (cwd: string, ...words: string[]): Promise<PlatterRun> =>
  platter([...words, '--preallocation', 'full', '--progress-fd', '3'], {
    cwd,
    extraStdio: ['pipe'],
    onStart: (child) => child.stdio[3]?.once('data', () => child.kill('SIGINT')),
  })
