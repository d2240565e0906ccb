import type { Job } from '../../../ipc/schemas/job.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { texts } from '../../texts/texts.ts'
import { Button, type ButtonProps } from '../../ui/button.tsx'
import { openUndo } from './open-undo.ts'

export interface UndoButtonProps {
  readonly job: Job
  readonly size?: ButtonProps['size']
}

/** Leads to the preview of undoing a job; nothing where it cannot be undone. */
export function UndoButton({ job, size = 'normal' }: UndoButtonProps) {
  // A repair that was cut off has its safety copy, too.
  if (job.undo !== 'possible' || !hasEnded(job)) return null
  return (
    <Button icon="undo" size={size} onClick={() => openUndo(job)}>
      {texts().undo.open}
    </Button>
  )
}
