import type { ActionOf } from '../../../ipc/schemas/action.ts'
import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { texts } from '../../texts/texts.ts'
import { lastPartition } from './guest-steps.ts'
import { parseWantedSize } from './parse-size.ts'
import { resizeTexts } from './resize-texts.ts'

type ResizeRequest = ActionOf<'resize'>
export type Preallocation = NonNullable<ResizeRequest['parameters']['preallocation']>

/** What the person has chosen so far. */
export interface ResizeChoice {
  /** The new size as it was typed. */
  readonly text: string
  readonly preallocation: Preallocation
  readonly moveGpt: boolean
  readonly keepCut: boolean
  /** The size for which the loss of what lies past it was agreed to; another size needs a new word. */
  readonly agreedTo: number | undefined
  /** The size once more, where nobody knows what is cut off. */
  readonly retyped: string
}

/** What the choice comes to, as far as the window can tell by itself. */
export interface ResizeOutlook {
  /** Bytes; the present size while nothing else is written. */
  readonly target: number
  readonly direction: 'grow' | 'shrink' | 'none'
  /** Why what was typed is no size. */
  readonly problem: string | undefined
  /** The size lies below what keeps every partition. */
  readonly isBelowFloor: boolean
  /** Shrinking a disk of which nobody knows how it is divided: the size has to be written twice. */
  readonly isUnknown: boolean
  readonly hasAgreed: boolean
  /** What to plan; undefined while there is nothing to plan. */
  readonly request: ResizeRequest | undefined
  /** Why it cannot be started, as far as it is not the plan's to say. */
  readonly notYet: string | undefined
}

export interface OutlookOptions {
  readonly current: number
  /** Undefined until it was read, and when it cannot be. */
  readonly layout: DiskLayout | undefined
}

export function resizeOutlook(
  choice: ResizeChoice,
  { current, layout }: OutlookOptions,
): ResizeOutlook {
  const words = resizeTexts()
  const wanted = parseWantedSize(choice.text, current)
  const target = wanted.kind === 'size' ? wanted.bytes : current
  const direction = target > current ? 'grow' : target < current ? 'shrink' : 'none'
  const isBelowFloor =
    layout?.safeSize !== undefined &&
    target < layout.safeSize &&
    layout.safeBecause?.kind !== 'content'
  const isUnknown = direction === 'shrink' && !isDivisionKnown(layout)
  const again = parseWantedSize(choice.retyped)
  const hasRetyped = again.kind === 'size' && again.bytes === target
  const hasAgreed = isUnknown ? hasRetyped : choice.agreedTo === target
  const isShrink = direction === 'shrink'
  const request: ResizeRequest | undefined =
    wanted.kind !== 'size' || direction === 'none' || isBelowFloor
      ? undefined
      : {
          kind: 'resize',
          parameters: {
            size: target,
            ...(!isShrink &&
              choice.preallocation !== 'off' && { preallocation: choice.preallocation }),
            ...(isShrink && hasAgreed && { ignoreDataLoss: true }),
            ...(choice.moveGpt && layout?.table?.kind === 'gpt' && { moveGptBackup: true }),
            ...(isShrink && (choice.keepCut || isUnknown) && { keepCut: true }),
          },
        }
  const notYet =
    wanted.kind === 'empty'
      ? words.noSize
      : wanted.kind === 'problem'
        ? wanted.problem
        : direction === 'none'
          ? words.same
          : isUnknown && !hasRetyped
            ? words.options.retypeFirst
            : undefined
  return {
    target,
    direction,
    problem: wanted.kind === 'problem' ? wanted.problem : undefined,
    isBelowFloor,
    isUnknown,
    hasAgreed,
    request,
    notYet,
  }
}

/** A table or a file system tells where things end; so does a disk on which nothing is stored. */
export function isDivisionKnown(layout: DiskLayout | undefined): boolean {
  if (layout === undefined) return false
  if (layout.wholeDisk !== undefined) return true
  if (layout.table !== undefined) return layout.table.fault === undefined
  return (layout.contentEnd ?? layout.storedEnd) === 0
}

const MiB = 1024 ** 2

/** The smallest safe size as a person would write it, in whole MiB: "1566 MiB" and not "1602576.5 KiB". */
export function safeTarget({ safeSize }: DiskLayout, current: number): number | undefined {
  return safeSize === undefined ? undefined : Math.min(Math.ceil(safeSize / MiB) * MiB, current)
}

export interface SizePoint {
  readonly bytes: number
  readonly label: string
}

/** Sizes that people mean more often than others, each once, the largest first. */
export function sizePoints(
  current: number,
  layout: DiskLayout | undefined,
  units: ByteUnits,
): readonly SizePoint[] {
  const { snap } = texts().disk
  const points: SizePoint[] = [{ bytes: current, label: snap.current(formatBytes(current, units)) }]
  const add = (bytes: number | undefined, label: (size: string) => string): void => {
    if (bytes === undefined || bytes <= 0 || bytes >= current) return
    const size = formatBytes(bytes, units)
    // Two that read the same would be one button too many.
    if (points.some((point) => formatBytes(point.bytes, units) === size)) return
    points.push({ bytes, label: label(size) })
  }
  if (layout === undefined) return points
  add(safeTarget(layout, current), snap.safe)
  const last = lastPartition(layout)
  // Where the table needs no room behind it, the two are one; where it does, the end itself is too small.
  if (last !== undefined && layout.safeSize !== undefined && last.end > layout.safeSize) {
    add(last.end, (size) => snap.lastPartition(String(last.number), size))
  }
  return points
}
