import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import { useNow } from '../../state/clock.ts'
import { useSettings } from '../../state/settings.ts'
import { Button } from '../../ui/button.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { planTexts } from './plan-texts.ts'
import { preflightWords } from './preflight-words.ts'
import type { PlannedAction } from './use-action-plan.ts'
import './preflight-card.css'

/** What can be done about a line that is not in order. */
export interface WayOut {
  readonly label: string
  readonly run: () => void
  /** It is being done. */
  readonly busy?: boolean
}

/** The best one first. */
export type WaysOut = Readonly<
  Partial<Record<PreflightLine['id'], WayOut | readonly WayOut[] | undefined>>
>

const icons: Readonly<Record<PreflightLine['tone'], IconName>> = {
  good: 'check',
  note: 'care',
  stop: 'cross-circle',
}

const order: Readonly<Record<PreflightLine['tone'], number>> = { stop: 0, note: 1, good: 2 }

export interface PreflightCardProps {
  readonly action: Pick<PlannedAction, 'plan' | 'isCurrent' | 'isFinal' | 'progress'>
  readonly ways?: WaysOut
}

/** What stands for and against a change, the worst first; each line by sign and words. */
export function PreflightCard({ action, ways }: PreflightCardProps) {
  const { plan, isCurrent, isFinal, progress } = action
  const words = planTexts().card
  const share = progress && (progress.share ?? shareOf(progress))
  return (
    <section className="preflight" aria-label={words.title}>
      <div className="preflight-head">
        <h3 className="preflight-title">{words.title}</h3>
        <span className="preflight-verdict" role="status">
          {plan !== undefined && (isCurrent ? verdict(plan.preflight) : words.again)}
        </span>
      </div>
      {plan === undefined ? (
        <div className="preflight-waiting">
          {words.waiting}
          <ProgressBar value={share} thin label={words.waiting} />
        </div>
      ) : (
        <>
          <ul className="preflight-list" aria-busy={!isCurrent}>
            {plan.preflight
              .toSorted((one, other) => order[one.tone] - order[other.tone])
              .map((line) => (
                <Line key={keyOf(line)} line={line} way={ways?.[line.id]} />
              ))}
          </ul>
          {isCurrent && !isFinal && progress !== undefined && (
            <ProgressBar value={share} thin label={words.waiting} />
          )}
        </>
      )}
    </section>
  )
}

interface LineProps {
  readonly line: PreflightLine
  readonly way: WaysOut[PreflightLine['id']]
}

function Line({ line, way }: LineProps) {
  const units = useSettings((state) => state.settings.units)
  const now = useNow(30_000)
  const { title, detail } = preflightWords(line, { units, now })
  const isGood = line.tone === 'good'
  return (
    <li className={`preflight-line preflight-${line.tone}`}>
      <Icon name={icons[line.tone]} />
      <div className="preflight-words selectable">
        <span className="visually-hidden">{planTexts().card.tone[line.tone]}: </span>
        {isGood ? title : <strong>{title}</strong>}
        {detail !== undefined && <p className="preflight-detail">{detail}</p>}
      </div>
      {!isGood &&
        waysOf(way).map(({ label, busy = false, run }) => (
          <Button key={label} size="small" busy={busy} onClick={run}>
            {label}
          </Button>
        ))}
    </li>
  )
}

/** All of them, as a list. */
export function waysOf(way: WaysOut[PreflightLine['id']]): readonly WayOut[] {
  if (way === undefined) return []
  return 'label' in way ? [way] : way
}

function verdict(lines: readonly PreflightLine[]): string {
  const words = planTexts().card
  const count = (tone: PreflightLine['tone']): number =>
    lines.filter((line) => line.tone === tone).length
  if (count('stop') > 0) return words.stops(count('stop'))
  return count('note') > 0 ? words.notes(count('note')) : words.ready
}

const shareOf = ({ done, total }: { readonly done: number; readonly total: number }) =>
  total > 0 ? done / total : undefined

/** Refusals can be several; each of the others is there once, or once for each folder. */
const keyOf = (line: PreflightLine): string =>
  line.id === 'refusal'
    ? `refusal:${line.error.code}:${line.error.explanation.detail}`
    : line.id === 'space'
      ? `space:${line.folder}`
      : line.id
