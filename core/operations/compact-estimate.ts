import type { ModePlan } from './compact-plan.ts'

/**
 * An ordinary solid-state disk with SHA-256 on one thread; the same for all modes, so that their times can
 * be compared. Nothing is measured: a plan that tried the disk would disturb what it plans for.
 */
const readBytesPerSecond = 400 * 1024 * 1024
const writtenBytesPerSecond = 200 * 1024 * 1024
const holesPerSecond = 10_000
/** A digest of all bytes takes in the zeroes that nobody stores, too. */
const hashedBytesPerSecond = 1024 * 1024 * 1024

export interface OtherWork {
  /** Calls to the host that make one. */
  readonly holes: number
  /** Bytes of content that are hashed and not read. */
  readonly hashedUnread: number
}

/** A guess, whole seconds, 1 at least; undefined when there is nothing to do. */
export function estimatedSeconds(
  { work, gains }: Pick<ModePlan, 'work' | 'gains'>,
  { holes, hashedUnread }: OtherWork,
): number | undefined {
  if (!gains) return undefined
  const seconds =
    work.readBytes / readBytesPerSecond +
    work.writtenBytes / writtenBytesPerSecond +
    holes / holesPerSecond +
    hashedUnread / hashedBytesPerSecond
  return Math.max(1, Math.ceil(seconds))
}
