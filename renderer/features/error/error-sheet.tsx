import type { ErrorData } from '../../../ipc/schemas/error.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from './error-panel.tsx'

export interface ErrorSheetProps {
  readonly error: ErrorData
  readonly onClose: () => void
}

export function ErrorSheet({ error, onClose }: ErrorSheetProps) {
  return (
    <Dialog
      title={error.explanation.title}
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <ErrorPanel error={error} titleShown />
    </Dialog>
  )
}
