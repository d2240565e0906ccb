import { describe, expect, it } from 'vitest'
import {
  dataLossSteps,
  type CheckVerdict,
  type DataLossStep,
  type RepairMode,
} from '../../../../core/index.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import type { Host } from '../../../../core/operations/host.ts'
import {
  planRepair,
  prepareRepair,
  type PreparedRepair,
} from '../../../../core/operations/plan-repair.ts'
import { describeCopy, writeSafetyCopy } from '../../../../core/operations/safety-copy.ts'
import { restoreImage } from '../../../../core/operations/undo-repair.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { PlannedFile } from '../../../../core/storage/planned-file.ts'
import { brokenImage, dataFileName, scrambledImage } from '../../../helpers/broken-images.ts'
import { seededRandom, type Random } from '../../../helpers/random.ts'
import { lostClusters, readableContent } from '../../../helpers/readable-content.ts'
import { someRounds } from '../../../helpers/some-of.ts'

const rounds = someRounds(120, { oneIn: 4 })
const path = '/memory/image.qcow2'

/** The machine with one image on it, and the data file that some of the images name. */
const machineWith = (file: MemoryFile): Host => {
  const openFile = async (name: string) => {
    if (name === path) return file
    if (name.endsWith(dataFileName)) return new MemoryFile({ size: 64 * 1024 })
    throw new ImageError('file-missing', { path: name })
  }
  const paths = { ...nodeHost.paths, real: async (name: string) => name }
  return { ...nodeHost, paths, openFile, openForHolding: openFile }
}

function damaged(seed: number): { readonly bytes: Buffer; readonly story: readonly string[] } {
  if (seed % 2 === 0) return scrambledImage(seed)
  const { image, story } = brokenImage(seed)
  return { bytes: image.bytes, story }
}

/** undefined for what cannot be repaired at all: headers that make no sense. */
async function planned(
  host: Host,
  file: MemoryFile,
  options: { readonly mode: RepairMode; readonly consent: readonly DataLossStep[] },
): Promise<PreparedRepair | undefined> {
  try {
    return await prepareRepair(host, file, path, options)
  } catch (error) {
    if (error instanceof ImageError && error.kind !== 'internal') return undefined
    throw error
  }
}

/** What a person would have to be told about one image; nothing when all is well. */
async function faults(seed: number, mode: RepairMode, consent: readonly DataLossStep[]) {
  const { bytes, story } = damaged(seed)
  const file = new MemoryFile(bytes)
  const host = machineWith(file)
  const clusterSize = 2 ** bytes.readUInt32BE(20)
  const content = () => readableContent(path, clusterSize, host)
  const found: string[] = []
  const before = await content()
  const prepared = await planned(host, file, { mode, consent })
  if (prepared !== undefined) {
    const { plan, changes, source } = prepared
    if (badness(plan.after) > badness(plan.before)) found.push('worse than before')
    const copy = new MemoryFile(new Uint8Array())
    await writeSafetyCopy(host, copy, describeCopy(source), source)
    for (const { at, bytes: write } of changes.epochs.flat()) file.writeNow(write, at)
    const lost = lostClusters(before, await content())
    if (lost.length > 0) found.push(`reads other bytes in cluster ${lost.join(', ')}`)
    const again = await planRepair(host, path, { format: 'qcow2', mode, consent })
    if (again.writes.length > 0) found.push('a second repair finds more to do')
    if (badness(again.before) !== badness(plan.after)) found.push('not what was promised')
    await restoreImage(host, file, copy)
    if (!contentOf(file).equals(bytes)) found.push('cannot be taken back')
  }
  return found.map((fault) => `seed ${seed}: ${fault} (${story.join('; ')})`)
}

/** QEMU's order: what ends a check counts more than corruptions, and they more than leaks. */
const badness = (counts: { verdict: string; corruptions: number; leaks: number }): number =>
  (counts.verdict === 'incomplete' ? 1e12 : 0) + counts.corruptions * 1e6 + counts.leaks

function contentOf(file: MemoryFile): Buffer {
  const bytes = Buffer.alloc(file.size())
  file.readNow(bytes, 0)
  return bytes
}

const kinds: readonly (readonly [string, RepairMode, readonly DataLossStep[]])[] = [
  ['repaired without losing anything', 'all', []],
  ['repaired with every data-loss step agreed to', 'all', dataLossSteps],
  ['whose leaks are repaired', 'leaks', []],
]

describe(`${rounds} damaged images`, () => {
  it.each(kinds)(
    '%s are never worse, read the same, and can be taken back byte by byte',
    async (_, mode, consent) => {
      const all: string[] = []
      for (let seed = 4000; seed < 4000 + rounds; seed++) {
        all.push(...(await faults(seed, mode, consent)))
      }
      expect(all).toEqual([])
    },
    60_000,
  )
})

const cutImages = someRounds(60, { oneIn: 4 })

/** A power cut while a repair is taken back. */
async function cutUndo(file: MemoryFile, copy: MemoryFile, random: Random): Promise<void> {
  const undoing = new PlannedFile(file, { budget: 2 ** 30 })
  await restoreImage(nodeHost, undoing, copy)
  cut(file, undoing, random)
}

/**
 * A power cut while something writes: all that was flushed, and of the rest each sector as it was at some
 * moment since.
 */
function cut(file: MemoryFile, { epochs }: Pick<PlannedFile, 'epochs'>, random: Random): void {
  const flushed = random.below(epochs.length + 1)
  for (const { at, bytes } of epochs.slice(0, flushed).flat()) file.writeNow(bytes, at)
  const cached = new MemoryFile(contentOf(file))
  const sector = new Uint8Array(512)
  for (const { at, bytes } of epochs[flushed] ?? []) {
    cached.writeNow(bytes, at)
    for (let from = at - (at % 512); from < at + bytes.length; from += 512) {
      if (random.chance(0.5)) continue
      cached.readNow(sector, from)
      file.writeNow(sector.subarray(0, Math.min(512, cached.size() - from)), from)
    }
  }
}

async function faultsOfCuts(seed: number): Promise<string[]> {
  const { bytes, story } = damaged(seed)
  const found = new Set<string>()
  const random = seededRandom(seed)
  const options = { mode: 'all', consent: dataLossSteps } as const
  const original = new MemoryFile(bytes)
  const prepared = await planned(machineWith(original), original, options)
  if (prepared !== undefined) {
    const { plan, changes, source } = prepared
    const copy = new MemoryFile(new Uint8Array())
    await writeSafetyCopy(nodeHost, copy, describeCopy(source), source)
    const clusterSize = 2 ** bytes.readUInt32BE(20)
    const before = await readableContent(path, clusterSize, machineWith(original))
    for (let round = 0; round < 6; round++) {
      const file = new MemoryFile(bytes)
      const host = machineWith(file)
      cut(file, changes, random)
      const again = await planRepair(host, path, { format: 'qcow2', ...options })
      if (rank(again.before) > rank(plan.before)) found.add('worse than before')
      if (badness(again.after) > badness(plan.after)) found.add('harder to repair than before')
      const content = await readableContent(path, clusterSize, host)
      if (lostClusters(before, content).length > 0) found.add('reads other bytes')
      await cutUndo(file, copy, random)
      const undone = await readableContent(path, clusterSize, host)
      if (lostClusters(before, undone).length > 0) found.add('reads other bytes half undone')
      await restoreImage(nodeHost, file, copy)
      if (!contentOf(file).equals(bytes)) found.add('cannot be taken back')
    }
  }
  return Array.from(found, (fault) => `seed ${seed}: ${fault} (${story.join('; ')})`)
}

/**
 * A file that has grown for new tables can reach what its tables and refcounts say is past its end: the
 * same damage then has other findings. So only the kind of damage is compared, and leaks are none.
 */
const rank = ({ verdict }: { readonly verdict: CheckVerdict }): number =>
  ({ clean: 0, leaks: 0, corrupt: 1, incomplete: 2 })[verdict]

describe(`${cutImages} repairs, each cut off at six moments`, () => {
  it('leave an image that is no worse, reads the same, and can go forth and back', async () => {
    const all: string[] = []
    for (let seed = 6000; seed < 6000 + cutImages; seed++) all.push(...(await faultsOfCuts(seed)))
    expect(all).toEqual([])
  }, 60_000)
})
