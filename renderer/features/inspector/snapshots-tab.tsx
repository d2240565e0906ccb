import type { ImageInfo } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { formatDuration } from '../../format/durations.ts'
import { formatOffset } from '../../format/offsets.ts'
import { useNow } from '../../state/clock.ts'
import { useSettings } from '../../state/settings.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { WithInfo } from './with-info.tsx'

/** The internal snapshots of the image, newest first. */
export function SnapshotsTab({ row }: { readonly row: LibraryRow }) {
  return <WithInfo row={row}>{(info) => <Snapshots info={info} />}</WithInfo>
}

function Snapshots({ info }: { readonly info: ImageInfo }) {
  const now = useNow(30_000)
  const units = useSettings((state) => state.settings.units)
  if (info.snapshots.length === 0) {
    return (
      <EmptyState icon="snapshot" title="No internal snapshots">
        {info.format === 'qcow2'
          ? 'Snapshots that are kept inside the image, with or without the memory of the VM, are listed here.'
          : 'Only qcow2 images can keep snapshots inside the file.'}
      </EmptyState>
    )
  }
  const newestFirst = info.snapshots.toSorted((a, b) => b.createdAt - a.createdAt)
  return (
    <div className="inspector-stack">
      <p className="muted">
        {counted(newestFirst.length, 'snapshot')} kept inside this file, newest first.
      </p>
      <ol className="inspector-cards">
        {newestFirst.map((snapshot) => (
          <li key={snapshot.id} className="card">
            <header className="snapshot-head">
              <h3 className="truncate" title={snapshot.name}>
                {snapshot.name === '' ? 'Without a name' : snapshot.name}
              </h3>
              <span className="muted" title={exactDate(snapshot.createdAt)}>
                {relativeDate(snapshot.createdAt, now)}
              </span>
            </header>
            <Facts
              items={[
                { label: 'ID', value: snapshot.id },
                { label: 'Taken', value: exactDate(snapshot.createdAt) },
                {
                  label: 'VM state',
                  value:
                    snapshot.vmStateSize === 0
                      ? 'None (disk only)'
                      : formatBytes(snapshot.vmStateSize, units),
                  title: exactBytes(snapshot.vmStateSize),
                },
                {
                  label: 'Disk size',
                  value: formatBytes(snapshot.diskSize, units),
                  title: exactBytes(snapshot.diskSize),
                },
                {
                  label: 'VM clock',
                  value: snapshot.vmClockMs === 0 ? '–' : formatDuration(snapshot.vmClockMs),
                },
                {
                  label: 'L1 table',
                  value: `${formatOffset(snapshot.l1Offset)}, ${counted(snapshot.l1Entries, 'entry', 'entries')}`,
                },
              ]}
            />
          </li>
        ))}
      </ol>
    </div>
  )
}
