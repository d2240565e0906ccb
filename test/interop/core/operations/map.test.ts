import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import { qemuMapLine } from '../../../../core/qemu-json/map-json.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuImg, qemuImgJson, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()

interface QemuMapEntry {
  readonly start: number
  readonly length: number
  readonly depth: number
  readonly present: boolean
  readonly zero: boolean
  readonly data: boolean
  readonly offset?: number
}

async function ourMap(
  path: string,
  options?: Parameters<typeof engine.mapImage>[1],
): Promise<QemuMapEntry[]> {
  const entries: QemuMapEntry[] = []
  for await (const extents of engine.mapImage(path, options)) {
    entries.push(...extents.map((extent): QemuMapEntry => JSON.parse(qemuMapLine(extent))))
  }
  return entries
}

describe('the map is the one qemu-img prints', () => {
  test.each(someOf(readableImages, { oneIn: 8, from: 2 }))('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const theirs = await qemuImgJson<QemuMapEntry[]>('map', path)
    // For a disk of no bytes QEMU prints one extent of no bytes; we print none.
    expect(await ourMap(path)).toEqual(theirs.filter(({ length }) => length > 0))
  })
})

test.each([
  ['a whole number of sectors', 1 << 20],
  ['an odd length', 1_000_001],
  ['less than a sector', 100],
])('a raw file of %s, with holes', async (_name, length) => {
  await using folder = await tempFolder()
  const path = folder.file('disk.raw')
  const handle = await open(path, 'w')
  await handle.truncate(length)
  if (length > 200_000) await handle.write(Buffer.alloc(65_536, 1), 0, 65_536, 131_072)
  await handle.close()
  expect(await ourMap(path)).toEqual(await qemuImgJson('map', '-f', 'raw', path))
})

test('a part of the disk, from inside one extent into another', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '4M')
  await qemuIo(path, 'write -P 1 128k 256k', 'write -z 1M 64k')
  const args = ['--start-offset=200000', '--max-length=1000000']
  expect(await ourMap(path, { from: 200_000, length: 1_000_000 })).toEqual(
    await qemuImgJson('map', ...args, path),
  )
  expect(await ourMap(path, { from: 4 << 20 })).toEqual([])
  await expect(ourMap(path, { from: (4 << 20) + 1 })).rejects.toMatchObject({
    reason: 'out-of-range',
  })
})

test('many small runs join over the borders of tables', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=512', path, '1M')
  const writes = Array.from({ length: 60 }, (_, index) => `write -P 3 ${index * 17}k 9k`)
  await qemuIo(path, ...writes)
  expect(await ourMap(path)).toEqual(await qemuImgJson('map', path))
})
