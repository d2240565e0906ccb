import { formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { clsx } from '../../ui/clsx.ts'
import type { CompactGain, SpacePart } from './compact-outlook.ts'
import { compactTexts } from './compact-texts.ts'
import './compact.css'

export interface SpaceBarsProps {
  readonly gain: Pick<CompactGain, 'before' | 'after'>
  /** What the file holds now; absent after the work, when it no longer does. */
  readonly parts?: readonly SpacePart[]
  /** The work is done: what was then is now. */
  readonly isDone?: boolean
}

/** The file now and then, to one scale. */
export function SpaceBars({ gain: { before, after }, parts, isDone = false }: SpaceBarsProps) {
  const units = useSettings((state) => state.settings.units)
  const { bar } = compactTexts()
  const largest = Math.max(before, after, 1)
  const now = formatBytes(before, units)
  const then = formatBytes(after, units)
  return (
    <div
      className="space-bars"
      role="img"
      aria-label={isDone ? bar.descriptionDone(now, then) : bar.description(now, then)}
    >
      <span className="space-bars-label">{isDone ? bar.wasBefore : bar.before}</span>
      <div className="space-bar">
        {(parts ?? [{ kind: 'used', bytes: before } as const]).map(({ kind, bytes }) => (
          <span
            key={kind}
            className={`space-part space-${kind}`}
            style={{ width: `${(bytes / largest) * 100}%` }}
          />
        ))}
      </div>
      <span className="space-bars-size">{now}</span>
      <span className="space-bars-label">{isDone ? bar.isAfter : bar.after}</span>
      <div className="space-bar">
        <span
          className={clsx('space-part space-used', isDone && 'space-then')}
          style={{ width: `${(after / largest) * 100}%` }}
        />
      </div>
      <span className="space-bars-size">{then}</span>
    </div>
  )
}
