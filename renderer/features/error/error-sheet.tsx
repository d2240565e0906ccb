import type { ErrorData } from '../../../ipc/schemas/error.ts'
import { explain } from '../../state/explain-error.ts'
import { texts } from '../../texts/texts.ts'
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
      title={explain(error).title}
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          {texts().common.close}
        </Button>
      }
    >
      <ErrorPanel error={error} titleShown />
    </Dialog>
  )
}
