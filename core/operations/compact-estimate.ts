import type { ModePlan } from './compact-plan.ts'

/**
 * An ordinary solid-state disk with SHA-256 on one thread; the same for all modes, so that their times can
 * be compared. Nothing is measured: a plan that tried the disk would disturb what it plans for.
 */
const readBytesPerSecond = 400 * 1024 * 1024
const writtenBytesPerSecond = 200 * 1024 * 1024
const holesPerSecond = 10_000

/** A guess, whole seconds, 1 at least; undefined when there is nothing to do. */
export function estimatedSeconds(
  { work, gains }: Pick<ModePlan, 'work' | 'gains'>,
  holes = 0,
): number | undefined {
  if (!gains) return undefined
  const seconds =
    work.readBytes / readBytesPerSecond +
    work.writtenBytes / writtenBytesPerSecond +
    holes / holesPerSecond
  return Math.max(1, Math.ceil(seconds))
}
