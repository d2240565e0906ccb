import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuImg, qemuImgJson, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
type Options = Parameters<typeof engine.storedExtents>[1]

interface Extent {
  readonly start: number
  readonly length: number
}

async function ours(path: string, options?: Options): Promise<Extent[]> {
  const extents: Extent[] = []
  for await (const batch of engine.storedExtents(path, options)) {
    expect(batch.length).toBeGreaterThan(0)
    extents.push(...batch)
  }
  return extents
}

/** What `qemu-img map` calls data and not zero, joined wherever it touches. */
async function theirs(path: string): Promise<Extent[]> {
  const map = await qemuImgJson<(Extent & { data: boolean; zero: boolean })[]>('map', path)
  return joined(map.filter(({ data, zero }) => data && !zero))
}

function joined(pieces: readonly Extent[]): Extent[] {
  const extents: Extent[] = []
  for (const { start, length } of pieces) {
    const last = extents.at(-1)
    if (last !== undefined && last.start + last.length === start) {
      extents[extents.length - 1] = { start: last.start, length: last.length + length }
    } else {
      extents.push({ start, length })
    }
  }
  return extents
}

/** Of each block of 4 KiB what is stored of it, unless that is all zero. */
async function withoutZeroes(path: string, stored: readonly Extent[]): Promise<Extent[]> {
  await qemuImg('convert', '-O', 'raw', path, `${path}.bytes`)
  const bytes = await readFile(`${path}.bytes`)
  const pieces = stored.flatMap(({ start, length }) => {
    const blocks: Extent[] = []
    for (let at = start; at < start + length;) {
      const end = Math.min((Math.floor(at / 4096) + 1) * 4096, start + length)
      blocks.push({ start: at, length: end - at })
      at = end
    }
    return blocks
  })
  return joined(
    pieces.filter(({ start, length }) =>
      bytes.subarray(start, start + length).some((byte) => byte !== 0),
    ),
  )
}

describe('stored extents are what qemu-img map calls data', () => {
  test.each(someOf(readableImages, { oneIn: 8, from: 4 }))('$name', async ({ name, build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const stored = await theirs(path)
    expect(await ours(path)).toEqual(stored)
    // No file system here holds the bytes of that disk.
    if (name === 'large-virtual-size') return
    expect(await ours(path, { ignoreZeroes: true })).toEqual(await withoutZeroes(path, stored))
  })
})

test('a part of the disk is cut at its bounds, and none outside it is asked for', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '4M')
  await qemuIo(path, 'write -P 1 128k 256k', 'write -P 0 1M 64k', 'write -P 2 1064960 100')
  const part = { from: 200_001, length: 1_000_000 }
  expect(await ours(path, part)).toEqual([
    { start: 200_001, length: 393_216 - 200_001 },
    { start: 1_048_576, length: 65_536 },
  ])
  expect(await ours(path, { ...part, ignoreZeroes: true })).toEqual([
    { start: 200_001, length: 393_216 - 200_001 },
    { start: 1_064_960, length: 4096 },
  ])
  expect(await ours(path, { from: 4 << 20 })).toEqual([])
  for (const outside of [{ from: (4 << 20) + 1 }, { from: 4 << 20, length: 1 }]) {
    await expect(ours(path, outside)).rejects.toMatchObject({ reason: 'out-of-range' })
  }
})

test('what lies before a backing file that is not there is told', async () => {
  await using folder = await tempFolder()
  const [base, top] = [folder.file('base.qcow2'), folder.file('top.qcow2')]
  await qemuImg('create', '-q', '-f', 'qcow2', base, '2M')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', top)
  await qemuIo(top, 'write -P 1 0 64k')
  const found: Extent[] = []
  const walk = async () => {
    for await (const batch of engine.storedExtents(top, { links: 'deny' })) found.push(...batch)
  }
  await expect(walk()).rejects.toMatchObject({ kind: 'refused-link' })
  expect(found).toEqual([{ start: 0, length: 65_536 }])
})
