/** Readers that go away early: the run ends with 141, without a word, and nothing is left behind. */
import { randomFillSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { shell } from './shell.ts'

const MIB = 1024 ** 2

let folder: TempFolder

beforeAll(async () => {
  folder = await tempFolder('cli-closed')
  await writeFile(folder.file('a.raw'), randomFillSync(Buffer.alloc(4 * MIB)))
  await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', folder.file('a.raw'), folder.file('a.qcow2'))
  // Every other sector is a cluster of its own.
  const striped = Buffer.alloc(8 * MIB)
  for (let at = 0; at < striped.length; at += 1024) striped.fill(1, at, at + 512)
  await writeFile(folder.file('striped.raw'), striped)
  const options = ['-S', '512', '-f', 'raw', '-O', 'qcow2', '-o', 'cluster_size=512']
  await qemuImg('convert', ...options, folder.file('striped.raw'), folder.file('many.qcow2'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('a reader that takes one byte and goes', () => {
  it.each([
    ['decode a.qcow2 -'],
    ['stream-decode - - < a.qcow2'],
    ['stream-decode a.qcow2'],
    ['encode a.raw -'],
    ['read --bytes 4M a.qcow2'],
    ['read --bytes 4M --hex a.qcow2'],
    ['map many.qcow2'],
    ['map --json many.qcow2'],
    ['mapped many.qcow2'],
    ['mapped --json many.qcow2'],
  ])('of platter %s', async (words) => {
    const { stdout, stderr } = await shell(
      `platter ${words} | head -c 1 | wc -c; echo \${PIPESTATUS[0]}`,
      folder.path,
    )
    expect(stdout).toBe('1\n141\n')
    expect(stderr).toBe('')
  })

  it('changes nothing for a run that had no more to say', async () => {
    const { stdout } = await shell(
      'platter info a.qcow2 | head -c 1 > /dev/null; echo ${PIPESTATUS[0]}',
      folder.path,
    )
    expect(stdout).toMatch(/^(0|141)\n$/)
  })

  it('is not missed where nobody reads progress or errors any more', async () => {
    const { stdout } = await shell(
      `platter sha --progress-fd 3 a.qcow2 3>&1 >sum | true
       cut -c 65- sum
       platter check none.qcow2 2> >(exec true); echo $?
       platter chek 2> >(exec true); echo $?`,
      folder.path,
    )
    expect(stdout).toBe('  a.qcow2\n1\n64\n')
  })
})

describe('an input that ends at once', () => {
  it.each([
    ['stream-decode - x.raw < /dev/null', 1],
    ['stream-decode - x.raw <&-', 1],
    ['encode - empty.qcow2 < /dev/null', 0],
    ['write --from - a.qcow2 < /dev/null', 0],
  ] as const)('platter %s', async (words, code) => {
    const { exitCode, stderr } = await shell(
      `platter ${words}; code=$?; ls x.raw 2>/dev/null; exit $code`,
      folder.path,
    )
    expect(exitCode).toBe(code)
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN/)
  })
})
