import { formatCount } from '../../format/counts.ts'
import { libraryRow } from '../../state/library.ts'
import { batchTexts } from './batch-texts.ts'
import './image-names.css'

/** Names beyond this many say nothing more. */
const namesShown = 100

export type PathOf = (imageId: number) => string | undefined

export const pathInLibrary: PathOf = (imageId) => libraryRow(imageId)?.path

export interface ImageNamesProps {
  /** What the list is. */
  readonly label: string
  readonly imageIds: readonly number[]
  /** Absent: the library knows. */
  readonly pathOf?: PathOf
}

/** Images by their paths, as many as are read; the rest is counted. */
export function ImageNames({ label, imageIds, pathOf = pathInLibrary }: ImageNamesProps) {
  return (
    <div className="image-names" tabIndex={0} role="region" aria-label={label}>
      <ul className="selectable">
        {imageIds.slice(0, namesShown).map((id) => (
          <li key={id}>{pathOf(id)}</li>
        ))}
        {imageIds.length > namesShown && (
          <li>{batchTexts().plan.more(formatCount(imageIds.length - namesShown))}</li>
        )}
      </ul>
    </div>
  )
}

/** The same behind a line that says what they have in common. */
export function ImageGroup({ label, ...names }: ImageNamesProps) {
  return (
    <details>
      <summary className="muted">{label}</summary>
      <ImageNames label={label} {...names} />
    </details>
  )
}
