import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { exactDate } from '../../format/dates.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { clsx } from '../../ui/clsx.ts'

export interface ReclaimableProps {
  readonly row: LibraryRow
  readonly units: ByteUnits
}

/** What compacting would give back; "~" for what is no whole truth, "–" when nobody has looked. */
export function Reclaimable({ row: { reclaimable }, units }: ReclaimableProps) {
  if (reclaimable === undefined) return <span className="library-unknown">–</span>
  const { bytes, isExact, stale } = reclaimable
  return (
    <span className={clsx((stale || bytes === 0) && 'library-unknown')}>
      {(!isExact || stale) && bytes > 0 && '~ '}
      {formatBytes(bytes, units)}
    </span>
  )
}

export function reclaimableHint({ reclaimable }: LibraryRow): string {
  const { cells } = texts().library
  if (reclaimable === undefined) return cells.notEstimated
  const { bytes, isExact, stale, at } = reclaimable
  const { units } = useSettings.getState().settings
  const say = isExact ? cells.reclaimable.exact : cells.reclaimable.atLeast
  const sentence = say(formatBytes(bytes, units), exactDate(at))
  return stale ? `${sentence}\n${cells.reclaimable.stale}` : sentence
}
