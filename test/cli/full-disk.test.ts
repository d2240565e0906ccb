/** Disks that are full, and files that may not grow: a sentence, no half-made file, and the source as it was. */
import { randomFillSync } from 'node:crypto'
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createQcow2, qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { cannotMount, mountNamespace } from '../helpers/small-disk.ts'
import { someOf } from '../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { shell } from './shell.ts'

const MIB = 1024 ** 2

let folder: TempFolder
const file = (...names: string[]): string => folder.file(...names)

beforeAll(async () => {
  folder = await tempFolder('cli-full')
  await writeFile(file('four.raw'), randomFillSync(Buffer.alloc(4 * MIB)))
  await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', file('four.raw'), file('four.qcow2'))
  await qemuImg(
    'create',
    '-q',
    '-f',
    'qcow2',
    '-o',
    'preallocation=metadata,cluster_size=512',
    file('tables.qcow2'),
    '64M',
  )
  const striped = Buffer.alloc(32 * MIB)
  for (let at = 0; at < striped.length; at += 1024) striped.fill(1, at, at + 512)
  await writeFile(file('striped.raw'), striped)
  const options = ['-S', '512', '-f', 'raw', '-O', 'qcow2', '-o', 'cluster_size=512']
  await qemuImg('convert', ...options, file('striped.raw'), file('many.qcow2'))
  await mkdir(file('small'))
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Makes `small` a disk of 1 MiB to the commands. */
const onSmallDisk = (commands: string) =>
  shell(
    `export commands='mount -t tmpfs -o size=1m platter-test small && { ${commands}; }'
    ${mountNamespace.join(' ')} bash -c "$commands"`,
    folder.path,
  )

describe.skipIf(cannotMount)('on a full disk', () => {
  it.each(
    someOf(
      [
        ['encode four.raw small/x.qcow2'],
        ['encode - small/x.qcow2 < four.raw'],
        ['decode four.qcow2 small/x.raw'],
        ['stream-decode four.qcow2 small/x.raw'],
        ['stream-decode - small/x.raw < four.qcow2'],
        ['stream-decode - - < four.qcow2 > small/copy; code=$?; rm small/copy; (exit $code)'],
        ['create --preallocation full --size 4M small/x.qcow2'],
        ['create --format raw --preallocation falloc --size 4M small/x.raw'],
        ['pattern --pattern 2 --size 4M small/x.qcow2'],
        ['pattern --format raw --pattern random --size 16M small/x.raw'],
        ['dehydrate --two-files small/x tables.qcow2'],
        ['read --bytes 4M --to small/x.bin four.qcow2'],
        ['read --bytes 4M four.qcow2 > small/copy; code=$?; rm small/copy; (exit $code)'],
        ['decode four.qcow2 - > small/copy; code=$?; rm small/copy; (exit $code)'],
        ['map many.qcow2 > small/copy; code=$?; rm small/copy; (exit $code)'],
      ],
      { oneIn: 2 },
    ),
  )('%s', async (words) => {
    const { exitCode, stdout, stderr } = await onSmallDisk(
      `platter ${words}; echo code $?; ls -A small`,
    )
    expect(exitCode).toBe(0)
    expect(stdout).toBe('code 1\n')
    expect(stderr).toMatch(/\(PLT-\d{4}\)/)
    expect(stderr).toMatch(/full|space/i)
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN|ENOSPC: /)
  })

  it('an image that is to become larger stays valid', async () => {
    await createQcow2(file('grows.qcow2'), '64M')
    for (const words of [
      'write --pattern 7 --bytes 8M small/a.qcow2',
      'resize --preallocation full --size 80M small/a.qcow2',
    ]) {
      const { stdout, stderr } = await onSmallDisk(
        `cp grows.qcow2 small/a.qcow2; platter ${words}; echo code $?; qemu-img check -q small/a.qcow2; echo check $?; ls -A small`,
      )
      expect(stderr).toMatch(/full|space/i)
      expect(stdout).toMatch(/^code 1\ncheck [03]\na\.qcow2\n$/)
    }
  })

  it('an image that is compacted into a new file stays as it was', async () => {
    await createQcow2(file('half.qcow2'), '8M')
    await qemuIo(
      file('half.qcow2'),
      'write -P 3 0 512k',
      'write -P 4 512k 128k',
      'discard 512k 64k',
    )
    const { stdout, stderr } = await onSmallDisk(
      `cp half.qcow2 small/a.qcow2; platter compact --mode rewrite small/a.qcow2; echo code $?; cmp half.qcow2 small/a.qcow2; ls -A small`,
    )
    expect(stdout).toBe('code 1\na.qcow2\n')
    expect(stderr).toMatch(/space|full/i)
  })

  it('a device that takes nothing ends the run with a sentence', async () => {
    for (const words of [
      'decode four.qcow2 -',
      'read --bytes 1M four.qcow2',
      'sha four.qcow2',
      '--help',
    ]) {
      const { exitCode, stderr } = await shell(`platter ${words} > /dev/full`, folder.path)
      expect([words, exitCode]).toEqual([words, 1])
      expect(stderr).toContain('standard output')
    }
  })
})

describe('where files may not become longer than 1 MiB', () => {
  it.each(
    someOf(
      [
        ['encode four.raw x.qcow2'],
        ['decode four.qcow2 x.raw'],
        ['stream-decode - x.raw < four.qcow2'],
        ['create --preallocation full --size 4M x.qcow2'],
        ['pattern --size 8M x.qcow2'],
      ],
      { oneIn: 2, from: 1 },
    ),
  )('%s', async (words) => {
    await cp(file('four.qcow2'), file('kept.qcow2'))
    const { exitCode, stderr } = await shell(`ulimit -f 1024; platter ${words}`, folder.path)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/\(PLT-\d{4}\)/)
    expect((await readdir(folder.path)).filter((name) => name.includes('x.'))).toEqual([])
    expect((await qemuCheck(file('four.qcow2'))).exitCode).toBe(0)
  })
})
