import { useEffect, type RefObject } from 'react'
import type { FolderEntry } from '../../../ipc/schemas/app.ts'
import { formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { browseTexts } from './browse-texts.ts'
import type { FolderBrowsing } from './use-folder-listing.ts'
import './browse-sheet.css'

export interface FolderBrowserProps {
  readonly browsing: FolderBrowsing
  /** What is looked for: files can be chosen, or are shown for orientation only. */
  readonly purpose: 'folder' | 'image'
  readonly chosen?: string | undefined
  /** Its entries, which have the keyboard when the dialog opens and after each step. */
  readonly list: RefObject<HTMLDivElement | null>
  readonly onChoose: (path: string | undefined) => void
  /** A file was pressed twice. */
  readonly onOpen: (path: string) => void
}

/** One folder of the host at a time, with the way up and down. */
export function FolderBrowser({
  browsing,
  purpose,
  chosen,
  list,
  onChoose,
  onOpen,
}: FolderBrowserProps) {
  const { listing, path, go } = browsing
  const words = browseTexts()
  const goTo = (folder: string | undefined): void => {
    onChoose(undefined)
    // Before the pressed entry goes: a dialog takes the keyboard from what it loses, and not always at once.
    list.current?.focus()
    go(folder)
  }
  useEffect(() => {
    if (listing.kind === 'ready') takeKeyboard(list.current)
  }, [listing, list])
  return (
    <>
      <div className="browse-bar">
        <IconButton
          icon="arrow-up"
          size="small"
          label={words.up}
          disabledReason={path === undefined ? words.atTop : undefined}
          onClick={() => goTo(listing.kind === 'ready' ? listing.parent : undefined)}
        />
        <span className="browse-path truncate selectable" title={path}>
          {path ?? words.allFolders}
        </span>
      </div>
      {listing.kind === 'failed' ? (
        <ErrorPanel
          error={listing.error}
          actions={
            <Button size="small" onClick={() => goTo(undefined)}>
              {words.backToTop}
            </Button>
          }
        />
      ) : (
        <div
          ref={list}
          className="browse-list"
          tabIndex={-1}
          aria-busy={listing.kind === 'loading'}
        >
          {listing.kind === 'ready' && (
            <Entries
              entries={listing.entries}
              purpose={purpose}
              chosen={chosen}
              onGo={goTo}
              onChoose={onChoose}
              onOpen={onOpen}
            />
          )}
        </div>
      )}
    </>
  )
}

/** What had the keyboard went with the folder before, unless a person took it elsewhere meanwhile. */
function takeKeyboard(list: HTMLElement | null): void {
  if (list === null || document.activeElement?.contains(list) === false) return
  list.querySelector<HTMLElement>('button')?.focus()
}

interface EntriesProps {
  readonly entries: readonly FolderEntry[]
  readonly purpose: 'folder' | 'image'
  readonly chosen: string | undefined
  readonly onGo: (path: string) => void
  readonly onChoose: (path: string) => void
  readonly onOpen: (path: string) => void
}

function Entries({ entries, purpose, chosen, onGo, onChoose, onOpen }: EntriesProps) {
  if (entries.length === 0) return <p className="browse-empty">{browseTexts().empty}</p>
  return (
    <ul>
      {entries.map((entry) => (
        <li key={entry.path}>
          {entry.kind === 'folder' ? (
            <button type="button" className="browse-entry" onClick={() => onGo(entry.path)}>
              <Icon name="folder" />
              <span className="browse-name truncate">{entry.name}</span>
              <Icon name="chevron-right" />
            </button>
          ) : purpose === 'image' ? (
            <button
              type="button"
              className="browse-entry"
              aria-pressed={chosen === entry.path}
              onClick={({ detail }) => {
                // By the keyboard (no press of a mouse is counted) a second Enter is what a double click is.
                const isAgain = detail === 0 && chosen === entry.path
                if (isAgain) onOpen(entry.path)
                else onChoose(entry.path)
              }}
              onDoubleClick={() => onOpen(entry.path)}
            >
              <File entry={entry} />
            </button>
          ) : (
            <span className="browse-entry browse-file">
              <File entry={entry} />
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

function File({ entry: { name, size } }: { readonly entry: FolderEntry }) {
  const units = useSettings((state) => state.settings.units)
  return (
    <>
      <Icon name="file" />
      <span className="browse-name truncate">{name}</span>
      {size !== undefined && <span className="muted">{formatBytes(size, units)}</span>}
    </>
  )
}
