import { breather } from '../../base/abort.ts'
import type { BitSet } from '../../base/bit-set.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import { cutFile } from '../../storage/cut-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { refcountTableEntries } from '../format/header-rules.ts'
import { readHeaderArea } from '../header-file.ts'
import { rebuildRefcounts } from '../repair/rebuild-refcounts.ts'
import { RefcountEditor } from '../tables/refcount-editor.ts'
import { clearUnknownAutoclear } from './clear-unknown-autoclear.ts'
import { forgetZeroes } from './forget-zeroes.ts'
import { planInPlace, type InPlacePlan, type MovedClusters } from './in-place-plan.ts'
import { MeteredFile } from './metered-file.ts'
import { MoveBatch } from './move-batch.ts'
import { moveData } from './move-data.ts'
import type { MoveRound } from './move-round.ts'
import { moveRuns } from './move-runs.ts'
import { moveBitmapData } from './move-bitmap-data.ts'
import { moveRefcountBlocks } from './move-refcount-blocks.ts'
import { moveTables } from './move-tables.ts'
import { surveyImage } from './survey-image.ts'
import { use, type Survey } from './survey.ts'

export interface InPlaceOptions extends OperationContext {
  /** Data clusters that are all zero, by host cluster. */
  readonly zero?: BitSet | undefined
  /** Nothing moves: zero clusters are let go of, leaked ones freed, and the file's end is cut. */
  readonly onlyZeroes?: boolean | undefined
  /**
   * Bytes that are copied between two flushes, about. Default: 8 to 512 MiB, so many that a flush takes
   * less than 100 ms.
   */
  readonly batchBytes?: number | undefined
}

/** What was done. */
export interface InPlaceOutcome {
  /** As it is in the file now. */
  readonly area: HeaderArea
  /** `nothing-to-do`: nothing was written. */
  readonly outcome: 'compacted' | 'nothing-to-do'
  readonly moved: MovedClusters
  readonly movedBytes: number
  readonly zeroClusters: number
  readonly emptiedTables: number
  readonly leakedClusters: number
  /** Bytes of the file. */
  readonly before: number
  readonly after: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly flushes: number
  /** Bytes that the file was longer on the way: for refcounts that were made right first. */
  readonly peakExtraBytes: number
}

/**
 * Makes an image file shorter by moving what is at its end into the holes before it, as `planInPlace` says
 * for a survey of the file as it is now. What a guest reads, in every state, does not change; neither do
 * snapshots, bitmaps and everything else the header knows. If less than a cluster and no zero cluster is
 * gained, nothing is written.
 *
 * For an image that a check found without corruptions, held so that nobody else changes it, its dirty bit
 * not set. Refcounts that are higher than the references (a crash between the tables of two snapshots
 * leaves such) are counted anew first: what is shared could not move with them. That is a switch of its own
 * (`rebuildRefcounts`), and the file may end elsewhere than planned, by what the refcounts take.
 *
 * At every moment the file is a valid image with leaked clusters at most (docs/COMPACTION.md). A cancel
 * and a pause are heard within 4 MiB of copying or a commit (100 ms, about); what was done until then stays, and
 * the end of the file is cut where it is free. The next run goes on from there.
 *
 * Throws what `surveyImage` throws before anything is written; `compact-cancelled`, `compact-stopped`.
 */
export async function compactInPlace(
  held: WritableFile,
  area: HeaderArea,
  { zero, onlyZeroes = false, batchBytes, ...context }: InPlaceOptions = {},
): Promise<InPlaceOutcome> {
  const file = new MeteredFile(held)
  const before = file.size()
  const look = { zero, onlyZeroes, ...context }
  let plan = await planFrom(file, area, look)
  const { gains } = plan
  if (gains && plan.survey.overcounted > 0) {
    const counted = await rebuildRefcounts(file, area, context)
    // The tables have been reported already.
    plan = await planFrom(file, counted, { ...look, onProgress: undefined })
  }
  if (plan.gains) await carryOut(file, plan, { batchBytes, ...context })
  const { bytesRead, bytesWritten, flushes } = file
  return {
    area: gains ? readHeaderArea(file) : area,
    outcome: gains ? 'compacted' : 'nothing-to-do',
    moved: plan.moved,
    movedBytes: plan.movedBytes,
    zeroClusters: plan.zeroClusters,
    emptiedTables: plan.emptiedTables,
    leakedClusters: gains ? plan.leakedClusters : 0,
    before,
    after: file.size(),
    bytesRead,
    bytesWritten,
    flushes,
    peakExtraBytes: Math.max(file.longest - before, 0),
  }
}

async function planFrom(
  file: WritableFile,
  area: HeaderArea,
  { zero, onlyZeroes, ...context }: Pick<InPlaceOptions, 'zero' | 'onlyZeroes'> & OperationContext,
): Promise<InPlacePlan> {
  const survey = await surveyImage(file, area, { zero, ...context })
  return planInPlace(survey, { onlyZeroes: onlyZeroes === true, ...context })
}

async function carryOut(
  file: MeteredFile,
  plan: InPlacePlan,
  context: Pick<InPlaceOptions, 'batchBytes'> & OperationContext,
): Promise<void> {
  const { header, geometry } = plan.survey.area
  const refcounts = new RefcountEditor(file, geometry, {
    offset: header.refcountTableOffset,
    entries: refcountTableEntries(header, geometry),
  })
  try {
    await work(file, refcounts, plan, context)
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    throw await leaveValid(file, { refcounts, clusterSize: geometry.clusterSize }, error)
  }
}

async function work(
  file: MeteredFile,
  refcounts: RefcountEditor,
  plan: InPlacePlan,
  { batchBytes, signal, pause, onProgress }: Pick<InPlaceOptions, 'batchBytes'> & OperationContext,
): Promise<void> {
  const { survey } = plan
  let copied = 0
  const onCopied = (bytes: number) => {
    copied += bytes
    onProgress?.({ phase: 'moves', done: copied, total: plan.movedBytes, unit: 'bytes' })
  }
  await clearUnknownAutoclear(file, survey.area)
  const batch = new MoveBatch({ file, refcounts, signal, pause, onCopied, batchBytes })
  await forgetZeroes({ file, survey, batch, signal, pause, onProgress })
  const breathe = breather(signal, { pause })
  await freeLeaked(survey, refcounts, breathe)
  for (const round of plan.rounds) {
    const parts = { file, area: readHeaderArea(file), round, refcounts, batch, onCopied, breathe }
    await moveData(parts)
    await moveBitmapData(parts)
    await moveTables(parts)
    await moveRefcountBlocks(parts)
    await moveRuns(parts)
    await dropBlocks(file, refcounts, round)
  }
  refcounts.writeBlocks()
  await file.flush()
  refcounts.committed()
  if (file.size() > plan.fileLength) {
    const { clusterSize } = survey.area.geometry
    await cutFile(file, plan.fileLength, { clusterSize, breathe })
    await file.flush()
  }
}

/** Refcount blocks that wait in memory to be written. */
const dirtyBytes = 16 * 1024 * 1024

/** Nobody refers to them, so it does not matter when that reaches the disk. */
async function freeLeaked(
  { kinds }: Survey,
  refcounts: RefcountEditor,
  breathe: () => Promise<void> | undefined,
): Promise<void> {
  for (let at = kinds.indexOf(use.leaked); at !== -1; at = kinds.indexOf(use.leaked, at + 1)) {
    refcounts.set(at, 0)
    if (refcounts.dirtyBytes > dirtyBytes) {
      refcounts.writeBlocks()
      refcounts.committed()
    }
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}

/** Once nothing is behind the new end any more, durably, the blocks that counted it go. */
async function dropBlocks(
  file: WritableFile,
  refcounts: RefcountEditor,
  { blocks, layout }: MoveRound,
): Promise<void> {
  refcounts.writeBlocks()
  await file.flush()
  refcounts.committed()
  const dropped = refcounts.dropBlocksFrom(blocks)
  if (dropped.length === 0) return
  refcounts.writeTableEntries()
  await file.flush()
  refcounts.committed()
  for (const offset of dropped) {
    const cluster = offset / layout.clusterSize
    if (refcounts.isCounted(cluster)) refcounts.set(cluster, 0)
  }
}

/** Who cancelled waits for it; what is not cut by then is free, and the next run cuts it. */
const lastCutMs = 50

/** What was left is free, and so may the end of the file be; gives what to tell. */
async function leaveValid(
  file: WritableFile,
  { refcounts, clusterSize }: { readonly refcounts: RefcountEditor; readonly clusterSize: number },
  error: ImageError,
): Promise<ImageError> {
  const told = new ImageError(
    error.kind === 'cancelled' ? 'compact-cancelled' : 'compact-stopped',
    { path: file.name, found: error.explanation.title },
    { cause: error },
  )
  // After a failed flush nobody knows what is in the file, and nothing more may be written to it.
  if (error.kind !== 'cancelled') return error.reason === 'flush-failed' ? error : told
  try {
    refcounts.writeBlocks()
    await file.flush()
    refcounts.committed()
    const end = (refcounts.lastCounted() + 1) * clusterSize
    if (end < file.size()) {
      const nobodyWaits = () => undefined
      await cutFile(file, end, { clusterSize, breathe: nobodyWaits, atMostMs: lastCutMs })
      await file.flush()
    }
    return told
  } catch (thrown) {
    return ImageError.from(thrown, { path: file.name })
  }
}
