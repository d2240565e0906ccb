import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { announce } from '../../state/announce.ts'
import { reportError } from '../../state/report-error.ts'
import { endRenaming } from '../../state/renaming.ts'
import { openSheet } from '../../state/sheets.ts'
import { texts } from '../../texts/texts.ts'
import { stemLength } from '../files/new-path.ts'
import { renameAtOnce } from '../files/rename-at-once.ts'
import { useWhyNotName } from '../files/why-not-name.ts'
import './inline-rename.css'

/**
 * The name of a row, to be written over. Enter renames, or opens the dialog where there is something to look at
 * first; Escape, and going elsewhere, leave the name as it is.
 */
export function InlineRename({ row }: { readonly row: LibraryRow }) {
  const [name, setName] = useState(row.name)
  const [work, setWork] = useState<AbortController>()
  const field = useRef<HTMLInputElement>(null)
  const faultId = useId()
  const fault = useWhyNotName(row, name)
  const isFaulty = fault !== undefined && name !== row.name
  const words = texts().files.inline

  useEffect(() => {
    const input = field.current
    input?.focus()
    input?.setSelectionRange(0, stemLength(input.value))
    return () => {
      // The row was scrolled out of sight; React also cleans up to try the effect twice.
      if (input?.isConnected !== true) endRenaming(row.id)
    }
  }, [row.id])

  /** The list goes on with the keyboard. */
  const leave = (): void => {
    work?.abort()
    field.current?.closest<HTMLElement>('[data-library-grid]')?.focus()
    endRenaming(row.id)
  }

  const rename = (): void => {
    const controller = new AbortController()
    setWork(controller)
    renameAtOnce(row, name, controller.signal)
      .then((jobId) => {
        if (controller.signal.aborted) return
        leave()
        if (jobId === undefined) openSheet({ kind: 'rename', imageId: row.id, name })
        else announce(words.started(row.name, name))
      })
      .catch((thrown: unknown) => {
        if (controller.signal.aborted) return
        leave()
        reportError(thrown)
      })
  }

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') {
      event.preventDefault()
      leave()
      announce(words.left)
    } else if (event.key === 'Enter' && work === undefined) {
      event.preventDefault()
      if (name === row.name) leave()
      else if (!isFaulty) rename()
    } else if (event.key === 'Tab') {
      event.preventDefault()
      leave()
    }
  }

  return (
    <span className="inline-rename">
      <input
        ref={field}
        className="inline-rename-field"
        aria-label={words.label(row.name)}
        aria-invalid={isFaulty}
        aria-describedby={isFaulty ? faultId : undefined}
        aria-busy={work !== undefined}
        readOnly={work !== undefined}
        spellCheck={false}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={onKeyDown}
        onClick={stop}
        onDoubleClick={stop}
        onContextMenu={stop}
        onBlur={() => {
          // Another program's window in front is no reason to lose what was written.
          if (work === undefined && document.hasFocus()) endRenaming(row.id)
        }}
      />
      {isFaulty && (
        <span id={faultId} role="alert" className="inline-rename-fault">
          {fault}
        </span>
      )}
    </span>
  )
}

/** What is done with the name is not done with the row. */
const stop = (event: { readonly stopPropagation: () => void }): void => event.stopPropagation()
