import { useRef, useState } from 'react'
import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { exactBytes, formatBytes, formatChosenBytes } from '../../format/bytes.ts'
import { explain } from '../../state/explain-error.ts'
import { useLibrary } from '../../state/library.ts'
import { useSettings } from '../../state/settings.ts'
import { useAnswer, type Answer } from '../../state/use-answer.ts'
import { texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { DiskList } from '../disk/disk-list.tsx'
import { DiskPicture } from '../disk/disk-picture.tsx'
import { floorWords } from '../disk/disk-words.ts'
import { useImageVersion } from '../jobs/use-image-work.ts'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { GuestCard } from './guest-card.tsx'
import { growSteps } from './guest-steps.ts'
import { guestTexts } from './guest-texts.ts'
import { writeSize } from './parse-size.ts'
import { ResizeOptions } from './resize-options.tsx'
import { ResizeOutcome } from './resize-outcome.tsx'
import {
  resizeOutlook,
  sizePoints,
  type ResizeChoice,
  type ResizeOutlook,
} from './resize-outlook.ts'
import { resizeTexts } from './resize-texts.ts'
import './resize.css'

export interface ResizeSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

/** Another size for the disk: where it may end, what that costs or loses, and what the guest does next. */
export function ResizeSheet({ imageId, onClose }: ResizeSheetProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  // The size it had when the sheet opened: after the change the form would be about another disk.
  const [current] = useState(row?.virtualSize)
  return row === undefined || current === undefined ? (
    <Dialog title={resizeTexts().verb} description={resizeTexts().gone} onClose={onClose} />
  ) : (
    <ResizeForm row={row} current={current} onClose={onClose} />
  )
}

interface ResizeFormProps {
  readonly row: LibraryRow
  /** Bytes. */
  readonly current: number
  readonly onClose: () => void
}

function ResizeForm({ row, current, onClose }: ResizeFormProps) {
  const units = useSettings((state) => state.settings.units)
  const [choice, setChoice] = useState<ResizeChoice>(() => ({
    text: writeSize(current),
    preallocation: 'off',
    moveGpt: true,
    keepCut: true,
    agreedTo: undefined,
    retyped: '',
  }))
  const change = (part: Partial<ResizeChoice>): void => setChoice((old) => ({ ...old, ...part }))
  const disk = useDiskLayout(row)
  const outlook = resizeOutlook(choice, {
    current,
    layout: disk.kind === 'ready' ? disk.value : undefined,
  })
  const { target, direction, request } = outlook
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, request, onClose })
  const field = useRef<HTMLInputElement>(null)
  const detail =
    action.plan?.detail.kind === 'resize' && action.plan.detail.after === target
      ? action.plan.detail
      : undefined
  const layout = detail?.layout ?? (disk.kind === 'ready' ? disk.value : undefined)
  const isKept = action.plan?.preflight.some(
    (line) => line.id === 'undo' && line.undo === 'while-kept',
  )
  // What is kept comes back; only what would be gone needs the person's word.
  const needsWord = detail?.needsConsent === true && isKept !== true
  const words = resizeTexts()
  const size = formatChosenBytes(target, units)
  return (
    <PlanDialog
      title={words.title(row.name)}
      path={row.path}
      treatedAsRaw={row.treatedAsRaw}
      action={action}
      request={request}
      ways={ways}
      initialFocus={field}
      verb={{
        label:
          direction === 'grow'
            ? words.growTo(size)
            : direction === 'shrink'
              ? words.shrinkTo(size)
              : words.verb,
        // Unknown counts as a loss, too.
        isDanger: detail?.cut !== undefined && detail.cut.nonZeroBytes !== 0,
        notYet:
          floorNotice(outlook, layout, units) ??
          outlook.notYet ??
          (needsWord && !outlook.hasAgreed ? words.options.agreeFirst : undefined),
      }}
      renderNext={(job) => <NextStep job={job} layout={layout} current={current} target={target} />}
      onClose={onClose}
    >
      <div className="resize-head">
        <TextField
          ref={field}
          className="resize-size"
          label={words.size}
          value={choice.text}
          aria-invalid={outlook.problem !== undefined || outlook.isBelowFloor}
          hint={
            outlook.problem === undefined ? (
              words.sizeHint
            ) : (
              <span className="field-error">{outlook.problem}</span>
            )
          }
          onFocus={(event) => event.target.select()}
          onChange={(text) => change({ text })}
        />
        <p className="resize-change" title={exactBytes(target)}>
          {words.now(formatBytes(current, units))}
          {direction !== 'none' && ' · '}
          <strong>
            {direction === 'grow' && words.more(formatBytes(target - current, units))}
            {direction === 'shrink' && words.less(formatBytes(current - target, units))}
          </strong>
        </p>
      </div>
      <DiskPart
        disk={disk}
        layout={layout}
        outlook={outlook}
        current={current}
        onWant={(bytes) => change({ text: writeSize(bytes) })}
      />
      <ResizeOutcome
        outlook={outlook}
        layout={layout}
        detail={detail}
        onWant={(bytes) => change({ text: writeSize(bytes) })}
      />
      <ResizeOptions
        choice={choice}
        outlook={outlook}
        layout={layout}
        detail={detail}
        needsWord={needsWord}
        onChange={change}
      />
    </PlanDialog>
  )
}

/** How the disk is divided, read anew when the file changes. */
function useDiskLayout(row: LibraryRow): Answer<DiskLayout> {
  return useAnswer({
    subject: String(row.id),
    version: useImageVersion(row),
    ask: (signal) => host().api['images.disk']({ imageId: row.id }, { signal }),
  })
}

function floorNotice(
  { isBelowFloor }: ResizeOutlook,
  layout: DiskLayout | undefined,
  units: Parameters<typeof formatBytes>[1],
): string | undefined {
  const reason = layout && floorWords(layout, units)
  return isBelowFloor && reason !== undefined ? resizeTexts().floor.title(reason) : undefined
}

interface DiskPartProps {
  readonly disk: Answer<DiskLayout>
  readonly layout: DiskLayout | undefined
  readonly outlook: ResizeOutlook
  readonly current: number
  readonly onWant: (bytes: number) => void
}

/** The picture with its handle, the sizes to go to, and the same as a list. */
function DiskPart({ disk, layout, outlook, current, onWant }: DiskPartProps) {
  const units = useSettings((state) => state.settings.units)
  const words = texts().disk
  const points = sizePoints(current, layout, units)
  if (layout === undefined && disk.kind === 'waiting') {
    return <div className="resize-waiting">{words.reading}</div>
  }
  // Without a layout the disk is one part of which nothing is known; its size can still be chosen.
  const shown = { ...(layout ?? { partitions: [] }), virtualSize: current }
  return (
    <div className="resize-disk">
      {disk.kind === 'failed' && layout === undefined && (
        <Banner tone="warn" title={words.unreadable}>
          {explain(disk.error).detail}
        </Banner>
      )}
      <DiskPicture
        layout={shown}
        wanted={outlook.target}
        points={points.map(({ bytes }) => bytes)}
        isImpossible={outlook.isBelowFloor}
        meaning={floorNotice(outlook, layout, units)}
        onWant={onWant}
      />
      <div className="resize-points" role="group" aria-label={words.snap.title}>
        {words.snap.title}
        {points.map(({ bytes, label }) => (
          <Button
            key={bytes}
            size="small"
            aria-pressed={outlook.target === bytes}
            onClick={() => onWant(bytes)}
          >
            {label}
          </Button>
        ))}
      </div>
      <DiskList layout={shown} />
    </div>
  )
}

interface NextStepProps {
  readonly job: Job
  readonly layout: DiskLayout | undefined
  readonly current: number
  readonly target: number
}

function NextStep({ job, layout, current, target }: NextStepProps) {
  const units = useSettings((state) => state.settings.units)
  const words = guestTexts()
  if (layout === undefined || target <= current || job.request.kind !== 'resize') return null
  const gptMoved = job.request.parameters['moveGptBackup'] === true
  return (
    <GuestCard
      title={words.title}
      intro={words.grow.intro(formatBytes(target - current, units))}
      steps={growSteps(layout, gptMoved)}
    />
  )
}
