import { existsSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuSession } from '../helpers/qemu-session.ts'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { entry, platter } from './run-platter.ts'
import { shell } from './shell.ts'

let folder: TempFolder
let disk: Buffer
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })

beforeAll(async () => {
  folder = await tempFolder('cli-read')
  await createQcow2(file('base.qcow2'), '1M')
  await qemuIo(file('base.qcow2'), 'write -P 0x41 0 200k', 'write -P 0xff 300k 1k')
  await createQcow2(file('disk.qcow2'), '2M', 'cluster_size=64k', '-b', 'base.qcow2', '-F', 'qcow2')
  await qemuIo(file('disk.qcow2'), 'write -P 0x42 64k 64k', 'write -P 0x43 2096640 512')
  await qemuImg('convert', '-O', 'raw', file('disk.qcow2'), file('disk.raw'))
  disk = await readFile(file('disk.raw'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('read gives the bytes of a guest, and nothing else', () => {
  it.each([
    ['the first sector unless told', '', 0, 512],
    ['sectors', '--sector 127 --length 3', 127 * 512, 3 * 512],
    ['bytes that are no sectors', '--offset 65535 --bytes 3', 65_535, 3],
    ['sizes as people write them', '--offset 0x4B000 --bytes 2KiB', 307_200, 2048],
    ['all of it', '--bytes 2M', 0, 2_097_152],
    ['the last byte', '--offset 2097151 --bytes 1', 2_097_151, 1],
    ['nothing at the very end', '--offset 2M --bytes 0', 2_097_152, 0],
  ])('%s', async (_, words, at, length) => {
    const { exitCode, stderr } = await shell(
      `platter read disk.qcow2 ${words} > bytes.bin && platter read --format raw disk.raw ${words} --to - | cmp - bytes.bin`,
      folder.path,
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect((await readFile(file('bytes.bin'))).equals(disk.subarray(at, at + length))).toBe(true)
  })

  it('into a file, which is there whole, and no other file instead of one that exists', async () => {
    const words = ['read', 'disk.qcow2', '--bytes', '2M', '--to', 'part.bin'] as const
    expect(await run(...words)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    expect((await readFile(file('part.bin'))).equals(disk)).toBe(true)
    await writeFile(file('part.bin'), 'mine')
    const refused = await run(...words)
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain('part.bin is there already (PLT-1600)')
    expect(await readFile(file('part.bin'), 'utf8')).toBe('mine')
    expect((await run(...words, '--overwrite')).exitCode).toBe(0)
    expect((await readFile(file('part.bin'))).equals(disk)).toBe(true)
  })

  it('as a dump, with lines that repeat shown once', async () => {
    const { stdout } = await run(
      'read',
      'disk.qcow2',
      '--hex',
      '--offset',
      '65528',
      '--bytes',
      '40',
    )
    expect(stdout).toBe(
      '0000fff8  41 41 41 41 41 41 41 41  42 42 42 42 42 42 42 42  |AAAAAAAABBBBBBBB|\n' +
        '00010008  42 42 42 42 42 42 42 42  42 42 42 42 42 42 42 42  |BBBBBBBBBBBBBBBB|\n' +
        '00010018  42 42 42 42 42 42 42 42                           |BBBBBBBB|\n' +
        '00010020\n',
    )
    const zeroes = await run('read', 'disk.qcow2', '--hex', '--offset', '1M', '--bytes', '512K')
    expect(zeroes.stdout).toBe(
      `00100000  ${'00 '.repeat(8)} ${'00 '.repeat(8)} |${'.'.repeat(16)}|\n*\n00180000\n`,
    )
  })
})

describe('read refuses', () => {
  it.each([
    ['a range that begins past the end', '--sector 4096', '2097664', '2097152'],
    ['a range that ends past the end', '--offset 2097151 --bytes 2', '2097153', '2097152'],
  ])('%s, with both numbers and without a byte', async (_, words, found, limit) => {
    const { exitCode, stdout, stderr } = await shell(
      `platter read disk.qcow2 ${words} --to none.bin; platter read disk.qcow2 ${words}`,
      folder.path,
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(`ends at byte ${found}; the disk ends at byte ${limit}`)
    expect(existsSync(file('none.bin'))).toBe(false)
  })

  it.each([
    [['disk.qcow2', '--sector', '1', '--offset', '512'], '--sector and --offset'],
    [['disk.qcow2', '--length', '1', '--bytes', '512'], '--length and --bytes'],
    [['disk.qcow2', '--hex', '--to', 'x.bin'], '--hex is for the screen'],
    [['disk.qcow2', '--overwrite'], '--overwrite needs --to'],
    [['-'], 'read needs a file'],
    [['disk.qcow2', '--offset', 'ten'], '"ten" is not a size'],
    [['disk.qcow2', '--sector', '-1'], ''],
    [['no.qcow2', '--sector', '1.5'], 'whole number'],
  ])('%j as a wrong command line', async (words, said) => {
    const { exitCode, stdout, stderr } = await run('read', ...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toContain(said)
  })

  it('to throw the bytes of a disk at a terminal', async () => {
    const command = `'${process.execPath}' '${entry}' read disk.qcow2`
    const { exitCode, stdout } = await shell(`script -qec "${command}" /dev/null`, folder.path)
    expect(exitCode).toBe(64)
    expect(stdout).toContain('not for a terminal: add --hex')
  })
})

describe('read of an image that somebody uses', () => {
  it('says so, and disturbs nobody', async () => {
    await createQcow2(file('live.qcow2'), '1M')
    await using _vm = await qemuSession(file('live.qcow2'))
    const { exitCode, stdout, stderr } = await run('read', 'live.qcow2')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '\0'.repeat(512) })
    expect(stderr).toBe('platter: live.qcow2 is in use; the bytes may be of different moments.\n')
  })

  it('does not replace the image by what it reads of it', async () => {
    const words = ['--bytes', '2M', '--to', 'disk.raw', '--overwrite'] as const
    const { exitCode, stderr } = await run('read', 'disk.raw', ...words)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('PLT-1608')
    expect((await readFile(file('disk.raw'))).equals(disk)).toBe(true)
  })
})

it('read of a raw image with an odd length gives zeroes for the rest of its last sector', async () => {
  await writeFile(file('odd.raw'), 'x'.repeat(700))
  await truncate(file('odd.raw'), 700)
  const { stdout } = await run('read', 'odd.raw', '--sector', '1')
  expect(stdout).toBe('x'.repeat(188) + '\0'.repeat(324))
  expect((await run('read', 'odd.raw', '--sector', '2')).exitCode).toBe(1)
})
