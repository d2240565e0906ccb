import { useState } from 'react'
import type { ActionOf } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { planTexts } from '../plan/plan-texts.ts'
import { useActionPlan, type PlannedAction } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { Recheck } from './recheck.tsx'
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
  const words = repairTexts()
  const allow = mode === 'all' ? allowed : []
  const request: ActionOf<'repair'> = {
    kind: 'repair',
    parameters: { mode, ...(allow.length > 0 && { allow }) },
  }
  const action = useActionPlan({ imageId: row.id, request })
  // The repair looks at the image by itself: neither a check nor a repair comes first.
  const { check: _, ...ways } = useWaysOut({ image: row, action, onClose })
  const plan = action.plan?.detail.kind === 'repair' ? action.plan.detail : undefined
  const included = plan?.steps.filter((step) => step.included) ?? []
  const losesData = included.some((step) => step.losesData)
  return (
    <PlanDialog
      title={words.title(row.name)}
      action={action}
      request={request}
      path={row.path}
      verb={{
        label:
          included.length === 0 ? words.verbNothing : words.verb(counted(included.length, 'step')),
        icon: 'wrench',
        isDanger: losesData,
        notYet: whyNotYet(row, { action, losesData, typed, steps: included.length }),
      }}
      ways={ways}
      renderNext={() => <Recheck row={row} />}
      onClose={onClose}
    >
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
