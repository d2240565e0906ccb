import { useCallback, useEffect, useState } from 'react'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import type { FolderEntry } from '../../../ipc/schemas/app.ts'
import { host } from '../../host.ts'
import { formatBytes } from '../../format/bytes.ts'
import { errorDataOf, reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { useSettings } from '../../state/settings.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { revealImages } from '../library/reveal-images.ts'
import './browse-sheet.css'

type Listing =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | {
      readonly kind: 'ready'
      readonly path: string | undefined
      readonly parent: string | undefined
      readonly entries: readonly FolderEntry[]
    }

export interface BrowseSheetProps {
  readonly purpose: 'folder' | 'image'
  readonly onClose: () => void
}

/** The host's folders, for where there is no dialog of the system: a browser looks at a server. */
export function BrowseSheet({ purpose, onClose }: BrowseSheetProps) {
  const [listing, setListing] = useState<Listing>({ kind: 'loading' })
  const [chosen, setChosen] = useState<string>()
  const [busy, setBusy] = useState(false)

  const load = useCallback((path: string | undefined): void => {
    host()
      .api['files.browse'](path === undefined ? {} : { path })
      .then((answer) => {
        setChosen(undefined)
        setListing({
          kind: 'ready',
          path: answer.path,
          parent: answer.parent,
          entries: answer.entries,
        })
      })
      .catch((thrown: unknown) => setListing({ kind: 'failed', error: errorDataOf(thrown) }))
  }, [])
  useEffect(() => load(undefined), [load])

  const path = listing.kind === 'ready' ? listing.path : undefined
  const open = async (imagePath: string): Promise<void> => {
    setBusy(true)
    try {
      const { imageIds } = await host().api['library.addFiles']({ paths: [imagePath] })
      onClose()
      revealImages(imageIds)
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      title={purpose === 'folder' ? 'Add a folder' : 'Open an image'}
      description="Folders that this host was started with."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {purpose === 'folder' ? (
            <Button
              variant="primary"
              icon="folder-add"
              disabledReason={path === undefined ? 'Go into a folder first' : undefined}
              onClick={() =>
                path !== undefined && openSheet({ kind: 'add-folders', paths: [path] })
              }
            >
              Add this folder…
            </Button>
          ) : (
            <Button
              variant="primary"
              busy={busy}
              disabledReason={chosen === undefined ? 'Choose a file first' : undefined}
              onClick={() => chosen !== undefined && void open(chosen)}
            >
              Open image
            </Button>
          )}
        </>
      }
    >
      <div className="browse-bar">
        <IconButton
          icon="arrow-up"
          size="small"
          label="Up to the folder above"
          disabledReason={path === undefined ? 'This is the top' : undefined}
          onClick={() => load(listing.kind === 'ready' ? listing.parent : undefined)}
        />
        <span className="browse-path truncate selectable" title={path}>
          {path ?? 'All folders'}
        </span>
      </div>
      {listing.kind === 'failed' ? (
        <ErrorPanel
          error={listing.error}
          actions={
            <Button size="small" onClick={() => load(undefined)}>
              Back to the top
            </Button>
          }
        />
      ) : (
        <EntryList
          listing={listing}
          purpose={purpose}
          chosen={chosen}
          onGo={load}
          onChoose={setChosen}
          onOpen={(file) => void open(file)}
        />
      )}
    </Dialog>
  )
}

interface EntryListProps {
  readonly listing: Listing
  readonly purpose: 'folder' | 'image'
  readonly chosen: string | undefined
  readonly onGo: (path: string) => void
  readonly onChoose: (path: string) => void
  readonly onOpen: (path: string) => void
}

function EntryList({ listing, purpose, chosen, onGo, onChoose, onOpen }: EntryListProps) {
  const units = useSettings((state) => state.settings.units)
  if (listing.kind !== 'ready') return <div className="browse-list" aria-busy="true" />
  const entries = listing.entries
  if (entries.length === 0) return <p className="browse-list browse-empty">This folder is empty.</p>
  return (
    <ul className="browse-list">
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
              onClick={() => onChoose(entry.path)}
              onDoubleClick={() => onOpen(entry.path)}
            >
              <Icon name="file" />
              <span className="browse-name truncate">{entry.name}</span>
              <FileSize entry={entry} units={units} />
            </button>
          ) : (
            <span className="browse-entry browse-file">
              <Icon name="file" />
              <span className="browse-name truncate">{entry.name}</span>
              <FileSize entry={entry} units={units} />
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

interface FileSizeProps {
  readonly entry: FolderEntry
  readonly units: Parameters<typeof formatBytes>[1]
}

function FileSize({ entry, units }: FileSizeProps) {
  return entry.size === undefined ? null : (
    <span className="muted">{formatBytes(entry.size, units)}</span>
  )
}
