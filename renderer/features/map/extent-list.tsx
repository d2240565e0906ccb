import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { MapExtent } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatBytes, exactBytes } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { formatOffset } from '../../format/offsets.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { useImageVersion } from '../jobs/use-image-work.ts'
import { ClassSwatch } from './class-swatch.tsx'
import { classOfExtent } from './extent-words.ts'
import { mapTabTexts } from './map-tab-texts.ts'
import { useExtents } from './use-extents.ts'
import './extent-list.css'

const rowHeight = 26

export interface ExtentListProps {
  readonly row: LibraryRow
  /** Guest offset where the list begins. */
  readonly from: number
  readonly onShowAll: () => void
}

/** The map in words and numbers: one line an extent, as many as the disk has. */
export function ExtentList({ row, from, onShowAll }: ExtentListProps) {
  const words = mapTabTexts().extents
  const units = useSettings((state) => state.settings.units)
  const version = useImageVersion(row)
  const { extents, nextFrom, loading, error, loadMore } = useExtents(row.id, version, from)
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: extents.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const lines = virtual.getVirtualItems()
  const last = lines.at(-1)?.index ?? 0
  useEffect(() => {
    if (extents.length > 0 && last >= extents.length - 50) loadMore()
  }, [last, extents.length, loadMore])

  if (error !== undefined) return <ErrorPanel error={error} />
  return (
    <div className="extents">
      <div className="extents-bar">
        {from > 0 ? (
          <>
            <span>{words.from(formatOffset(from))}</span>
            <Button size="small" onClick={onShowAll}>
              {words.fromStart}
            </Button>
          </>
        ) : (
          <span className="muted">
            {loading && extents.length === 0
              ? mapTabTexts().reading
              : nextFrom === undefined
                ? counted(extents.length, 'extent')
                : words.soFar(counted(extents.length, 'extent'))}
          </span>
        )}
      </div>
      <div
        ref={scroller}
        className="extents-scroller"
        role="table"
        tabIndex={0}
        aria-label={words.label(row.name)}
        aria-rowcount={nextFrom === undefined ? extents.length + 1 : -1}
        aria-busy={loading}
      >
        <div className="extents-row extents-head" role="row" aria-rowindex={1}>
          <span role="columnheader">{words.guestOffset}</span>
          <span role="columnheader">{words.length}</span>
          <span role="columnheader">{words.kind}</span>
          <span role="columnheader">{words.hostOffset}</span>
        </div>
        <div role="rowgroup" className="extents-body" style={{ height: virtual.getTotalSize() }}>
          {lines.map(({ index, start }) => {
            const extent = extents[index]
            if (extent === undefined) return null
            const name = classOfExtent(extent)
            return (
              <div
                key={index}
                className="extents-row"
                role="row"
                aria-rowindex={index + 2}
                style={{ transform: `translateY(${start}px)` }}
              >
                <span role="cell" className="mono selectable">
                  {formatOffset(extent.start)}
                </span>
                <span role="cell" title={exactBytes(extent.length)}>
                  {formatBytes(extent.length, units)}
                </span>
                <span role="cell" className="extents-kind" title={layerOf(extent)}>
                  <ClassSwatch name={name} />
                  {texts().map.classes[name].word}
                </span>
                <span role="cell" className="mono selectable">
                  {extent.offset === undefined ? '–' : formatOffset(extent.offset)}
                </span>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** "Layer 1 below this image, /srv/vm/base.qcow2". */
function layerOf({ depth, filename }: MapExtent): string | undefined {
  const layer = depth === 0 ? undefined : mapTabTexts().extents.layer(depth)
  return [layer, filename].filter((part) => part !== undefined).join(', ') || undefined
}
