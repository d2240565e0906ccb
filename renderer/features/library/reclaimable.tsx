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

const unknown = '–'

/** What compacting would give back; "≥" for what is certain alone, "~" for a guess, "–" when nobody has looked. */
export function Reclaimable({ row: { reclaimable }, units }: ReclaimableProps) {
  if (reclaimable === undefined) return <span className="library-unknown">{unknown}</span>
  return (
    <span className={clsx((reclaimable.stale || reclaimable.bytes === 0) && 'library-unknown')}>
      {reclaimableWords(reclaimable, units)}
    </span>
  )
}

export function reclaimableWords(
  { bytes, isExact, isLeast = false, stale }: NonNullable<LibraryRow['reclaimable']>,
  units: ByteUnits,
): string {
  const { least, about } = texts().library.cells.reclaimable
  const size = formatBytes(bytes, units)
  if (!stale && isLeast) return bytes === 0 ? unknown : least(size)
  return (stale || !isExact) && bytes > 0 ? about(size) : size
}

export function reclaimableHint({ reclaimable }: LibraryRow): string {
  const { cells } = texts().library
  if (reclaimable === undefined) return cells.notEstimated
  const { bytes, isExact, isLeast = false, stale, at } = reclaimable
  const { units } = useSettings.getState().settings
  const { exact, atLeast, sampled } = cells.reclaimable
  const say = isExact ? exact : isLeast ? atLeast : sampled
  const sentence = say(formatBytes(bytes, units), exactDate(at))
  return stale ? `${sentence}\n${cells.reclaimable.stale}` : sentence
}
