/**
 * What qcow-tool 0.14 could not take from a pipe. Each test is named by what was seen there; everything goes
 * through real pipes of a shell.
 */
import { randomFillSync } from 'node:crypto'
import { open, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuImg } from '../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'
import { shell } from '../shell.ts'

const MIB = 1024 ** 2

let folder: TempFolder
const file = (name: string): string => folder.file(name)

beforeAll(async () => {
  folder = await tempFolder('seed-streams')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('stream_decode of the reference', () => {
  it('refused what qemu-img convert makes of a disk of 1 GiB', { timeout: 120_000 }, async () => {
    // The second L2 table comes after the data of the first.
    {
      await using handle = await open(file('wide.raw'), 'w')
      const piece = randomFillSync(Buffer.alloc(MIB))
      for (const at of [0, 1, 300, 511, 512, 513, 900, 1023]) {
        piece.writeUInt32BE(at, 0)
        await handle.write(piece, 0, piece.length, at * MIB)
      }
      await handle.truncate(1024 * MIB)
    }
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', file('wide.raw'), file('wide.qcow2'))
    const decoded = await shell('cat wide.qcow2 | platter stream_decode - back.raw', folder.path)
    expect(decoded.exitCode).toBe(0)
    await qemuImg('compare', '-f', 'raw', '-F', 'raw', file('wide.raw'), file('back.raw'))
    await Promise.all(['wide.raw', 'back.raw'].map((name) => truncate(file(name), 0)))
  })

  it('did not know compressed clusters', async () => {
    await writeFile(file('text.raw'), Buffer.alloc(4 * MIB, 'What a guest wrote. '))
    for (const method of ['zlib', 'zstd']) {
      const options = ['-c', '-o', `compression_type=${method}`]
      const image = file('packed.qcow2')
      await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...options, file('text.raw'), image)
      const command = 'cat packed.qcow2 | platter stream-decode > text.back'
      expect((await shell(command, folder.path)).exitCode).toBe(0)
      expect(await readFile(file('text.back'))).toEqual(await readFile(file('text.raw')))
    }
  })

  it('told a percentage that was always 0', async () => {
    await writeFile(file('eight.raw'), randomFillSync(Buffer.alloc(8 * MIB)))
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', file('eight.raw'), file('eight.qcow2'))
    const command = 'cat eight.qcow2 | platter stream-decode --progress-fd 3 - out.raw 3> progress'
    expect((await shell(command, folder.path)).exitCode).toBe(0)
    const lines = (await readFile(file('progress'), 'utf8')).trimEnd().split('\n')
    const told = lines.map((line) => (JSON.parse(line) as { progress: number }).progress)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(100)
  })

  it('left half a disk behind', async () => {
    const command = 'head -c 3000000 eight.qcow2 | platter stream-decode - half.raw'
    const { exitCode, stderr } = await shell(command, folder.path)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('PLT-')
    expect((await readdir(folder.path)).filter((name) => name.includes('half'))).toEqual([])
  })
})
