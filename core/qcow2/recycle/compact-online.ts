import { ceilDiv } from '../../base/bits.ts'
import { breather } from '../../base/abort.ts'
import { systemClock } from '../../base/clock.ts'
import { BatchSize } from './batch-size.ts'
import { CutSize } from '../../storage/cut-size.ts'
import { endsInHole } from '../../storage/ends-in-hole.ts'
import { CompactPass, type PassParts } from './compact-pass.ts'
import type { OnlineCompaction } from './image-recycler.ts'
import type { Holdings } from './holdings.ts'
import type { RecyclableImage } from './recyclable-image.ts'
import { findSources } from './sources.ts'
import type { ProgressSink } from '../../progress.ts'

/** A guest that changes the disk faster than clusters move would keep it going for ever. */
const MOST_PASSES = 8

/** After each cut, so many times what it took; whoever cancels waits no longer than that. */
const REST_TIMES = 4
const LONGEST_REST_MS = 100

export interface CompactionParts extends Omit<PassParts, 'size' | 'onMoved'> {
  readonly signal: AbortSignal
  readonly onProgress?: ProgressSink | undefined
}

/**
 * Passes over an open image until nothing can move and the file is cut; see CompactPass. When it throws,
 * what is held for moves has to be given back.
 */
export async function compactOnline(parts: CompactionParts): Promise<OnlineCompaction> {
  const { image, holdings, signal, mayGoOn, onProgress } = parts
  const { clusterSize } = image.tables.geometry
  const before = image.file.size()
  const size = new BatchSize()
  let moved = 0
  let passes = 0
  let settled = false
  while (!settled && passes < MOST_PASSES) {
    await mayGoOn()
    if (holdings.map.count('pendingFree') > 0) await image.commit()
    const breathe = breather(signal, { everyMs: 4 })
    const { generation } = holdings
    const isCurrent = () => holdings.generation === generation
    const sources = await findSources(image.tables, holdings.map, { breathe, isCurrent })
    passes++
    if (sources === 'outdated') continue
    if (sources === undefined) settled = true
    else {
      const done = moved
      const total = done + sources.clusters
      const report = () => onProgress?.({ phase: 'moving', done: moved, total, unit: 'clusters' })
      report()
      const onMoved = (clusters: number) => {
        moved += clusters
        report()
      }
      const outcome = await new CompactPass({ ...parts, size, onMoved }, sources).run()
      // Where nothing moves though nobody is in the way, nothing will.
      settled = outcome.moved === 0 && !outcome.missed
    }
    await mayGoOn()
    if (await cutTail(parts)) settled = false
  }
  const cut = Math.max(0, before - image.file.size())
  return { moved: moved * clusterSize, cut, passes, settled }
}

/** Cuts the file behind its last used cluster, step by step; false when there is nothing to cut. */
export async function cutTail({
  image,
  holdings,
  mayGoOn,
}: Pick<PassParts, 'image' | 'holdings' | 'mayGoOn'>): Promise<boolean> {
  const { clusterSize } = image.tables.geometry
  const before = image.file.size()
  const step = new CutSize(clusterSize)
  if (hasTail(image, holdings)) await image.announce()
  for (let length = before; hasTail(image, holdings);) {
    await mayGoOn()
    await image.flushFiles()
    const end = holdings.map.top * clusterSize
    // A hole is gone at once, however long it is.
    const isHole = end < length && endsInHole(image.file, end)
    const started = systemClock.now()
    await image.trim(isHole ? length : step.bytes)
    const took = systemClock.now() - started
    if (!isHole) step.took(took)
    // The guest may have taken what was free, or something holds the end that nothing is known of.
    if (image.file.size() >= length) break
    length = image.file.size()
    await leaveTime(took)
  }
  return image.file.size() < before
}

/** Whether the file ends in free clusters, or in what may go to a free place further down. */
function hasTail({ file, tables }: RecyclableImage, { map }: Holdings): boolean {
  const { top } = map
  if (top < ceilDiv(file.size(), tables.geometry.clusterSize)) return true
  return map.free > 0 && tables.yieldsToTrim(top - 1)
}

/** The guest has most of the time: not one of a hundred requests meets a cut then. */
async function leaveTime(took: number): Promise<void> {
  if (took < 1) return
  await new Promise<void>((resolve) => {
    systemClock.after(Math.min(LONGEST_REST_MS, took * REST_TIMES), resolve)
  })
}
