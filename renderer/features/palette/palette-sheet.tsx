import { Dialog as Base } from '@base-ui/react/dialog'
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { commandContext } from '../../commands/context.ts'
import { shownShortcut } from '../../commands/platform.ts'
import { commands, runCommand } from '../../commands/registry.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage } from '../../state/page.ts'
import { texts } from '../../texts/texts.ts'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { revealImages } from '../library/reveal-images.ts'
import { findEntries, type PaletteEntry } from './palette-entries.ts'
import { popupContainer } from '../../ui/popup-container.ts'
import { returnPlace } from '../../ui/return-focus.ts'
import './palette-sheet.css'

/** Commands, folders and images by typing (ARIA combobox: the field keeps the keyboard). */
export function PaletteSheet({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const words = texts().palette
  const rows = useLibrary((state) => state.rows)
  const field = useRef<HTMLInputElement>(null)
  const popup = useRef<HTMLDivElement>(null)
  const entries = useMemo(
    () =>
      findEntries(typed, {
        commands,
        context: commandContext(),
        images: rows.values(),
        shortcutOf: shownShortcut,
      }),
    [typed, rows],
  )
  const index = Math.min(at, entries.length - 1)
  const current = entries[index]
  const choose = (entry: PaletteEntry | undefined): void => {
    if (entry === undefined || entry.disabledReason !== undefined) return
    // First closed: the command may open a dialog of its own.
    onClose()
    carryOut(entry)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      const target = index + step
      const round = Math.abs(step) === 1
      setAt(
        round
          ? (target + entries.length) % Math.max(entries.length, 1)
          : Math.min(Math.max(target, 0), entries.length - 1),
      )
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(current)
    }
  }

  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal container={popupContainer()}>
        <Base.Backdrop className="dialog-backdrop" />
        <Base.Popup
          ref={popup}
          className="palette"
          initialFocus={field}
          finalFocus={() => returnPlace(popup.current)}
          aria-label={words.search}
        >
          <div className="palette-field">
            <Icon name="search" />
            <input
              ref={field}
              role="combobox"
              aria-label={words.search}
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={current === undefined ? undefined : `palette-${current.id}`}
              placeholder={words.search}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value)
                setAt(0)
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div
            id="palette-list"
            role="listbox"
            tabIndex={-1}
            aria-label={words.results}
            className="palette-list"
          >
            {entries.map((entry, position) => (
              <Entry
                key={entry.id}
                entry={entry}
                selected={position === index}
                heading={
                  entries[position - 1]?.kind === entry.kind ? undefined : words.kinds[entry.kind]
                }
                onChoose={() => choose(entry)}
                onPoint={() => setAt(position)}
              />
            ))}
          </div>
          {entries.length === 0 && (
            <p className="palette-empty" role="status">
              {words.nothing}
            </p>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

const intoView = (element: HTMLElement | null): void =>
  element?.scrollIntoView({ block: 'nearest' })

interface EntryProps {
  readonly entry: PaletteEntry
  readonly selected: boolean
  /** Shown above the first entry of its kind. */
  readonly heading: string | undefined
  readonly onChoose: () => void
  readonly onPoint: () => void
}

function Entry({ entry, selected, heading, onChoose, onPoint }: EntryProps) {
  return (
    <>
      {heading !== undefined && (
        <div className="palette-heading" role="presentation">
          {heading}
        </div>
      )}
      <div
        id={`palette-${entry.id}`}
        ref={selected ? intoView : undefined}
        role="option"
        tabIndex={-1}
        aria-selected={selected}
        aria-disabled={entry.disabledReason !== undefined}
        className={clsx('palette-entry', selected && 'palette-entry-selected')}
        onClick={onChoose}
        onKeyDown={(event) => event.key === 'Enter' && onChoose()}
        onPointerMove={onPoint}
      >
        <Icon name={entry.icon} />
        <span className="palette-title truncate">{entry.title}</span>
        {entry.detail !== undefined && (
          <span className="palette-detail truncate">{entry.detail}</span>
        )}
        {entry.shortcut !== undefined && <kbd>{entry.shortcut}</kbd>}
      </div>
    </>
  )
}

function carryOut({ kind, id, target }: PaletteEntry): void {
  if (kind === 'command') runCommand(id)
  else if (target === undefined) return
  else if (kind === 'image') revealImages([target])
  else showPage({ kind: 'library', scope: { kind: 'folder', folderId: target } })
}
