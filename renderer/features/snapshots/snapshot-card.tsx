import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { openSheet } from '../../state/sheets.ts'
import { useSettings } from '../../state/settings.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import type { SnapshotEntry } from './snapshot-choice.ts'
import { snapshotName } from './snapshot-words.ts'
import { snapshotsTexts } from './snapshots-texts.ts'

export interface SnapshotCardProps {
  readonly row: LibraryRow
  readonly snapshot: SnapshotEntry
  /** Why nothing can be done with it. */
  readonly readOnlyReason: string | undefined
}

/** One snapshot: when, how large, with or without the VM's memory, and what can be done with it. */
export function SnapshotCard({ row, snapshot, readOnlyReason }: SnapshotCardProps) {
  const now = useNow(30_000)
  const units = useSettings((state) => state.settings.units)
  const words = snapshotsTexts().item
  const name = snapshotName(snapshot)
  const open = (kind: 'apply-snapshot' | 'delete-snapshot' | 'rename-snapshot') => () =>
    openSheet({ kind, imageId: row.id, snapshotId: snapshot.id })
  return (
    <article className="card snapshot-card" aria-label={name}>
      <header className="snapshot-head">
        <h3 className="truncate" title={name}>
          {name}
        </h3>
        <span className="muted" title={exactDate(snapshot.createdAt)}>
          {relativeDate(snapshot.createdAt, now)}
        </span>
      </header>
      <Usage row={row} snapshot={snapshot} />
      <p className="snapshot-facts">
        <Badge tone={snapshot.vmStateSize > 0 ? 'info' : 'neutral'}>
          {snapshot.vmStateSize > 0
            ? words.withState(formatBytes(snapshot.vmStateSize, units))
            : words.diskOnly}
        </Badge>
        {snapshot.diskSize !== undefined && snapshot.diskSize !== row.virtualSize && (
          <span title={exactBytes(snapshot.diskSize)}>
            {words.size(formatBytes(snapshot.diskSize, units))}
          </span>
        )}
        <span>{words.id(snapshot.id)}</span>
      </p>
      <div className="snapshot-actions">
        <Button
          size="small"
          icon="undo"
          aria-label={words.applyLabel(name)}
          disabledReason={readOnlyReason}
          onClick={open('apply-snapshot')}
        >
          {words.apply}
        </Button>
        <Button
          size="small"
          icon="edit"
          aria-label={words.renameLabel(name)}
          disabledReason={readOnlyReason}
          onClick={open('rename-snapshot')}
        >
          {words.rename}
        </Button>
        <Button
          size="small"
          icon="trash"
          aria-label={words.deleteLabel(name)}
          disabledReason={readOnlyReason}
          onClick={open('delete-snapshot')}
        >
          {words.delete}
        </Button>
      </div>
    </article>
  )
}

/** What only this snapshot has, beside what it shares, to the scale of the file. */
function Usage({ row, snapshot }: Pick<SnapshotCardProps, 'row' | 'snapshot'>) {
  const units = useSettings((state) => state.settings.units)
  const words = snapshotsTexts().item
  const { exclusiveBytes: only, sharedBytes: shared } = snapshot
  if (only === undefined) return <p className="muted">{words.unknown}</p>
  const whole = Math.max(1, row.onDisk ?? row.fileLength, only + (shared ?? 0))
  const share = (bytes: number): string => `${(bytes / whole) * 100}%`
  return (
    <div className="snapshot-usage">
      <div className="snapshot-usage-bar" aria-hidden="true">
        <span className="snapshot-usage-only" style={{ width: share(only) }} />
        <span className="snapshot-usage-shared" style={{ width: share(shared ?? 0) }} />
      </div>
      <p className="snapshot-usage-words">
        <span className="snapshot-key snapshot-key-only" title={words.onlyHint}>
          {words.only(formatBytes(only, units))}
        </span>
        {shared !== undefined && (
          <span className="snapshot-key snapshot-key-shared" title={words.sharedHint}>
            {words.shared(formatBytes(shared, units))}
          </span>
        )}
      </p>
    </div>
  )
}
