import { useState } from 'react'
import type { Job } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatBytes } from '../../format/bytes.ts'
import { explain } from '../../state/explain-error.ts'
import { useLibrary } from '../../state/library.ts'
import { useSettings } from '../../state/settings.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan, type PlannedAction } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { GuestCard } from '../resize/guest-card.tsx'
import { trimSteps } from '../resize/guest-steps.ts'
import { guestTexts } from '../resize/guest-texts.ts'
import { CausesList } from './causes-list.tsx'
import {
  compactRequest,
  gainOf,
  shownMode,
  spaceParts,
  type CompactGain,
  type CompactMode,
  type CompactPlan,
  type Compression,
} from './compact-outlook.ts'
import { compactTexts } from './compact-texts.ts'
import { DiskStrips } from './disk-strips.tsx'
import { ModeChoice } from './mode-choice.tsx'
import { SpaceBars } from './space-bars.tsx'
import './compact.css'

export interface CompactSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

/** Gives unused space back: where it goes, what would come back, and how. */
export function CompactSheet({ imageId, onClose }: CompactSheetProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  return row === undefined ? (
    <Dialog title={compactTexts().verb} description={compactTexts().gone} onClose={onClose} />
  ) : (
    <CompactForm row={row} onClose={onClose} />
  )
}

interface CompactFormProps {
  readonly row: LibraryRow
  readonly onClose: () => void
}

function CompactForm({ row, onClose }: CompactFormProps) {
  const units = useSettings((state) => state.settings.units)
  const [chosen, setChosen] = useState<CompactMode>()
  const [compression, setCompression] = useState<Compression>('none')
  const [anyway, setAnyway] = useState(false)
  const request = compactRequest(chosen, compression)
  const action = useActionPlan({ imageId: row.id, request })
  const common = useWaysOut({ image: row, action, request, onClose })
  const plan = action.plan?.detail.kind === 'compact' ? action.plan.detail : undefined
  const mode = plan && shownMode(chosen, plan)
  const gain = plan && mode && gainOf(plan, mode)
  const words = compactTexts()
  const isLittle = action.isFinal && gain !== undefined && !gain.isWorth
  return (
    <PlanDialog
      title={words.title(row.name)}
      path={row.path}
      treatedAsRaw={row.treatedAsRaw}
      action={action}
      request={request}
      ways={{
        ...common,
        ...(mode === 'rewrite' &&
          plan?.modes['in-place'].allowed === true && {
            space: { label: words.modes.names['in-place'], run: () => setChosen('in-place') },
          }),
      }}
      verb={{
        label:
          gain === undefined || gain.freed === 0
            ? words.verb
            : words.verbFor(formatBytes(gain.freed, units)),
        notYet: whyNot({ plan, mode, gain, isFinal: action.isFinal, anyway }),
        tellsNotYet: true,
      }}
      renderNext={(job) => <BeforeAndAfter job={job} />}
      onClose={onClose}
    >
      {plan === undefined || mode === undefined ? (
        action.error === undefined && <Waiting action={action} />
      ) : (
        <>
          <Total plan={plan} gain={gain} action={action} />
          {isLittle && gain.freed > 0 && (
            <Checkbox label={words.little.anyway} checked={anyway} onChange={setAnyway} />
          )}
          {isLittle && (
            <GuestCard
              title={gain.freed === 0 ? words.little.nothingTitle : words.little.title}
              intro={guestTexts().trim.text}
              steps={trimSteps()}
            />
          )}
          <CausesList plan={plan} tellsHow={isLittle} />
          <ModeChoice
            plan={plan}
            mode={mode}
            compression={compression}
            onMode={setChosen}
            onCompression={setCompression}
          />
        </>
      )}
    </PlanDialog>
  )
}

interface WhyNotOptions {
  readonly plan: CompactPlan | undefined
  readonly mode: CompactMode | undefined
  readonly gain: CompactGain | undefined
  readonly isFinal: boolean
  readonly anyway: boolean
}

/** Reasons that are the gain's; those of the image stand in the card. */
function whyNot({ plan, mode, gain, isFinal, anyway }: WhyNotOptions): string | undefined {
  const words = compactTexts()
  if (plan === undefined || mode === undefined) return undefined
  const { allowed, refusals, gains } = plan.modes[mode]
  if (!allowed) {
    const [refusal] = refusals
    if (refusal === undefined) return words.notPossible
    // By whom stands in the card.
    return refusal.reason === 'file-in-use' ? words.inUse : explain(refusal).title
  }
  // While zeroes are looked for, what was found so far may be all there is, or not.
  if (!isFinal) return gains ? undefined : words.total.looking
  if (!gains || gain?.freed === 0) return words.little.nothing
  return gain !== undefined && !gain.isWorth && !anyway ? words.little.notWorth : undefined
}

function Waiting({ action: { progress } }: { readonly action: PlannedAction }) {
  const { waiting } = compactTexts().total
  return (
    <div className="compact-waiting">
      <p>{waiting}</p>
      <ProgressBar value={progress?.share} label={waiting} />
    </div>
  )
}

interface TotalProps {
  readonly plan: CompactPlan
  readonly gain: CompactGain | undefined
  readonly action: PlannedAction
}

/** What all of it comes to, in one line and one picture. */
function Total({ plan, gain, action: { isFinal, progress } }: TotalProps) {
  const units = useSettings((state) => state.settings.units)
  const { total } = compactTexts()
  if (gain === undefined) return null
  const freed = formatBytes(gain.freed, units)
  const isLooking = !isFinal && plan.scan !== 'whole'
  return (
    <section className="compact-total">
      <div className="compact-total-line" role="status">
        <strong className="compact-total-frees">
          {gain.freed === 0
            ? isLooking
              ? total.nothingYet
              : total.nothing
            : isLooking && plan.scan === 'none'
              ? total.freesAtLeast(freed)
              : gain.margin > 0
                ? total.freesAbout(freed, formatBytes(gain.margin, units))
                : total.frees(freed)}
        </strong>
        <span className="muted">
          {total.becomes(formatBytes(gain.before, units), formatBytes(gain.after, units))}
        </span>
      </div>
      <SpaceBars gain={gain} parts={spaceParts(plan, gain.before)} />
      {isLooking && (
        <div className="compact-looking">
          <span>{total.looking}</span>
          <ProgressBar value={progress?.share} thin label={total.looking} />
        </div>
      )}
    </section>
  )
}

/** The pictures of the receipt: what the file took and takes now, and where in the disk that was. */
function BeforeAndAfter({ job: { fileBefore, fileAfter, result } }: { readonly job: Job }) {
  const pictures = result?.kind === 'change' ? result.pictures : undefined
  return (
    <>
      {fileBefore !== undefined && fileAfter !== undefined && (
        <SpaceBars gain={{ before: fileBefore.onDisk, after: fileAfter.onDisk }} isDone />
      )}
      {pictures !== undefined && <DiskStrips pictures={pictures} />}
    </>
  )
}
