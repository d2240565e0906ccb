import { throwIfAborted } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import {
  measureSpareSpace,
  punchSpareSpace,
  type SpareSpace,
} from '../../storage/punch-spare-space.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { releaseLeaked } from './punch-leaked.ts'
import { spareLayoutOf, type SurveyedUse } from './punch-layout.ts'

export interface PunchOptions extends OperationContext {
  /** Whether guest data is read for blocks of zeroes; without it only metadata is looked at. Default true. */
  readonly scanZeroes?: boolean | undefined
}

/** What punching gave back. Bytes throughout. */
export interface PunchResult {
  /** That the host stored and no longer does; promised space is not in it (see `allocatedAfter`). */
  readonly punchedBytes: number
  /** Of those, guest data that was all zero. */
  readonly zeroBytes: number
  /** Clusters that nothing referred to and that the refcounts called used. */
  readonly leakedFreed: number
  readonly bytesRead: number
  /** What the host has set aside for the file, before and after; undefined where it does not tell. */
  readonly allocatedBefore: number | undefined
  readonly allocatedAfter: number | undefined
}

/** What punching would give back; promised space is told apart, for it is not stored. */
export function measurePunch(
  file: BlockFile,
  survey: SurveyedUse,
  { scanZeroes = true, ...context }: PunchOptions = {},
): Promise<SpareSpace & { readonly promisedBytes: number }> {
  return measureSpareSpace(file, spareLayoutOf(survey, { scanZeroes }), context)
}

/**
 * Gives back the space of an image file without moving anything: unused clusters, and blocks of 4 KiB
 * inside guest data that are all zero, become holes. The file keeps its length, every structure its place
 * and every reader its content; space that was allocated beforehand is given up. Leaked clusters are
 * counted as free afterwards.
 *
 * Somebody holds the file and nothing is under way in it; `survey` is of the file as it is now. Cancelled
 * or failed at any point it leaves a valid image with the same content: run again it goes on. Throws
 * `punch-unsupported` before anything changed.
 */
export async function punchQcow2(
  file: WritableFile,
  survey: SurveyedUse,
  { scanZeroes = true, ...context }: PunchOptions = {},
): Promise<PunchResult> {
  throwIfAborted(context.signal)
  const allocatedBefore = file.allocatedBytes()
  // Before the refcounts: nothing refers to a leaked cluster, whatever its count is, and a file system
  // without holes must find the image unchanged.
  const spare = await punchSpareSpace(file, spareLayoutOf(survey, { scanZeroes }), context)
  const leaked = await releaseLeaked(file, survey, context)
  const punchedBytes = spare.unusedBytes + spare.zeroBytes
  if (spare.holes > 0 || leaked > 0) await file.flush()
  return {
    punchedBytes,
    zeroBytes: spare.zeroBytes,
    leakedFreed: leaked * survey.area.geometry.clusterSize,
    bytesRead: spare.bytesRead,
    allocatedBefore,
    allocatedAfter: file.allocatedBytes(),
  }
}
