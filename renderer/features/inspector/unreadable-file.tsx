import type { ErrorData } from '../../../ipc/schemas/error.ts'
import { texts } from '../../texts/texts.ts'
import { canBeTreatedAsRaw } from '../../commands/format-commands.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { ErrorPanel } from '../error/error-panel.tsx'
import { CommandButton } from '../frame/command-button.tsx'

export interface UnreadableFileProps {
  readonly row: LibraryRow
  readonly error: ErrorData
}

/** Why a file cannot be read, and the ways on: it is a disk without a format, or none at all. */
export function UnreadableFile({ row, error }: UnreadableFileProps) {
  const words = texts().inspector.overview
  return (
    <ErrorPanel
      error={error}
      actions={
        <>
          {canBeTreatedAsRaw(row) && <CommandButton id="image.treatAsRaw" size="small" />}
          <CommandButton id="library.remove" label={words.remove} size="small" />
        </>
      }
    />
  )
}
