import type { ReactNode } from 'react'
import type { ImageInfo } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { texts } from '../../texts/texts.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { UnreadableFile } from './unreadable-file.tsx'
import { useImageInfo } from './use-image-info.ts'

export interface WithFileProps {
  readonly row: LibraryRow
  readonly children: ReactNode
}

/** What a tab shows instead of its content when there is no file to read. */
export function WithFile({ row, children }: WithFileProps) {
  const now = useNow(30_000)
  const words = texts().inspector.missing
  if (row.missingSince !== undefined) {
    return (
      <EmptyState icon="missing" title={words.title}>
        {words.since(row.path, relativeDate(row.missingSince, now))}
      </EmptyState>
    )
  }
  return row.error === undefined ? children : <UnreadableFile row={row} error={row.error} />
}

export interface WithInfoProps {
  readonly row: LibraryRow
  readonly children: (info: ImageInfo) => ReactNode
}

/** The same until the image's facts are there. */
export function WithInfo({ row, children }: WithInfoProps) {
  const info = useImageInfo(row)
  return (
    <WithFile row={row}>
      {info.kind === 'failed' ? (
        <ErrorPanel error={info.error} />
      ) : info.kind === 'waiting' ? (
        <p className="inspector-waiting">{texts().inspector.reading}</p>
      ) : (
        children(info.value)
      )}
    </WithFile>
  )
}
