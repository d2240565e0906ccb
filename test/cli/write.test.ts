import { chmod, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeJson } from '../../cli/schemas/write-json.ts'
import { createQcow2, qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { someOf } from '../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'
import { shell } from './shell.ts'

const MiB = 1024 * 1024

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })
const bytesOf = async (image: string): Promise<Buffer> => {
  await qemuImg('convert', '-O', 'raw', file(image), file('bytes.raw'))
  return readFile(file('bytes.raw'))
}

beforeAll(async () => {
  folder = await tempFolder('cli-write')
  await writeFile(file('odd.bin'), Buffer.alloc(100_001, 'data'))
})
afterAll(() => folder[Symbol.asyncDispose]())

// A disk with data, a cluster of zeroes by its flag, one that is packed and one that nothing is stored for.
beforeEach(async () => {
  await createQcow2(file('plain.qcow2'), '2M')
  await qemuIo(file('plain.qcow2'), 'write -P 0x61 0 192k', 'write -z 64k 64k')
  await qemuIo(file('plain.qcow2'), 'write -c -P 0x62 192k 64k')
})

describe('write changes exactly the bytes that were asked for', () => {
  it.each(
    someOf(
      [
        ['text in a sector', '--sector 8 --text Grüße', 4096, Buffer.from('Grüße')],
        ['no text', '--text ""', 0, Buffer.alloc(0)],
        ['the last byte', '--offset 2097151 --text x', 2 * MiB - 1, Buffer.from('x')],
        ['zeroes by a flag', '--offset 100000 --text zero', 100_000, Buffer.from('zero')],
        ['packed data', '--offset 200000 --text packed', 200_000, Buffer.from('packed')],
        ['over the end of a cluster', '--offset 65534 --text edge', 65_534, Buffer.from('edge')],
        [
          'one byte over and over',
          '--sector 1 --pattern 0xab --length 600',
          512,
          Buffer.alloc(307_200, 0xab),
        ],
        ['zeroes', '--offset 1000 --zero --bytes 250000', 1000, Buffer.alloc(250_000)],
        ['a file', '--offset 300000 --from odd.bin', 300_000, Buffer.alloc(100_001, 'data')],
        ['the start of a file', '--from odd.bin --bytes 7', 0, Buffer.from('datadat')],
        ['standard input', '--offset 7 --from - < odd.bin', 7, Buffer.alloc(100_001, 'data')],
        ['a part of endless input', '--from - --length 2 < /dev/zero', 0, Buffer.alloc(1024)],
        ['a pipe with a name', '--offset 9 --from <(echo -n piped)', 9, Buffer.from('piped')],
      ],
      { oneIn: 2 },
    ),
  )('%s', async (_, words, at, bytes) => {
    const expected = await bytesOf('plain.qcow2')
    bytes.copy(expected, at)
    const { exitCode, stdout, stderr } = await shell(
      `platter write plain.qcow2 --no-history ${words}`,
      folder.path,
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(
      /^plain\.qcow2: [\d,]+ bytes? written at offset [\d,]+ \(0x[0-9a-f]+\)\n$/,
    )
    expect((await bytesOf('plain.qcow2')).equals(expected)).toBe(true)
    expect((await qemuCheck(file('plain.qcow2'))).exitCode).toBe(0)
  })

  it('in a raw image, whose length stays', async () => {
    await writeFile(file('disk.raw'), '')
    await truncate(file('disk.raw'), MiB)
    expect((await run('write', 'disk.raw', '--offset', '700', '--text', 'raw')).exitCode).toBe(0)
    const expected = Buffer.alloc(MiB)
    expected.write('raw', 700)
    expect((await readFile(file('disk.raw'))).equals(expected)).toBe(true)
  })

  it('in an overlay alone, over what its backing file has', async () => {
    await createQcow2(
      file('over.qcow2'),
      '2M',
      'cluster_size=4k',
      '-b',
      'plain.qcow2',
      '-F',
      'qcow2',
    )
    const before = await readFile(file('plain.qcow2'))
    const expected = await bytesOf('plain.qcow2')
    expected.write('above', 5000)
    expect((await run('write', 'over.qcow2', '--offset', '5000', '--text', 'above')).exitCode).toBe(
      0,
    )
    expect((await bytesOf('over.qcow2')).equals(expected)).toBe(true)
    expect((await readFile(file('plain.qcow2'))).equals(before)).toBe(true)
  })
})

describe('write refuses, and no byte of the image changes', () => {
  it.each(
    someOf(
      [
        [
          'text over the end',
          '--offset 2097150 --text abc',
          1,
          'ends at byte 2097153; the disk ends at byte 2097152',
        ],
        [
          'a file over the end',
          '--offset 2000000 --from odd.bin',
          1,
          'ends at byte 2100001; the disk ends',
        ],
        [
          'input over the end',
          '--offset 2000000 --from - < odd.bin',
          1,
          'ends at byte 2100001; the disk ends',
        ],
        [
          'zeroes over the end',
          '--zero --bytes 3M',
          1,
          'ends at byte 3145728; the disk ends at byte 2097152',
        ],
        ['a sector far away', '--sector 999999999 --text x', 1, 'the disk ends at byte 2097152'],
        ['endless input', '--from - < /dev/zero', 1, 'PLT-1663'],
        [
          'a file that is too short',
          '--from odd.bin --bytes 1M',
          1,
          '1048576 bytes were to come, and 100001 bytes did',
        ],
        ['a file that is not there', '--from no.bin', 1, 'no.bin could not be read (PLT-1664)'],
        ['a folder for a file', '--from .', 1, 'PLT-1102'],
        ['its own bytes', '--offset 1 --from plain.qcow2 --bytes 5', 1, 'PLT-1608'],
        [
          'input that is empty',
          '--from - --bytes 10 < /dev/null',
          1,
          'Standard input ended too early',
        ],
        ['nothing to write', '', 64, 'None was given'],
        ['two things to write', '--text a --zero --bytes 1', 64, '--text and --zero were given'],
        ['zeroes without a length', '--zero', 64, '--zero needs a length'],
        ['what is no byte', '--pattern 256 --bytes 1', 64, '--pattern 256: expected a byte'],
        ['two lengths', '--zero --bytes 1 --length 1', 64, '--length and --bytes'],
        ['text with a length', '--text abc --bytes 2', 64, '--text says by itself'],
      ],
      { oneIn: 2, from: 1 },
    ),
  )('%s', async (_, words, code, said) => {
    const before = await readFile(file('plain.qcow2'))
    const { exitCode, stdout, stderr } = await shell(
      `platter write plain.qcow2 --no-history ${words}`,
      folder.path,
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(said)
    expect(stderr).toMatch(code === 1 ? /Nothing was changed\./ : /platter/)
    expect((await readFile(file('plain.qcow2'))).equals(before)).toBe(true)
  })

  it('input that ends too early, and says what was written', async () => {
    const { exitCode, stderr } = await shell(
      'platter write plain.qcow2 --no-history --from - --bytes 200000 < odd.bin',
      folder.path,
    )
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      'ended or failed after 100001 bytes of 200000 bytes; these were written.',
    )
    expect(stderr).not.toContain('Nothing was changed')
    expect(
      (await bytesOf('plain.qcow2')).subarray(0, 100_001).equals(await readFile(file('odd.bin'))),
    ).toBe(true)
  })

  it('an image that is marked as corrupt, or read-only', async () => {
    // incompatible_features, bit 1.
    const bytes = await readFile(file('plain.qcow2'))
    await writeFile(file('corrupt.qcow2'), bytes.fill(2, 79, 80))
    const corrupt = await run('write', 'corrupt.qcow2', '--text', 'x')
    expect(corrupt).toMatchObject({ exitCode: 1, stdout: '' })
    expect(corrupt.stderr).toContain('marked as corrupt (PLT-1501)')
    await chmod(file('plain.qcow2'), 0o444)
    const { exitCode, stderr } = await shell('platter write plain.qcow2 --text x', folder.path)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('may not be changed (PLT-1112)')
    await rm(file('plain.qcow2'))
  })
})

describe('write --dry-run', () => {
  it('counts the bytes that would change, and changes none', async () => {
    const before = await stat(file('plain.qcow2'))
    const dry = [
      'write',
      'plain.qcow2',
      '--offset',
      '65530',
      '--text',
      'aaaaaaaaXX',
      '--dry-run',
    ] as const
    const { stdout } = await run(...dry)
    expect(stdout).toBe(
      'plain.qcow2: 10 bytes at offset 65,530 (0xfffa) would be written, which changes 4 bytes. Nothing was changed.\n',
    )
    const json = writeJson.parse(JSON.parse((await run(...dry, '--json')).stdout))
    expect(json).toEqual({
      version: 1,
      filename: 'plain.qcow2',
      virtualSize: 2 * MiB,
      offset: 65_530,
      length: 10,
      written: false,
      changes: 4,
    })
    const after = await stat(file('plain.qcow2'))
    expect([after.mtimeMs, after.size]).toEqual([before.mtimeMs, before.size])
  })

  it('refuses what writing would refuse', async () => {
    const past = await run('write', 'plain.qcow2', '--sector', '4096', '--text', 'x', '--dry-run')
    expect(past).toMatchObject({ exitCode: 1, stdout: '' })
    expect(past.stderr).toContain('PLT-1003')
  })
})

it('write --zero gives whole clusters back to the image', async () => {
  const allocated = async () =>
    (await qemuCheck(file('plain.qcow2'))).result?.['allocated-clusters']
  expect(await allocated()).toBe(4)
  await run('write', 'plain.qcow2', '--zero', '--offset', '1000', '--bytes', '261144')
  expect(await allocated()).toBe(1)
})

it('write --json says what was written', async () => {
  const { stdout } = await run('write', 'plain.qcow2', '--zero', '--length', '4', '--json')
  expect(writeJson.parse(JSON.parse(stdout))).toMatchObject({
    written: true,
    offset: 0,
    length: 2048,
  })
})

it('write that is interrupted leaves a valid image, and says how much was written', async () => {
  await createQcow2(file('long.qcow2'), '2G')
  const words = ['write', 'long.qcow2', '--pattern', '1', '--bytes', '2G', '--progress-fd', '3']
  const { exitCode, stderr } = await platter(words, {
    cwd: folder.path,
    extraStdio: ['pipe'],
    onStart: (child) => child.stdio[3]?.once('data', () => child.kill('SIGTERM')),
  })
  expect(exitCode).toBe(143)
  const said =
    /stopped after the first (?<count>\d+) bytes of 2147483648 bytes\.\n {2}What was written stays/
  const count = Number(said.exec(stderr)?.groups?.['count'])
  expect(count).toBeGreaterThan(0)
  expect(stderr).not.toContain('Nothing was changed')
  expect((await qemuCheck(file('long.qcow2'))).exitCode).toBe(0)
  await qemuIo(file('long.qcow2'), `read -P 1 0 ${count}`)
  await rm(file('long.qcow2'))
})
