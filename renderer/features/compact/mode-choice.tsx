import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useId } from 'react'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { formatEstimate } from '../../format/durations.ts'
import { explain } from '../../state/explain-error.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { enterChooses } from '../../ui/enter-chooses.ts'
import { Segmented } from '../../ui/segmented.tsx'
import {
  compactModes,
  gainOf,
  sharedByModes,
  type CompactMode,
  type CompactPlan,
  type Compression,
  type SharedByModes,
} from './compact-outlook.ts'
import { compactTexts } from './compact-texts.ts'

export interface ModeChoiceProps {
  readonly plan: CompactPlan
  readonly mode: CompactMode
  readonly compression: Compression
  readonly onMode: (mode: CompactMode) => void
  readonly onCompression: (compression: Compression) => void
}

/** Every way to compact, with what it comes to or why it cannot be. */
export function ModeChoice({ plan, mode, compression, onMode, onCompression }: ModeChoiceProps) {
  const id = useId()
  const units = useSettings((state) => state.settings.units)
  const words = compactTexts().modes
  const shared = sharedByModes(plan)
  const common = shared.notes.flatMap((note) => wordOf(words.notes, note) ?? [])
  return (
    <section>
      <h3 id={id} className="compact-heading">
        {words.title}
      </h3>
      {common.map((sentence) => (
        <p key={sentence} className="field-hint modes-common">
          {sentence}
        </p>
      ))}
      <RadioGroup
        className="modes"
        aria-labelledby={id}
        value={mode}
        onValueChange={(chosen: CompactMode) => onMode(chosen)}
        onKeyDown={enterChooses}
      >
        {compactModes.map((each) => {
          const isRecommended = plan.auto?.mode === each
          return (
            <Radio.Root
              key={each}
              value={each}
              className="mode"
              disabled={!plan.modes[each].allowed}
              aria-label={words.names[each]}
              aria-describedby={`${id}-${each}`}
            >
              <span className="mode-dot" aria-hidden="true" />
              <span className="mode-text" id={`${id}-${each}`}>
                <span className="mode-name">
                  {words.names[each]}
                  {isRecommended && (
                    <Badge tone="good" icon="check">
                      {words.recommended}
                    </Badge>
                  )}
                </span>
                <span className="mode-meaning">{meaningOf(plan, each, shared)}</span>
              </span>
              <span className="mode-figures">{figuresOf(plan, each, units)}</span>
            </Radio.Root>
          )
        })}
      </RadioGroup>
      {mode === 'rewrite' && (
        <div className="mode-compression">
          <Segmented
            label={words.compress}
            options={(['none', 'zlib', 'zstd'] as const).map((value) => ({
              value,
              label: words.compressions[value],
            }))}
            value={compression}
            onChange={onCompression}
          />
          <p className="field-hint">{words.compressHint[compression]}</p>
        </div>
      )}
    </section>
  )
}

/** What the mode does; why not, where it cannot be done; why it is the one, where it is recommended. */
function meaningOf(plan: CompactPlan, mode: CompactMode, shared: SharedByModes): string {
  const words = compactTexts().modes
  const { allowed, refusals, notes } = plan.modes[mode]
  const [refusal] = refusals
  if (!allowed && refusal !== undefined && refusal.reason !== shared.refusal) {
    const { title, advice } = explain(refusal)
    return texts().error.inOneLine(title, advice)
  }
  const because = plan.auto?.mode === mode ? plan.auto.because : undefined
  return [
    words.meanings[mode],
    wordOf(words.because, because),
    ...notes
      .filter((note) => !shared.notes.includes(note))
      .map((note) => wordOf(words.notes, note)),
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}

/** The engine's stable words; one that this window does not know is left out. */
const wordOf = (
  words: Readonly<Record<string, string>>,
  word: string | undefined,
): string | undefined => (word === undefined ? undefined : words[word])

function figuresOf(plan: CompactPlan, mode: CompactMode, units: ByteUnits): string {
  const words = compactTexts().modes
  const { allowed, gains, temporaryBytes, estimatedSeconds } = plan.modes[mode]
  if (!allowed) return ''
  const gain = gainOf(plan, mode)
  if (!gains || gain?.freed === 0) return words.gainsNothing
  return [
    gain === undefined ? undefined : words.after(formatBytes(gain.after, units)),
    estimatedSeconds === undefined ? undefined : words.time(formatEstimate(estimatedSeconds)),
    temporaryBytes > 0 ? words.temporary(formatBytes(temporaryBytes, units)) : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ')
}
