import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { AllocationClass, AllocationSummary } from '../../../ipc/schemas/image.ts'
import { formatBytes } from '../../format/bytes.ts'
import { formatPercent } from '../../format/counts.ts'
import { formatRange } from '../../format/offsets.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import {
  allocationClasses,
  decodeAllocation,
  mixOf,
  rangeOf,
  type AllocationBuckets,
} from './allocation-buckets.ts'
import { ClassSwatch } from './class-swatch.tsx'
import { cellAt, distanceAt, type Cell } from './hilbert.ts'
import { mapTabTexts } from './map-tab-texts.ts'
import { paintMix } from './paint-cells.ts'
import { useMapColours } from './use-map-colours.ts'
import './map.css'

/** The picture has 512 pixels a side, whatever the number of cells. */
const side = 512

export interface HilbertMapProps {
  readonly summary: AllocationSummary
  /** Shows a place of the disk in the list. */
  readonly onShowInList: (guestOffset: number) => void
}

/**
 * The virtual disk as a square. A pointer looks, a click holds the place; with the keyboard the cursor
 * moves along the disk, so that it is a slider to a screen reader: position, range and what is there.
 */
export function HilbertMap({ summary, onShowInList }: HilbertMapProps) {
  const words = mapTabTexts()
  const canvas = useRef<HTMLCanvasElement>(null)
  const colours = useMapColours()
  const units = useSettings((state) => state.settings.units)
  const buckets = useMemo(() => decodeAllocation(summary), [summary])
  const order = orderFor(buckets.count)
  const cells = 4 ** order
  const [pointed, setPointed] = useState<number>()
  const [held, setHeld] = useState<number>()
  const shown = held ?? pointed

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined || colours === undefined) return
    const picture = context.createImageData(side, side)
    const size = side / 2 ** order
    for (let distance = 0; distance < cells; distance += 1) {
      const { x, y } = cellAt(order, distance)
      const bucket = Math.floor((distance * buckets.count) / cells)
      const area = { x: x * size, y: y * size, width: size, height: size }
      paintMix(picture, area, mixOf(buckets, bucket, bucket + 1), colours)
    }
    context.putImageData(picture, 0, 0)
  }, [buckets, cells, colours, order])

  const bucketUnder = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect()
    const across = 2 ** order
    const along = (position: number, length: number): number =>
      Math.min(across - 1, Math.max(0, Math.floor((position / length) * across)))
    const cell: Cell = {
      x: along(event.clientX - box.left, box.width),
      y: along(event.clientY - box.top, box.height),
    }
    return Math.floor((distanceAt(order, cell) * buckets.count) / cells)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = keyTarget(event.key, held ?? pointed ?? 0, buckets.count)
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setHeld(next === 'release' ? undefined : next)
  }

  return (
    <div className="map-picture">
      <div className="map-frame">
        <canvas
          ref={canvas}
          className="map-canvas"
          width={side}
          height={side}
          role="slider"
          tabIndex={0}
          aria-label={words.place}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, buckets.count - 1)}
          aria-valuenow={shown ?? 0}
          aria-valuetext={placeInWords(buckets, shown ?? 0)}
          onPointerMove={(event) => setPointed(bucketUnder(event))}
          onPointerLeave={() => setPointed(undefined)}
          onPointerDown={(event) => {
            const bucket = bucketUnder(event)
            setHeld((old) => (old === bucket ? undefined : bucket))
          }}
          onKeyDown={onKeyDown}
        />
        {shown !== undefined && (
          <span
            className="map-cursor"
            aria-hidden="true"
            style={cursorBox(order, shown, buckets)}
          />
        )}
      </div>
      <div className="map-place">
        {shown === undefined ? (
          <p className="muted">{words.hint}</p>
        ) : (
          <>
            <div className="map-place-head">
              <span className="mono selectable">
                {formatRange(rangeOf(buckets, shown).start, rangeOf(buckets, shown).length)}
              </span>
              <span className="muted">{formatBytes(rangeOf(buckets, shown).length, units)}</span>
              {held !== undefined && (
                <Button
                  size="small"
                  variant="quiet"
                  onClick={() => onShowInList(rangeOf(buckets, held).start)}
                >
                  {words.showInList}
                </Button>
              )}
            </div>
            <ul className="map-mix">
              {allocationClasses.map((name) => {
                const share = mixOf(buckets, shown, shown + 1)[name]
                return share === 0 ? null : (
                  <li key={name}>
                    <ClassSwatch name={name} />
                    {shareWords(name, share)}
                  </li>
                )
              })}
            </ul>
          </>
        )}
      </div>
    </div>
  )
}

/** At most 128 cells a side; fewer for disks of few buckets, so that a bucket is at least a cell. */
function orderFor(count: number): number {
  let order = 0
  while (order < 7 && 4 ** order < count) order += 1
  return order
}

function keyTarget(key: string, at: number, count: number): number | 'release' | undefined {
  const clamp = (index: number): number => Math.min(count - 1, Math.max(0, index))
  const page = Math.max(1, Math.round(count / 64))
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return clamp(at + 1)
    case 'ArrowLeft':
    case 'ArrowDown':
      return clamp(at - 1)
    case 'PageUp':
      return clamp(at + page)
    case 'PageDown':
      return clamp(at - page)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    case 'Escape':
      return 'release'
    default:
      return undefined
  }
}

function shareWords(name: AllocationClass, share: number): string {
  const words = texts().map
  return words.share(words.classes[name].word, formatPercent(share))
}

function placeInWords(buckets: AllocationBuckets, index: number): string {
  const { start, length } = rangeOf(buckets, index)
  const mix = mixOf(buckets, index, index + 1)
  const parts = allocationClasses
    .filter((name) => mix[name] > 0)
    .map((name) => shareWords(name, mix[name]))
  return mapTabTexts().placeWords(formatRange(start, length), parts.join(', '))
}

/** A bucket may cover up to four cells of a small disk; the frame marks the first of them. */
function cursorBox(order: number, bucket: number, { count }: AllocationBuckets) {
  const { x, y } = cellAt(order, Math.ceil((bucket * 4 ** order) / count))
  const size = 100 / 2 ** order
  return { left: `${x * size}%`, top: `${y * size}%`, width: `${size}%`, height: `${size}%` }
}
