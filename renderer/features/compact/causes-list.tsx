import { useState } from 'react'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { Button } from '../../ui/button.tsx'
import { GuestCard } from '../resize/guest-card.tsx'
import { trimSteps } from '../resize/guest-steps.ts'
import { guestTexts } from '../resize/guest-texts.ts'
import type { CompactPlan, SpacePart } from './compact-outlook.ts'
import { compactTexts } from './compact-texts.ts'

interface Cause {
  readonly kind: Exclude<SpacePart['kind'], 'used'> | 'snapshots'
  readonly name: string
  readonly meaning: string
  readonly bytes: number | undefined
  readonly margin?: number
}

export interface CausesListProps {
  readonly plan: CompactPlan
  /** What to do in the guest stands elsewhere already. */
  readonly tellsHow: boolean
}

/** What the space is taken by, cause by cause; those that are not given back say so. */
export function CausesList({ plan, tellsHow }: CausesListProps) {
  const units = useSettings((state) => state.settings.units)
  const [showsHow, setShowsHow] = useState(false)
  const words = compactTexts().causes
  const guest = guestTexts()
  return (
    <section aria-label={words.title}>
      <h3 className="compact-heading">{words.title}</h3>
      <ul className="causes">
        {causesOf(plan).map(({ kind, name, meaning, bytes, margin = 0 }) => (
          <li key={kind} className="cause">
            <span className={`cause-swatch space-${kind}`} aria-hidden="true" />
            <span className="cause-name">{name}</span>
            <span className="cause-meaning">{meaning}</span>
            <span
              className="cause-bytes"
              title={bytes === undefined ? undefined : exactBytes(bytes)}
            >
              {bytes === undefined
                ? words.zeroUnknown
                : bytes === 0
                  ? words.none
                  : margin > 0
                    ? words.margin(formatBytes(bytes, units), formatBytes(margin, units))
                    : formatBytes(bytes, units)}
            </span>
          </li>
        ))}
        <li className="cause">
          <span className="cause-swatch space-guest" aria-hidden="true" />
          <span className="cause-name">{words.guest}</span>
          <span className="cause-meaning">{words.guestMeaning}</span>
          {!tellsHow && (
            <Button size="small" aria-expanded={showsHow} onClick={() => setShowsHow(!showsHow)}>
              {words.guestHow}
            </Button>
          )}
        </li>
      </ul>
      {showsHow && !tellsHow && (
        <GuestCard title={guest.trimTitle} intro={guest.trim.text} steps={trimSteps()} />
      )}
    </section>
  )
}

function causesOf({ causes, format }: CompactPlan): readonly Cause[] {
  const words = compactTexts().causes
  const zero: Cause = {
    kind: 'zero',
    name: words.zero,
    meaning: words.zeroMeaning,
    bytes: causes.zeroBytes,
    margin: causes.zeroMarginBytes,
  }
  // A raw file has no tables that could be wrong: zeroes are all there is.
  if (format === 'raw') return [zero]
  return [
    zero,
    {
      kind: 'leaked',
      name: words.leaked,
      meaning: words.leakedMeaning,
      bytes: causes.leakedBytes,
    },
    { kind: 'holes', name: words.holes, meaning: words.holesMeaning, bytes: causes.holeBytes },
    { kind: 'tail', name: words.tail, meaning: words.tailMeaning, bytes: causes.tailBytes },
    ...(causes.snapshotOnlyBytes === 0
      ? []
      : [
          {
            kind: 'snapshots' as const,
            name: words.snapshots,
            meaning: words.snapshotsMeaning,
            bytes: causes.snapshotOnlyBytes,
          },
        ]),
  ]
}
