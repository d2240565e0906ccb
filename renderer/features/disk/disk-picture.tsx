import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { DiskLayout, DiskPartition, FileSystem } from '../../../ipc/schemas/disk.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { clsx } from '../../ui/clsx.ts'
import { DiskMarks, marksOf } from './disk-marks.tsx'
import { diskScale, type DiskScale } from './disk-scale.ts'
import { contentWords, layoutWords } from './disk-words.ts'
import { pictureTop, snapSize, stepFor, steppedSize } from './size-steps.ts'
import './disk.css'

export interface DiskPictureProps {
  readonly layout: DiskLayout
  /** The size that the disk would get. */
  readonly wanted: number
  /** Sizes that the handle stops at. */
  readonly points: readonly number[]
  /** What the wanted size comes to, said after it by a screen reader. */
  readonly meaning?: string | undefined
  /** The wanted size cannot be. */
  readonly isImpossible?: boolean
  readonly onWant: (bytes: number) => void
}

/** A partition takes at least this share of the picture. */
const leastShare = 0.014
/** Pixels around a point in which the handle stops at it. */
const snapPixels = 7
/** So near to a border of the picture, what is said above the handle would stick out. */
const nearBorder = 0.05

/** The disk to scale, from byte 0, with its new end as a handle. */
export function DiskPicture({
  layout,
  wanted,
  points,
  meaning,
  isImpossible = false,
  onWant,
}: DiskPictureProps) {
  const units = useSettings((state) => state.settings.units)
  const current = layout.virtualSize
  const [top, setTop] = useState(() => pictureTop(current, wanted))
  const track = useRef<HTMLDivElement>(null)
  const words = texts().disk
  // It only ever grows: a scale that changes under the handle would take the handle away.
  const needed = pictureTop(current, wanted)
  if (needed > top) setTop(needed)
  const parts = partsOf(layout)
  const scale = diskScale(
    [
      ...parts.map(({ start, end }) => ({ start, end, least: leastShare })),
      // A border of its own, so that the end of the disk is where the picture says.
      { start: current, end: top, least: 0 },
    ],
    top,
  )
  const step = stepFor(top)

  const wantAt = (event: PointerEvent<HTMLElement>): void => {
    const box = track.current?.getBoundingClientRect()
    if (box === undefined || box.width === 0) return
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1)
    const bytes = scale.bytesAt(share)
    const reach = Math.abs(scale.bytesAt(Math.min(1, share + snapPixels / box.width)) - bytes)
    onWant(snapSize(bytes, { points, reach, step }))
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    wantAt(event)
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) wantAt(event)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps = stepsOfKey(event.key)
    const target =
      steps !== undefined
        ? steppedSize(wanted, { steps, step, points })
        : event.key === 'Home'
          ? Math.min(...points)
          : event.key === 'End'
            ? top
            : undefined
    if (target === undefined) return
    event.preventDefault()
    onWant(target)
  }

  const size = formatBytes(wanted, units)
  return (
    <div className="disk">
      <p className="visually-hidden">{layoutWords(layout, units)}</p>
      <div
        ref={track}
        className="disk-track"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
      >
        <div className="disk-body" style={between(scale, 0, current)} />
        {parts.map((part) => (
          <Part key={`${part.number} ${part.start}`} part={part} scale={scale} />
        ))}
        {wanted > current && (
          <div className="disk-new" style={between(scale, current, wanted)} aria-hidden="true">
            <span className="truncate">{words.newSpace}</span>
          </div>
        )}
        {wanted < current && (
          <div className="disk-cut" style={between(scale, wanted, current)} aria-hidden="true">
            <span className="truncate">{words.cut}</span>
          </div>
        )}
        {marksOf(layout).map(({ kind, at }) => (
          <span key={kind} className={`disk-mark disk-mark-${kind}`} style={place(scale, at)} />
        ))}
        <div
          className={clsx(
            'disk-handle',
            isImpossible && 'disk-handle-impossible',
            scale.shareOf(wanted) < nearBorder && 'disk-handle-first',
            scale.shareOf(wanted) > 1 - nearBorder && 'disk-handle-last',
          )}
          style={place(scale, wanted)}
          role="slider"
          tabIndex={0}
          aria-label={words.slider}
          aria-valuemin={step}
          aria-valuemax={top}
          aria-valuenow={wanted}
          aria-valuetext={meaning === undefined ? size : `${size}, ${meaning}`}
          onKeyDown={onKeyDown}
        >
          <span className="disk-grip" />
          <span className="disk-bubble" title={exactBytes(wanted)}>
            {size}
          </span>
        </div>
      </div>
      <div className="disk-axis" aria-hidden="true">
        <span>0</span>
        <span className="disk-axis-end">{formatBytes(top, units)}</span>
      </div>
      <DiskMarks layout={layout} isStretched={scale.isStretched} />
    </div>
  )
}

interface DrawnPart {
  readonly number: number | undefined
  readonly start: number
  readonly end: number
  readonly name: string
  readonly family: Family
}

type Family = 'linux' | 'windows' | 'container' | 'swap' | 'other'

function partsOf(layout: DiskLayout): readonly DrawnPart[] {
  const { partitions, wholeDisk, virtualSize, contentEnd, storedEnd } = layout
  if (wholeDisk !== undefined) {
    const whole = { number: 0, start: 0, end: virtualSize, fileSystem: wholeDisk }
    return [{ ...whole, number: undefined, name: contentWords(whole), family: familyOf(wholeDisk) }]
  }
  const dataEnd = contentEnd ?? storedEnd ?? 0
  if (partitions.length === 0 && layout.table === undefined && dataEnd > 0) {
    const name = texts().disk.unknownContent
    return [{ number: undefined, start: 0, end: dataEnd, name, family: 'other' }]
  }
  return partitions.map((partition: DiskPartition) => ({
    number: partition.number,
    start: partition.start,
    end: Math.min(partition.end, virtualSize),
    name: contentWords(partition),
    family: familyOf(partition.fileSystem),
  }))
}

const families: Readonly<Record<FileSystem['kind'], Family>> = {
  ext2: 'linux',
  ext3: 'linux',
  ext4: 'linux',
  xfs: 'linux',
  btrfs: 'linux',
  ntfs: 'windows',
  fat12: 'windows',
  fat16: 'windows',
  fat32: 'windows',
  exfat: 'windows',
  lvm: 'container',
  luks: 'container',
  bitlocker: 'container',
  swap: 'swap',
}

const familyOf = (fileSystem: FileSystem | undefined): Family =>
  fileSystem === undefined ? 'other' : families[fileSystem.kind]

interface PartProps {
  readonly part: DrawnPart
  readonly scale: DiskScale
}

function Part({ part: { number, start, end, name, family }, scale }: PartProps) {
  const units = useSettings((state) => state.settings.units)
  const size = formatBytes(Math.max(0, end - start), units)
  const what = number === undefined ? name : `${number} · ${name}`
  return (
    <div
      className={`disk-part disk-part-${family}`}
      style={between(scale, start, end)}
      title={`${what}, ${size}`}
      aria-hidden="true"
    >
      <span className="disk-part-name truncate">{what}</span>
      <span className="disk-part-size truncate">{size}</span>
    </div>
  )
}

function stepsOfKey(key: string): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return 1
    case 'ArrowLeft':
    case 'ArrowDown':
      return -1
    case 'PageUp':
      return 10
    case 'PageDown':
      return -10
    default:
      return undefined
  }
}

const percent = (share: number): string => `${share * 100}%`
const place = (scale: DiskScale, at: number) => ({ left: percent(scale.shareOf(at)) })
const between = (scale: DiskScale, start: number, end: number) => ({
  left: percent(scale.shareOf(start)),
  width: percent(scale.shareOf(end) - scale.shareOf(start)),
})
