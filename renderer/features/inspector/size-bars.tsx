import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'

/** The three sizes that people mix up, to scale. */
export function SizeBars({ row }: { readonly row: LibraryRow }) {
  const units = useSettings((state) => state.settings.units)
  const words = texts().inspector.sizes
  const sizes = [
    { label: words.virtual, bytes: row.virtualSize, meaning: words.virtualMeaning },
    { label: words.file, bytes: row.fileLength, meaning: words.fileMeaning },
    { label: words.disk, bytes: row.onDisk, meaning: words.diskMeaning },
  ]
  const largest = Math.max(1, ...sizes.map(({ bytes }) => bytes ?? 0))
  return (
    <dl className="sizes">
      {sizes.map(({ label, bytes, meaning }) => (
        <div key={label} className="sizes-line" title={meaning}>
          <dt>{label}</dt>
          <dd title={bytes === undefined ? undefined : exactBytes(bytes)}>
            {bytes === undefined ? words.unknown : formatBytes(bytes, units)}
          </dd>
          <dd className="sizes-track" aria-hidden="true">
            {bytes !== undefined && (
              <span className="sizes-fill" style={{ width: `${(bytes / largest) * 100}%` }} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
