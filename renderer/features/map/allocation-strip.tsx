import { useEffect, useMemo, useRef } from 'react'
import type { AllocationSummary } from '../../../ipc/schemas/image.ts'
import { formatPercent } from '../../format/counts.ts'
import { texts } from '../../texts/texts.ts'
import { allocationClasses, decodeAllocation, mixOf } from './allocation-buckets.ts'
import { paintMix } from './paint-cells.ts'
import { useMapColours } from './use-map-colours.ts'
import './map.css'

const width = 512
const height = 20

/** The whole virtual disk in one row, first byte to last. */
export function AllocationStrip({ summary }: { readonly summary: AllocationSummary }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const buckets = useMemo(() => decodeAllocation(summary), [summary])
  const colours = useMapColours()
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined || colours === undefined) return
    const picture = context.createImageData(width, height)
    for (let x = 0; x < width; x += 1) {
      const from = Math.floor((x * buckets.count) / width)
      const to = Math.max(from + 1, Math.floor(((x + 1) * buckets.count) / width))
      paintMix(picture, { x, y: 0, width: 1, height }, mixOf(buckets, from, to), colours)
    }
    context.putImageData(picture, 0, 0)
  }, [buckets, colours])
  return (
    <canvas
      ref={canvas}
      className="map-strip"
      width={width}
      height={height}
      role="img"
      aria-label={texts().map.strip(totalsInWords(summary))}
    />
  )
}

/** "Data 41 %, Zero 3 %": the picture's text alternative. */
export function totalsInWords({ totals, virtualSize }: AllocationSummary): string {
  const words = texts().map
  const parts = allocationClasses
    .filter((name) => totals[name] > 0)
    .map((name) => words.share(words.classes[name].word, formatPercent(totals[name] / virtualSize)))
    // A number and its unit stay on one line.
    .map((part) => part.replaceAll(' ', '\u{a0}'))
  return parts.length === 0 ? words.empty : parts.join(', ')
}
