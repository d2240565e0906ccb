import { expect, it } from 'vitest'
import { RawImage } from '../../../../../core/image/raw-image.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { createSnapshot } from '../../../../../core/qcow2/snapshot/create-snapshot.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { filled } from '../../../../helpers/devices.ts'
import { randomCall, windowOf } from '../../../../helpers/flat-disk.ts'
import { MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { seededRandom, type Random } from '../../../../helpers/random.ts'
import {
  bytesOf,
  findingsOf,
  rewriteInMemory,
  statesOf,
  zeroClustersOf,
} from '../../../../helpers/rewritten.ts'

const K = 1024

function randomOptions(random: Random): BuilderOptions {
  const version = random.pick([2, 3, 3] as const)
  const extendedL2 = version === 3 && random.chance(0.4)
  const clusterBits = extendedL2 ? 14 : random.pick([9, 10, 12])
  return {
    version,
    clusterBits,
    extendedL2,
    virtualSize: 96 * K + 512 * random.below(8),
    // The builder makes one refcount block: in clusters of 512 bytes, wide counts would not fit into it.
    refcountOrder: version === 2 ? 4 : 2 + random.below(clusterBits === 9 ? 3 : 5),
    compression: version === 3 ? random.pick(['zlib', 'zstd']) : 'zlib',
    ...(random.chance(0.3) ? { backing: { name: 'base.raw', format: 'raw' } } : {}),
  }
}

/** Data, packed data, zeroes and up to three snapshots that share some of it, after a life of its own. */
async function livedImage(random: Random) {
  const options = randomOptions(random)
  const backing = options.backing === undefined ? undefined : filled(70 * K, 0xbb)
  const image = new MemoryImage(new Qcow2Builder(options), backing === undefined ? {} : { backing })
  const window = await windowOf(image.writer)
  const snapshots = random.below(4)
  for (let turn = 0; turn <= snapshots; turn++) {
    for (let call = random.below(12); call >= 0; call--)
      await randomCall(image.writer, window, random)
    if (turn === snapshots) break
    const takenAt = 1_700_000_000_000 + turn
    await image.writer.restructure(async (file, area) => {
      const { area: now } = await createSnapshot(file, area, { name: `at ${turn}`, takenAt })
      return now
    })
  }
  await image.writer.flush()
  await image.writer.flush()
  return { file: image.file, options, backing: backing && new RawImage(new MemoryFile(backing)) }
}

it('every state of any image holds the same after it was written anew, and refcounts are exact', async () => {
  const tally = { snapshots: 0, packed: 0, shorter: 0 }
  for (let seed = 0; seed < 80; seed++) {
    const random = seededRandom(seed)
    const { file, options, backing } = await livedImage(random)
    const types =
      options.version === 2 ? (['none', 'zlib'] as const) : (['none', 'zlib', 'zstd'] as const)
    const compression = random.pick(types)
    const isZero = random.chance(0.7) ? zeroClustersOf(file) : undefined
    const before = await statesOf(file, backing)

    const rewritten = await rewriteInMemory(file, { compression, isZero })
    const after = await statesOf(rewritten.file, backing)
    expect(after.length, `seed ${seed}`).toBe(before.length)
    for (const [state, bytes] of before.entries()) {
      expect(after[state]?.equals(bytes), `seed ${seed}, state ${state}`).toBe(true)
    }
    expect(await findingsOf(rewritten.file), `seed ${seed}`).toEqual([])
    expect(rewritten.file.size(), `seed ${seed}`).toBe(rewritten.fileLength)

    // What is in order already is written in the same order again.
    const again = await rewriteInMemory(rewritten.file)
    expect(bytesOf(again.file).equals(bytesOf(rewritten.file)), `seed ${seed}`).toBe(true)
    if (before.length > 1) tally.snapshots++
    if (rewritten.counts.packedClusters > 0) tally.packed++
    if (rewritten.fileLength < file.size()) tally.shorter++
    expect(readHeaderArea(file).geometry.virtualSize).toBe(rewritten.area.geometry.virtualSize)
  }
  // The images were of every kind that matters here.
  expect(Math.min(tally.snapshots, tally.packed, tally.shorter)).toBeGreaterThan(15)
})
