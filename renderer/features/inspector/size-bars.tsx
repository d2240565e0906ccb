import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'

/** The three sizes that people mix up, to scale. */
export function SizeBars({ row }: { readonly row: LibraryRow }) {
  const units = useSettings((state) => state.settings.units)
  const sizes = [
    { label: 'Virtual size', bytes: row.virtualSize, meaning: 'What the guest sees' },
    { label: 'File length', bytes: row.fileLength, meaning: 'Where the file ends' },
    { label: 'On disk', bytes: row.onDisk, meaning: 'What it really occupies' },
  ]
  const largest = Math.max(1, ...sizes.map(({ bytes }) => bytes ?? 0))
  return (
    <dl className="sizes">
      {sizes.map(({ label, bytes, meaning }) => (
        <div key={label} className="sizes-line" title={meaning}>
          <dt>{label}</dt>
          <dd title={bytes === undefined ? undefined : exactBytes(bytes)}>
            {bytes === undefined ? 'unknown' : formatBytes(bytes, units)}
          </dd>
          <dd className="sizes-track" aria-hidden="true">
            <span className="sizes-fill" style={{ width: `${((bytes ?? 0) / largest) * 100}%` }} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
