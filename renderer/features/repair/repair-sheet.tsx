import { useState } from 'react'
import type { ActionOf } from '../../../ipc/schemas/action.ts'
import { isChange } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { joinPath } from '../files/new-path.ts'
import { useWhyNotName } from '../files/why-not-name.ts'
import { ShowImageButton } from '../library/show-image-button.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { planTexts } from '../plan/plan-texts.ts'
import { useActionPlan, type PlannedAction } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { CareLeft } from './care-left.tsx'
import { Recheck } from './recheck.tsx'
import { RepairTarget } from './repair-target.tsx'
import { RepairPlanView } from './repair-plan-view.tsx'
import { repairTexts } from './repair-texts.ts'
import './repair.css'

export interface RepairSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

/** What is wrong, what would be written, what would be given up; then the repair, a new check, and the way back. */
export function RepairSheet({ imageId, onClose }: RepairSheetProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  if (row === undefined) {
    return (
      <Dialog
        title={repairTexts().verbNothing}
        description={planTexts().dialog.gone}
        onClose={onClose}
      />
    )
  }
  return <Repair row={row} onClose={onClose} />
}

type Mode = ActionOf<'repair'>['parameters']['mode']
const modes = ['all', 'leaks'] as const satisfies readonly Mode[]

function Repair({ row, onClose }: { readonly row: LibraryRow; readonly onClose: () => void }) {
  const [mode, setMode] = useState<Mode>('all')
  const [allowed, setAllowed] = useState<readonly string[]>([])
  const [typed, setTyped] = useState('')
  const [copyName, setCopyName] = useState<string>()
  const words = repairTexts()
  const allow = mode === 'all' ? allowed : []
  const request: ActionOf<'repair'> = {
    kind: 'repair',
    parameters: {
      mode,
      ...(allow.length > 0 && { allow }),
      ...(copyName !== undefined && { copyTo: joinPath(row.location, copyName) }),
    },
  }
  const nameFault = useWhyNotName(row, copyName ?? '')
  const fault = copyName === undefined ? undefined : nameFault
  const action = useActionPlan({
    imageId: row.id,
    request: fault === undefined ? request : undefined,
  })
  // The repair looks at the image by itself: neither a check nor a repair comes first.
  const { check: _, ...ways } = useWaysOut({ image: row, action, request, onClose })
  const plan = action.plan?.detail.kind === 'repair' ? action.plan.detail : undefined
  const included = plan?.steps.filter((step) => step.included) ?? []
  // The image keeps what a copy gives up.
  const losesData = copyName === undefined && included.some((step) => step.losesData)
  return (
    <PlanDialog
      title={words.title(row.name)}
      action={action}
      request={request}
      path={row.path}
      verb={{
        label:
          included.length === 0
            ? words.verbNothing
            : copyName === undefined
              ? words.verb(counted(included.length, 'step'))
              : words.target.verb(copyName),
        icon: 'wrench',
        isDanger: losesData,
        notYet: fault ?? whyNotYet(row, { action, losesData, typed, steps: included.length }),
      }}
      ways={ways}
      renderNext={(job) => (
        <>
          <CareLeft job={job} onClose={onClose} />
          <RecheckOf job={job} row={row} />
        </>
      )}
      renderReceiptActions={(job) => (
        <ShowImageButton job={job} path={copyOf(job)} label={words.target.show} onClose={onClose} />
      )}
      onClose={onClose}
    >
      <RepairTarget
        row={row}
        name={copyName}
        fault={fault}
        bytes={action.isCurrent ? plan?.copy?.bytes : undefined}
        onChange={setCopyName}
      />
      <div className="repair-mode">
        <Segmented
          label={words.mode.label}
          options={modes.map((value) => ({ value, label: words.mode[value] }))}
          value={mode}
          onChange={setMode}
        />
        <p className="field-hint">
          {mode === 'all' ? words.mode.allMeaning : words.mode.leaksMeaning}
        </p>
      </div>
      <RepairPlanView
        row={row}
        plan={plan}
        hasFailed={action.error !== undefined}
        allowed={allow}
        onAllow={(step, agreed) =>
          setAllowed((before) => [
            ...before.filter((name) => name !== step),
            ...(agreed ? [step] : []),
          ])
        }
        {...(losesData && { consent: { typed, onType: setTyped } })}
      />
    </PlanDialog>
  )
}

/** Where the copy is that was repaired instead of the image. */
function copyOf({ request }: Job): string | undefined {
  const path = isChange(request) ? request.parameters['copyTo'] : undefined
  return typeof path === 'string' ? path : undefined
}

/** Of the image, or of the copy once the library has it. */
function RecheckOf({ job, row }: { readonly job: Job; readonly row: LibraryRow }) {
  const path = copyOf(job)
  const copy = useLibrary(({ rows }) => [...rows.values()].find((other) => other.path === path))
  if (path === undefined) return <Recheck row={row} />
  return copy === undefined ? null : <Recheck row={copy} />
}

interface Readiness {
  readonly action: PlannedAction
  readonly losesData: boolean
  readonly typed: string
  readonly steps: number
}

/** What the person has to do first; what the image or the plan says against it, the dialog knows. */
function whyNotYet(
  { name }: LibraryRow,
  { action, losesData, typed, steps }: Readiness,
): string | undefined {
  const words = repairTexts()
  if (action.isCurrent && action.plan?.allowed === true && steps === 0) return words.nothingToDo
  return losesData && typed.trim() !== name ? words.steps.typeFirst(name) : undefined
}
