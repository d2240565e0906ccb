import { useState, type ReactNode } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { planTexts } from '../plan/plan-texts.ts'
import type { SnapshotEntry, SnapshotList } from './snapshot-choice.ts'
import { snapshotsTexts } from './snapshots-texts.ts'
import { useSnapshots } from './use-snapshots.ts'

export interface WithSnapshotsProps {
  readonly imageId: number
  readonly onClose: () => void
  readonly children: (row: LibraryRow, list: SnapshotList) => ReactNode
}

/** What a dialog about snapshots shows until they are known, and instead of itself. */
export function WithSnapshots({ imageId, onClose, children }: WithSnapshotsProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  return row === undefined ? (
    <Gone text={planTexts().dialog.gone} onClose={onClose} />
  ) : (
    <Listed row={row} onClose={onClose}>
      {children}
    </Listed>
  )
}

interface ListedProps extends Omit<WithSnapshotsProps, 'imageId'> {
  readonly row: LibraryRow
}

function Listed({ row, onClose, children }: ListedProps) {
  const list = useSnapshots(row)
  if (list.kind === 'ready') return children(row, list.value)
  return (
    <Dialog
      title={row.name}
      onClose={onClose}
      footer={<Button onClick={onClose}>{texts().common.close}</Button>}
    >
      {list.kind === 'failed' ? (
        <ErrorPanel error={list.error} />
      ) : (
        <p className="muted">{snapshotsTexts().sheet.reading}</p>
      )}
    </Dialog>
  )
}

function Gone({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  return (
    <Dialog
      size="small"
      title={snapshotsTexts().sheet.gone}
      description={text}
      onClose={onClose}
      footer={<Button onClick={onClose}>{texts().common.close}</Button>}
    />
  )
}

export interface SnapshotSheetProps {
  readonly imageId: number
  readonly snapshotId: string
  readonly onClose: () => void
}

export interface OfSnapshotProps {
  readonly row: LibraryRow
  readonly list: SnapshotList
  readonly snapshot: SnapshotEntry
  readonly onClose: () => void
}

interface WithSnapshotProps extends SnapshotSheetProps {
  readonly children: (of: OfSnapshotProps) => ReactNode
}

/**
 * The same for one of them. What was found first stays: its own deletion takes the snapshot off the list while the
 * dialog still shows what came of it.
 */
export function WithSnapshot({ imageId, snapshotId, onClose, children }: WithSnapshotProps) {
  return (
    <WithSnapshots imageId={imageId} onClose={onClose}>
      {(row, list) => (
        <Found row={row} list={list} snapshotId={snapshotId} onClose={onClose}>
          {children}
        </Found>
      )}
    </WithSnapshots>
  )
}

interface FoundProps extends Pick<WithSnapshotProps, 'snapshotId' | 'onClose' | 'children'> {
  readonly row: LibraryRow
  readonly list: SnapshotList
}

function Found({ row, list, snapshotId, onClose, children }: FoundProps) {
  const find = (): SnapshotEntry | undefined => list.snapshots.find(({ id }) => id === snapshotId)
  const [first] = useState(find)
  const snapshot = find() ?? first
  return snapshot === undefined ? (
    <Gone text={snapshotsTexts().sheet.goneMeaning} onClose={onClose} />
  ) : (
    children({ row, list, snapshot, onClose })
  )
}
