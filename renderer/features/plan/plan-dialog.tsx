import { useEffect, useId, useRef, useState, type ReactNode, type RefObject } from 'react'
import type { AnyRequest, Job } from '../../../ipc/schemas/job.ts'
import type { ActionPlan } from '../../../ipc/schemas/plan.ts'
import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import { recordedRequestOf } from '../../../ipc/schemas/recorded-request.ts'
import { commandLine } from '../../commands/command-line.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { copyText } from '../../state/copy-text.ts'
import { explain } from '../../state/explain-error.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { changeSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Button, type ButtonProps } from '../../ui/button.tsx'
import { Dialog, type DialogProps } from '../../ui/dialog.tsx'
import type { IconName } from '../../ui/icon.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { JobProgress } from '../jobs/job-progress.tsx'
import { commandOf } from '../jobs/command-of.ts'
import { UndoButton } from '../undo/undo-button.tsx'
import { planTexts } from './plan-texts.ts'
import { PreflightCard, waysOf, type WaysOut } from './preflight-card.tsx'
import { preflightWords } from './preflight-words.ts'
import { Receipt } from './receipt.tsx'
import { useJob } from './use-job.ts'
import { usePress } from './use-press.ts'
import type { PlannedAction } from './use-action-plan.ts'
import './plan-dialog.css'

/** The button that starts it. */
export interface PlanVerb {
  /** What happens, with its size or name: "Resize to 40 GiB". */
  readonly label: string
  readonly icon?: IconName
  /** Something is lost for good. */
  readonly isDanger?: boolean
  /** Why the form itself is not ready to be planned or started; the plan has its own reasons. */
  readonly notYet?: string | undefined
  /** `notYet` stands beside the button, because the form does not say it. */
  readonly tellsNotYet?: boolean
}

export interface PlanDialogProps {
  readonly title: string
  /** Under the title; mostly the image's path. */
  readonly description?: ReactNode
  readonly size?: DialogProps['size']
  readonly action: PlannedAction
  /** What is planned now; "Copy as command" says it as a line for a shell. */
  readonly request: AnyRequest | undefined
  /** Absolute path of the image, for that line. */
  readonly path: string
  /** A person said that it is a raw disk; the line says it, too. */
  readonly treatedAsRaw?: boolean | undefined
  readonly verb: PlanVerb
  readonly ways?: WaysOut
  readonly initialFocus?: RefObject<HTMLElement | null>
  /** What comes after success, under the receipt. */
  readonly renderNext?: (job: Job) => ReactNode
  /** Further buttons of the receipt, such as Undo. */
  readonly renderReceiptActions?: (job: Job) => ReactNode
  readonly onClose: () => void
  /** The form and the picture of what would come of it. */
  readonly children?: ReactNode
}

/** One dialog for every change: what it comes to, what stands against it, then its progress and its receipt. */
export function PlanDialog(props: PlanDialogProps) {
  return props.action.jobId === undefined ? (
    <PlanStage {...props} />
  ) : (
    <WorkStage {...props} jobId={props.action.jobId} />
  )
}

function PlanStage({
  title,
  description,
  size = 'wide',
  action,
  request,
  path,
  treatedAsRaw,
  verb,
  ways,
  initialFocus,
  onClose,
  children,
}: PlanDialogProps) {
  const form = useId()
  const why = useWhyNotYet(action, verb)
  const isDanger = verb.isDanger === true
  const standsFirst = useStandsFirst(action.plan)
  const card = request !== undefined &&
    (action.error === undefined || action.plan !== undefined) && (
      <PreflightCard action={action} {...(ways !== undefined && { ways })} />
    )
  const press = usePress({ action, request, isDanger, isFormReady: verb.notYet === undefined })
  return (
    <Dialog
      title={title}
      description={<span className="plan-dialog-path selectable">{description ?? path}</span>}
      size={size}
      onClose={onClose}
      {...(initialFocus !== undefined && { initialFocus })}
      footer={
        <>
          <CopyCommand request={request} path={path} treatedAsRaw={treatedAsRaw} />
          <span className="plan-dialog-enter" role="status">
            {press.state === 'look-first' && planTexts().dialog.lookFirst}
          </span>
          {why.isTold && press.state !== 'look-first' && (
            // The button says it to screen readers.
            <span className="plan-dialog-why" aria-hidden="true">
              {why.text}
            </span>
          )}
          <Button onClick={onClose}>{texts().common.cancel}</Button>
          <Button
            variant={isDanger ? 'danger' : 'primary'}
            {...(verb.icon !== undefined && { icon: verb.icon })}
            busy={action.starting || press.state === 'waiting'}
            disabledReason={why.text}
            // Enter in a field presses the form's button; what loses something has to be meant.
            {...(isDanger ? { onClick: press.button } : { type: 'submit', form })}
          >
            {verb.label}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="plan-dialog"
        onSubmit={(event) => {
          event.preventDefault()
          press.enter()
        }}
      >
        {/* What Enter presses: the button below lets nothing through while it says why it cannot be pressed. */}
        <input type="submit" hidden />
        {standsFirst && card}
        {children}
        {action.error !== undefined && (
          <ErrorPanel error={action.error} actions={<WaysOn action={action} ways={ways} />} />
        )}
        {!standsFirst && card}
      </form>
    </Dialog>
  )
}

/** They hold whatever is asked for, and nobody looks for them below a long form. */
const holdsAnyway: ReadonlySet<PreflightLine['id']> = new Set(['use', 'writable'])

/** Once the card stands before the form it stays there: nothing moves under the hand of who works on it. */
function useStandsFirst(plan: ActionPlan | undefined): boolean {
  const [standsFirst, setStandsFirst] = useState(false)
  const isStopped =
    plan?.preflight.some(({ id, tone }) => tone === 'stop' && holdsAnyway.has(id)) === true
  if (isStopped && !standsFirst) setStandsFirst(true)
  return standsFirst
}

interface WaysOnProps {
  readonly action: PlannedAction
  readonly ways: WaysOut | undefined
}

/** What can be done where there is no plan: of an image in use, what the card would offer. */
function WaysOn({ action, ways }: WaysOnProps) {
  const isInUse = action.error?.reason === 'file-in-use'
  const offered = isInUse ? waysOf(ways?.use) : []
  const again = { label: planTexts().dialog.planAgain, run: action.planAgain }
  return (offered.length === 0 ? [again] : offered).map(({ label, run }) => (
    <Button key={label} size="small" onClick={run}>
      {label}
    </Button>
  ))
}

interface WhyNotYet {
  readonly text: string | undefined
  /** It stands beside the button, where the form does not say it and it does not go by itself. */
  readonly isTold: boolean
}

/** Why the button cannot be pressed, the form's own reason first. */
function useWhyNotYet(action: PlannedAction, verb: PlanVerb): WhyNotYet {
  const { dialog: words, use, writable } = planTexts()
  if (verb.notYet !== undefined) return { text: verb.notYet, isTold: verb.tellsNotYet === true }
  const { plan, isCurrent, error } = action
  if (plan === undefined || !isCurrent) {
    // The error stands in the form, with what can be done.
    if (error !== undefined) return { text: explain(error).title, isTold: false }
    // While a plan is made again a press waits for it (usePress): the button neither blinks nor loses it.
    if (plan?.allowed === true) return { text: undefined, isTold: false }
    return { text: plan === undefined ? words.planning : words.planningAgain, isTold: false }
  }
  if (plan.allowed) return { text: undefined, isTold: false }
  const stop = plan.preflight.find((line) => line.tone === 'stop')
  if (stop === undefined) return { text: words.notAllowed, isTold: true }
  // By whom stands in the card, with what can be done about it.
  if (stop.id === 'use') return { text: use.inUse, isTold: true }
  if (stop.id === 'writable') return { text: writable.not, isTold: true }
  // Neither time nor units stand in a line that says stop but for the space it needs.
  const { title } = preflightWords(stop, { units: 'binary', now: plan.madeAt })
  return { text: title, isTold: true }
}

interface CopyCommandProps {
  readonly request: AnyRequest | undefined
  readonly path: string
  readonly treatedAsRaw: boolean | undefined
}

function CopyCommand({ request, path, treatedAsRaw }: CopyCommandProps) {
  const windows = useAppInfo((state) => state.info?.platform.startsWith('win') === true)
  const words = planTexts().dialog
  const command =
    request &&
    commandOf({
      request: recordedRequestOf(request),
      imagePath: path,
      ...(treatedAsRaw === true && { treatedAsRaw }),
    })
  if (command === undefined) return null
  return (
    <Button
      className="plan-dialog-start"
      variant="quiet"
      icon="command"
      hint={commandLine(command, windows)}
      onClick={() => copyText(commandLine(command, windows), words.command)}
    >
      {words.copyCommand}
    </Button>
  )
}

/** From the start to the receipt; closing it stops nothing. */
function WorkStage({
  title,
  description,
  size = 'wide',
  action,
  jobId,
  path,
  renderNext,
  renderReceiptActions,
  onClose,
}: PlanDialogProps & { readonly jobId: string }) {
  const job = useJob(jobId)
  const words = planTexts().dialog
  const ended = job !== undefined && hasEnded(job)
  return (
    <Dialog
      title={title}
      description={<span className="plan-dialog-path selectable">{description ?? path}</span>}
      size={size}
      onClose={onClose}
      footer={
        ended ? (
          <>
            {renderReceiptActions?.(job)}
            <UndoButton job={job} />
            {job.state !== 'succeeded' && (
              <Button icon="refresh" onClick={action.planAgain}>
                {words.planAgain}
              </Button>
            )}
            <FocusedButton key="close" variant="primary" onClick={onClose}>
              {words.close}
            </FocusedButton>
          </>
        ) : (
          <>
            <Button
              className="plan-dialog-start"
              variant="quiet"
              icon="activity"
              onClick={() => {
                onClose()
                changeSettings({ drawerOpen: true })
              }}
            >
              {words.showActivity}
            </Button>
            <FocusedButton key="hide" hint={words.hideHint} onClick={onClose}>
              {words.hide}
            </FocusedButton>
          </>
        )
      }
    >
      <div className="plan-dialog">
        {job === undefined ? (
          <p className="muted">{words.starting}</p>
        ) : ended ? (
          <Receipt job={job}>{renderNext?.(job)}</Receipt>
        ) : (
          <div className="plan-work">
            <JobProgress job={job} explained />
          </div>
        )}
      </div>
    </Dialog>
  )
}

/**
 * Takes the keyboard when it comes: what had it before is gone with the stage it belonged to. That stage's dialog gives
 * it back to the page in a microtask of the same commit, so it is taken after that.
 */
function FocusedButton(props: ButtonProps) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    queueMicrotask(() => button.current?.focus())
  }, [])
  return <Button {...props} ref={button} />
}
