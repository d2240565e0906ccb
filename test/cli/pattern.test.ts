import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patternMadeJson, patternVerdictJson } from '../../cli/schemas/pattern-json.ts'
import { createQcow2, qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const MiB = 1024 * 1024

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })

beforeAll(async () => {
  folder = await tempFolder('cli-pattern')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('pattern makes the image that was named, and finds it again after', () => {
  it.each([
    ['as it is', ['--pattern', '1'], async () => undefined],
    [
      'another program packed it into smaller clusters',
      ['--pattern', '2'],
      async (name: string): Promise<undefined> => {
        const options = 'cluster_size=4k,compression_type=zstd'
        await qemuImg('convert', '-c', '-O', 'qcow2', '-o', options, file(name), file('packed'))
        await qemuImg('convert', '-O', 'qcow2', file('packed'), file(name))
      },
    ],
    [
      'it was compacted',
      ['--pattern', '2', '--cluster-bits', '12'],
      (name: string) => run('compact', '--no-history', name),
    ],
    [
      'its zeroes were discarded',
      ['--pattern', 'random', '--seed', '99', '--fill', '30', '--compress', 'zlib'],
      (name: string) => run('discard', '--no-history', name),
    ],
  ] as const)('%s', async (label, words, change) => {
    const name = `${label}.qcow2`
    const made = await run('pattern', name, ...words, '--size', '8MiB')
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    expect(made.stdout).toContain(`${name}: qcow2 image with a pattern made\n`)
    expect((await change(name))?.exitCode ?? 0).toBe(0)
    expect((await qemuCheck(file(name))).exitCode).toBe(0)
    const asked = words.filter((word) => word !== '--compress' && word !== 'zlib')
    expect(await run('pattern', '--verify', ...asked, name)).toEqual({
      exitCode: 0,
      stdout: `${name}: OK\n`,
      stderr: '',
    })
  })

  it('as JSON, in raw', async () => {
    const words = ['--pattern', 'random', '--seed', '3', '--json'] as const
    const made = await run('pattern', 'disk.raw', '--format', 'raw', '--size', '1000000', ...words)
    expect(patternMadeJson.parse(JSON.parse(made.stdout))).toMatchObject({
      filename: 'disk.raw',
      pattern: { name: 'random', clusterSize: 65_536, seed: 3, fill: 50 },
      format: 'raw',
      virtualSize: 1_000_448,
      fileLength: 1_000_448,
    })
    const verified = await run('pattern', 'disk.raw', '--verify', ...words)
    expect(patternVerdictJson.parse(JSON.parse(verified.stdout))).toMatchObject({ matches: true })
  })
})

describe('pattern --verify', () => {
  it('answers 1 with the first byte that is not as it was made', async () => {
    await run('pattern', 'hurt.qcow2', '--pattern', '2', '--size', '1M')
    await qemuIo(file('hurt.qcow2'), 'write -P 0xee 196610 1')
    const words = ['pattern', '--verify', '--pattern', '2', 'hurt.qcow2'] as const
    expect(await run(...words)).toEqual({
      exitCode: 1,
      stdout:
        'hurt.qcow2: FAILED at offset 196,610 (0x30002, sector 384): expected 0000000001800000, found ee00000001800000\n',
      stderr: '',
    })
    const json = patternVerdictJson.parse(JSON.parse((await run(...words, '--json')).stdout))
    expect(json).toMatchObject({
      matches: false,
      difference: { offset: 196_610, expected: '0000000001800000', found: 'ee00000001800000' },
    })
  })

  it('goes on after one that is not there, and counts those that differ', async () => {
    await run('pattern', 'one.qcow2', '--size', '1M')
    await createQcow2(file('other.qcow2'), '1M')
    await qemuIo(file('other.qcow2'), 'write -P 5 0 1k')
    const { exitCode, stdout, stderr } = await run(
      'pattern',
      '--verify',
      'gone',
      'other.qcow2',
      'one.qcow2',
    )
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^other\.qcow2: FAILED at offset 0 .*\none\.qcow2: OK\n$/)
    expect(stderr).toMatch(
      /gone is not there \(PLT-1100\)[^]*1 image does not hold the pattern\.\n$/,
    )
  })
})

describe('pattern refuses, and no file is made or changed', () => {
  it.each([
    [['new.qcow2'], 64, 'A size is missing'],
    [['new.qcow2', '--size', '0'], 64, 'A disk of 0 bytes'],
    [['new.qcow2', '--size=-1M'], 64, 'not a size'],
    [['kept.qcow2', '--size', '1M', '--pattern', '3'], 64, '--pattern'],
    [['new.qcow2', '--size', '1M', '--seed', '5'], 64, '--seed needs --pattern random'],
    [['new.qcow2', '--size', '1M', '--fill', '5'], 64, '--fill needs --pattern random'],
    [['new.qcow2', '--size', '1M', '--compress', 'zlib'], 64, '--compress needs --pattern random'],
    [['a.qcow2', 'b.qcow2', '--size', '1M'], 64, 'makes one image'],
    [['kept.qcow2', '--verify', '--overwrite'], 64, '--verify makes nothing'],
    [['new.qcow2', '--size', '1M', '--cluster-bits', '8'], 64, 'from 9 to 21'],
    [['new.qcow2', '--size', '4P', '--cluster-bits', '9'], 1, 'PLT-'],
    [['kept.qcow2', '--size', '1M'], 1, 'kept.qcow2 is there already (PLT-1600)'],
    [['no/new.qcow2', '--size', '1M'], 1, 'PLT-1114'],
  ] as const)('%j', async (words, code, said) => {
    await writeFile(file('kept.qcow2'), 'mine')
    const before = await readdir(folder.path)
    const { exitCode, stdout, stderr } = await run('pattern', ...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(said)
    expect(await readFile(file('kept.qcow2'), 'utf8')).toBe('mine')
    expect(await readdir(folder.path)).toEqual(before)
  })
})

it('pattern that is interrupted leaves no file, and says so', async () => {
  const words = ['pattern', 'stopped.qcow2', '--pattern', '2', '--size', '4G', '--progress-fd', '3']
  const { exitCode, stderr } = await platter(words, {
    cwd: folder.path,
    extraStdio: ['pipe'],
    onStart: (child) => child.stdio[3]?.once('data', () => child.kill('SIGINT')),
  })
  expect(exitCode).toBe(130)
  expect(stderr).toMatch(/^platter: Cancelled/)
  expect(await readdir(folder.path)).not.toContain('stopped.qcow2')
  expect((await readdir(folder.path)).filter((name) => name.startsWith('.stopped'))).toEqual([])
})

it('pattern 2 is the worst case for compaction: half of its file is holes', async () => {
  await run('pattern', 'worst.qcow2', '--pattern', '2', '--size', '16M')
  const { size } = await stat(file('worst.qcow2'))
  const { result } = await qemuCheck(file('worst.qcow2'))
  expect(size).toBeGreaterThan(16 * MiB)
  expect(result).toMatchObject({ 'allocated-clusters': 128, 'fragmented-clusters': 127 })
})
