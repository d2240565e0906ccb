import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shaCheckJson, shaJson } from '../../cli/schemas/sha-json.ts'
import { qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const digestOf = async (name: string, algorithm: string): Promise<string> =>
  createHash(algorithm)
    .update(await readFile(file(name)))
    .digest('hex')

beforeAll(async () => {
  folder = await tempFolder('cli-sha')
  await qemuImg('create', '-q', '-f', 'qcow2', file('disk.qcow2'), '4M')
  await qemuIo(file('disk.qcow2'), 'write -P 7 1M 128k')
  await qemuImg('convert', '-O', 'raw', file('disk.qcow2'), file('disk.raw'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('sha', () => {
  it.each(['sha256', 'sha1', 'sha512'])(
    '%s of content is that of the raw disk',
    async (algorithm) => {
      const digest = await digestOf('disk.raw', algorithm)
      const { stdout } = await platter(
        ['sha', '--algorithm', algorithm, 'disk.qcow2', 'disk.raw'],
        { cwd: folder.path },
      )
      expect(stdout).toBe(`${digest}  disk.qcow2\n${digest}  disk.raw\n`)
    },
  )

  it('of the file is what sha256sum prints', async () => {
    const { stdout } = await platter(['sha', '--file', 'disk.qcow2'], { cwd: folder.path })
    expect(stdout).toBe(`${await digestOf('disk.qcow2', 'sha256')}  disk.qcow2\n`)
  })

  it('--json says what was hashed and how', async () => {
    const { stdout } = await platter(['sha', '--json', file('disk.qcow2')])
    expect(shaJson.parse(JSON.parse(stdout))).toEqual({
      version: 1,
      filename: file('disk.qcow2'),
      algorithm: 'sha256',
      target: 'content',
      digest: await digestOf('disk.raw', 'sha256'),
      length: 4 * 1024 * 1024,
      live: false,
    })
  })
})

it('sha of a file with an odd length is that of its whole sectors, as QEMU reads it', async () => {
  await writeFile(file('odd.raw'), Buffer.alloc(70_001, 'odd'))
  await qemuImg('convert', '-f', 'raw', '-O', 'raw', file('odd.raw'), file('even.raw'))
  const { stdout } = await platter(['sha', 'odd.raw', 'even.raw'], { cwd: folder.path })
  const digest = await digestOf('even.raw', 'sha256')
  expect(stdout).toBe(`${digest}  odd.raw\n${digest}  even.raw\n`)
})

it('sha goes on after an image that is not there, and counts it', async () => {
  const run = await platter(['sha', 'gone.qcow2', 'disk.raw'], { cwd: folder.path })
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toBe(`${await digestOf('disk.raw', 'sha256')}  disk.raw\n`)
  expect(run.stderr).toMatch(/PLT-1100[^]*platter: 2 images: 1 not done, 1 done\n$/)
})

describe('sha --check', () => {
  it('finds its own lines true, and one that is not', async () => {
    const { stdout } = await platter(['sha', 'disk.qcow2', 'disk.raw'], { cwd: folder.path })
    await writeFile(file('SUMS'), `${stdout}${'0'.repeat(64)}  disk.raw\n`)
    const run = await platter(['sha', '--check', 'SUMS'], { cwd: folder.path })
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toBe('disk.qcow2: OK\ndisk.raw: OK\ndisk.raw: FAILED\n')
    expect(run.stderr).toBe('platter: 1 checksum does not match.\n')
  })

  it('reads the list from a pipe, too', async () => {
    const list = (await platter(['sha', 'disk.qcow2'], { cwd: folder.path })).stdout
    const run = await platter(['sha', '--check', '-'], {
      cwd: folder.path,
      stdin: 'pipe',
      onStart: ({ stdin }) => stdin?.end(list),
    })
    expect(run).toEqual({ exitCode: 0, stdout: 'disk.qcow2: OK\n', stderr: '' })
  })

  it('tells the algorithm by the digest and says only what differs with --quiet', async () => {
    await writeFile(file('SUMS1'), `${await digestOf('disk.raw', 'sha1')} *disk.qcow2\n`)
    const run = await platter(['sha', '--check', '--quiet', 'SUMS1'], { cwd: folder.path })
    expect(run).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('answers 1 for an image that is gone, and goes on', async () => {
    const digest = await digestOf('disk.raw', 'sha256')
    await writeFile(file('SUMS2'), `${digest}  gone.raw\n${digest}  disk.raw\nnonsense\n`)
    const run = await platter(['sha', '--check', 'SUMS2'], { cwd: folder.path })
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toBe('disk.raw: OK\n')
    expect(run.stderr).toContain('gone.raw is not there (PLT-1100)')
    expect(run.stderr).toContain('1 line is no checksum and did not count.')
  })

  it('--json says what was expected and what was found', async () => {
    const digest = await digestOf('disk.raw', 'sha512')
    await writeFile(file('SUMS5'), `${digest}  disk.qcow2\n${'1'.repeat(128)}  disk.raw\n`)
    const run = await platter(['sha', '--check', '--json', 'SUMS5'], { cwd: folder.path })
    expect(run.exitCode).toBe(1)
    expect(shaCheckJson.array().parse(JSON.parse(run.stdout))).toEqual([
      { version: 1, filename: 'disk.qcow2', matches: true, expected: digest, found: digest },
      {
        version: 1,
        filename: 'disk.raw',
        matches: false,
        expected: '1'.repeat(128),
        found: digest,
      },
    ])
  })

  it('refuses a file without sums', async () => {
    const run = await platter(['sha', '--check', file('disk.qcow2')])
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('holds no checksums (PLT-1121)')
    await rm(file('SUMS'), { force: true })
    expect((await platter(['sha', '--check', file('SUMS')])).stderr).toContain('PLT-1100')
  })
})
