import type { ReactNode } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { useState } from 'react'
import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { planTexts } from '../plan/plan-texts.ts'

export interface WithImageProps {
  readonly imageId: number
  readonly onClose: () => void
  readonly children: (row: LibraryRow) => ReactNode
}

/**
 * The row a dialog is about. When it leaves the library while the dialog is open, the dialog keeps what it knew: what
 * it did may be the reason.
 */
export function WithImage({ imageId, onClose, children }: WithImageProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  const [first] = useState(row)
  const known = row ?? first
  if (known !== undefined) return children(known)
  return (
    <Dialog
      size="small"
      title={planTexts().dialog.gone}
      onClose={onClose}
      footer={<Button onClick={onClose}>{texts().common.close}</Button>}
    />
  )
}
