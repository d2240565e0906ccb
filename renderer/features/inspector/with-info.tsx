import type { ReactNode } from 'react'
import type { ImageInfo } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { useImageInfo } from './use-image-info.ts'

export interface WithInfoProps {
  readonly row: LibraryRow
  readonly children: (info: ImageInfo) => ReactNode
}

/** What a tab shows until the image's facts are there, and instead of them. */
export function WithInfo({ row, children }: WithInfoProps) {
  const info = useImageInfo(row)
  const now = useNow(30_000)
  if (row.missingSince !== undefined) {
    return (
      <EmptyState icon="missing" title="The file is missing">
        It has not been at {row.path} since {relativeDate(row.missingSince, now)}. When it comes
        back, its facts are read again; the history is kept.
      </EmptyState>
    )
  }
  if (row.error !== undefined) return <ErrorPanel error={row.error} />
  if (info.kind === 'failed') return <ErrorPanel error={info.error} />
  if (info.kind === 'waiting') return <p className="inspector-waiting">Reading the image…</p>
  return children(info.value)
}
