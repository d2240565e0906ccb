import type { JobProgress } from '../../ipc/schemas/job.ts'
import { texts } from '../texts/texts.ts'
import { formatBytes, type ByteUnits } from './bytes.ts'
import { formatCount } from './counts.ts'

/** "212 MiB/s", or "1,200 clusters/s" for work that is not counted in bytes. */
export function formatSpeed(
  perSecond: number,
  unit: JobProgress['unit'],
  units: ByteUnits,
): string {
  const perSecondOf = texts().units.perSecond
  return unit === 'bytes'
    ? perSecondOf.bytes(formatBytes(Math.round(perSecond), units))
    : perSecondOf[unit](formatCount(Math.round(perSecond)))
}
