import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { PlanOf } from '../../../ipc/schemas/plan.ts'
import { formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { formatRange } from '../../format/offsets.ts'
import { useSettings } from '../../state/settings.ts'
import { foreign } from '../../texts/texts.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Icon } from '../../ui/icon.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { usePartitions } from '../check/use-partitions.ts'
import { partitionWords } from '../disk/disk-words.ts'
import { repairTexts } from './repair-texts.ts'

type Step = PlanOf<'repair'>['steps'][number]
type Lost = Step['lost'][number]

export interface RepairStepsProps {
  readonly row: LibraryRow
  readonly steps: readonly Step[]
  /** Names of the steps that were agreed to. */
  readonly allowed: readonly string[]
  readonly onAllow: (step: string, agreed: boolean) => void
  /** Present when what is agreed to gives data up: the image's name has to be typed. */
  readonly consent?: { readonly typed: string; readonly onType: (text: string) => void }
}

/** What a repair does; each step that gives something up waits for its own word of consent. */
export function RepairSteps({ row, steps, allowed, onAllow, consent }: RepairStepsProps) {
  const words = repairTexts().steps
  const safe = steps.filter(({ losesData }) => !losesData)
  const losing = steps.filter(({ losesData }) => losesData)
  return (
    <>
      {safe.length > 0 && (
        <section className="repair-part" aria-label={words.title}>
          <h3 className="repair-heading">{words.title}</h3>
          <ul className="repair-steps">
            {safe.map(({ name, text }) => (
              <li key={name}>
                <Icon name="check" />
                <span className="selectable">{foreign(text)}</span>
              </li>
            ))}
          </ul>
          <p className="muted">{words.safe}</p>
        </section>
      )}
      {losing.length > 0 && (
        <section className="repair-part repair-losing" aria-label={words.loses}>
          <h3 className="repair-heading">{words.loses}</h3>
          {losing.map((step) => (
            <div key={step.name} className="repair-losing-step">
              <Checkbox
                label={foreign(step.text)}
                checked={allowed.includes(step.name)}
                onChange={(agreed) => onAllow(step.name, agreed)}
              />
              <LostRanges row={row} step={step} />
            </div>
          ))}
          {consent !== undefined && (
            <TextField
              label={words.typeName(row.name)}
              value={consent.typed}
              autoComplete="off"
              spellCheck={false}
              onChange={consent.onType}
            />
          )}
        </section>
      )}
    </>
  )
}

/** More of them say nothing that these do not. */
const rangesShown = 100

function LostRanges({ row, step }: { readonly row: LibraryRow; readonly step: Step }) {
  const units = useSettings((state) => state.settings.units)
  const words = repairTexts().steps
  const more = step.lostOmitted + Math.max(0, step.lost.length - rangesShown)
  const hasPartitions = step.lost.some(({ partition }) => partition !== undefined)
  const partitions = usePartitions(hasPartitions ? row.id : undefined)
  const partitionOf = ({ partition: number }: Lost): readonly string[] => {
    if (number === undefined) return []
    const known = partitions.find((partition) => partition.number === number)
    return [known === undefined ? words.partition(String(number)) : partitionWords(known, units)]
  }
  if (step.lost.length === 0) return null
  const title = words.lost(counted(step.lost.length + step.lostOmitted, 'range'))
  return (
    <details className="repair-lost">
      <summary>
        <Icon name="chevron-right" />
        {title}
      </summary>
      <div className="repair-lost-scroller" tabIndex={0} role="region" aria-label={title}>
        <ul className="selectable">
          {step.lost.slice(0, rangesShown).map((lost) => (
            <li key={`${lost.snapshot ?? ''}:${lost.start}`}>
              <span className="mono">{formatRange(lost.start, lost.length)}</span>{' '}
              {[
                formatBytes(lost.length, units),
                ...partitionOf(lost),
                ...(lost.snapshot === undefined ? [] : [words.ofSnapshot(lost.snapshot)]),
              ].join(', ')}
            </li>
          ))}
          {more > 0 && <li className="muted">{words.more(formatCount(more))}</li>}
        </ul>
      </div>
    </details>
  )
}
