import type { PlanOf } from '../../../ipc/schemas/plan.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { formatOffset } from '../../format/offsets.ts'
import { useSettings } from '../../state/settings.ts'
import { foreign } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Icon } from '../../ui/icon.tsx'
import { groupFindings } from '../check/group-findings.ts'
import { healthWords } from '../library/health-words.ts'
import { RepairSteps, type RepairStepsProps } from './repair-steps.tsx'
import { repairTexts } from './repair-texts.ts'

type RepairPlan = PlanOf<'repair'>

export interface RepairPlanViewProps extends Omit<RepairStepsProps, 'steps'> {
  readonly plan: RepairPlan | undefined
  /** There is no plan, and the dialog says why. */
  readonly hasFailed: boolean
}

/** A repair before it is done: the health now and then, what is wrong, what is done, and every write. */
export function RepairPlanView({ plan, hasFailed, ...steps }: RepairPlanViewProps) {
  const words = repairTexts()
  const units = useSettings((state) => state.settings.units)
  if (plan === undefined) {
    return hasFailed ? null : <p className="muted repair-waiting">{words.outcome.planning}</p>
  }
  const losesMore = plan.steps.some(({ losesData, included }) => losesData && !included)
  return (
    <div className="repair-plan">
      <div className="repair-outcome" role="group" aria-label={words.outcome.title}>
        <Health title={words.outcome.before} counts={plan.before} />
        <span className="repair-arrow">
          <Icon name="chevron-right" size={24} />
        </span>
        <Health title={words.outcome.after} counts={plan.after} />
      </div>
      <Findings title={words.findings.title} groups={plan.findings} />
      <RepairSteps {...steps} steps={plan.steps} />
      {plan.remaining.length > 0 && (
        <Findings
          title={words.findings.left}
          meaning={losesMore ? words.findings.leftConsent : words.findings.leftMeaning}
          groups={plan.remaining}
        />
      )}
      {plan.writes.length > 0 && <Writes plan={plan} />}
      {plan.safetyCopyBytes > 0 && (
        <p className="repair-copy" title={exactBytes(plan.safetyCopyBytes)}>
          <Icon name="undo" />
          {words.safetyCopy(formatBytes(plan.safetyCopyBytes, units))}
        </p>
      )}
    </div>
  )
}

interface HealthProps {
  readonly title: string
  readonly counts: RepairPlan['before']
}

function Health({ title, counts }: HealthProps) {
  const { outcome } = repairTexts()
  const nouns = {
    corruptions: 'corruption',
    leaks: 'leakedCluster',
    checkErrors: 'unreadablePart',
  } as const
  const { word, tone, icon } = healthWords(counts.health)
  const parts = (['corruptions', 'leaks', 'checkErrors'] as const).flatMap((name) => {
    return counts[name] === 0 ? [] : [counted(counts[name], nouns[name])]
  })
  return (
    <div className="repair-health">
      <span className="repair-health-title">{title}</span>
      <Badge tone={tone} icon={icon}>
        {word}
      </Badge>
      <span className="muted">{parts.length === 0 ? outcome.nothing : parts.join(', ')}</span>
    </div>
  )
}

interface FindingsProps {
  readonly title: string
  readonly meaning?: string
  readonly groups: RepairPlan['findings']
}

function Findings({ title, meaning, groups }: FindingsProps) {
  const words = repairTexts().findings
  return (
    <section className="repair-part" aria-label={title}>
      <h3 className="repair-heading">{title}</h3>
      {meaning !== undefined && <p className="muted">{meaning}</p>}
      <ul className="repair-findings">
        {groupFindings(groups).map((harm) => (
          <li key={harm.harm} className={`repair-harm repair-harm-${harm.harm}`}>
            <strong title={harm.meaning}>{harm.title}</strong>
            {harm.findings.map(({ rule, structure, count, example }) => (
              <p key={`${rule}:${structure}`} className="selectable">
                {foreign(example)}{' '}
                {count > 1 && <span className="muted">{words.more(formatCount(count))}</span>}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Writes({ plan }: { readonly plan: RepairPlan }) {
  const units = useSettings((state) => state.settings.units)
  const words = repairTexts().writes
  const count = plan.writes.length + plan.writesOmitted
  return (
    <details className="repair-writes">
      <summary>
        <Icon name="chevron-right" />
        {words.title(counted(count, 'write'), formatBytes(plan.bytesWritten, units))}
      </summary>
      <div className="repair-writes-scroller" tabIndex={0} role="region" aria-label={words.list}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.where}</th>
              <th scope="col">{words.before}</th>
              <th scope="col">{words.after}</th>
            </tr>
          </thead>
          <tbody className="selectable">
            {plan.writes.map(({ structure, offset, length, before, after }) => (
              <tr key={offset}>
                <th scope="row">
                  {structure} <span className="mono">{formatOffset(offset)}</span>,{' '}
                  {formatBytes(length, units)}
                </th>
                <td>{before}</td>
                <td>{after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {plan.writesOmitted > 0 && (
        <p className="muted">{words.more(formatCount(plan.writesOmitted))}</p>
      )}
    </details>
  )
}
