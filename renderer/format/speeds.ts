import type { JobProgress } from '../../ipc/schemas/job.ts'
import { formatBytes, type ByteUnits } from './bytes.ts'
import { formatCount } from './counts.ts'

/** "212 MiB/s", or "1,200 clusters/s" for work that is not counted in bytes. */
export function formatSpeed(
  perSecond: number,
  unit: JobProgress['unit'],
  units: ByteUnits,
): string {
  return unit === 'bytes'
    ? `${formatBytes(Math.round(perSecond), units)}/s`
    : `${formatCount(Math.round(perSecond))} ${unit}/s`
}
