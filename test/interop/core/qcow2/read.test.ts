import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { openImage } from '../../../../core/image/open-image.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { Qcow2Image } from '../../../../core/qcow2/qcow2-image.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuImg } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

/** A petabyte fits into no raw file that could be compared. */
const comparable = someOf(
  readableImages.filter(({ name }) => name !== 'large-virtual-size'),
  { oneIn: 8, from: 7 },
)

/** Lengths and places that fall across sectors, clusters and tables. */
const pieceBytes = [512, 4096 + 512, 65_536, 1_000_000]

describe('any read gives the bytes qemu-img converts to', () => {
  test.each(comparable)('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const raw = folder.file('oracle.raw')
    await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', path, raw)
    const expected = await readFile(raw)

    await using opened = await openImage(nodeHost, path)
    const { image } = opened
    expect(image.virtualSize).toBe(expected.length)
    const whole = new Uint8Array(expected.length).fill(0xee)
    await image.read(whole, 0)
    expect(Buffer.compare(whole, expected)).toBe(0)
    for (const length of pieceBytes) {
      for (let at = 333; at + length < expected.length; at += length * 7) {
        const piece = new Uint8Array(length).fill(0xee)
        await image.read(piece, at)
        expect(Buffer.compare(piece, expected.subarray(at, at + length))).toBe(0)
      }
    }
  })
})

describe('a snapshot reads as qemu-img exports it', () => {
  const withSnapshots = readableImages.filter(({ name }) => name.startsWith('snapshots'))
  test.each(withSnapshots)('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    await using opened = await openImage(nodeHost, path)
    const { image } = opened
    if (!(image instanceof Qcow2Image)) throw new Error('not a qcow2 image')
    const entries = image.snapshots()
    expect(entries.length).toBe(2)
    for (const entry of entries) {
      const raw = folder.file(`${entry.id}.raw`)
      const snapshot = `snapshot.id=${entry.id}`
      await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', '-l', snapshot, path, raw)
      const expected = await readFile(raw)
      const then = image.atSnapshot(entry)
      const content = new Uint8Array(then.virtualSize)
      await then.read(content, 0)
      expect(Buffer.compare(content, expected)).toBe(0)
    }
  })
})
