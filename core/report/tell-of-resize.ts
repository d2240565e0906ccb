import type { DoneChange } from '../operations/done-change.ts'
import type { ResizePlan } from '../operations/resize-plan.ts'
import type { ResizeResult } from '../operations/resize.ts'
import { formatBytes } from './format-quantity.ts'
import { asSentence, type ToldChange } from './told-change.ts'

export interface Resized {
  readonly plan: ResizePlan
  /** undefined: it was only planned. */
  readonly result: ResizeResult | undefined
}

/** What another size came to, or would, for behind the name of the image. */
export function resizeWords({ plan, result }: Resized): string {
  const { kind, before, after, allowed } = plan
  const change = formatBytes(Math.abs(after.virtualSize - before.virtualSize))
  if (result === undefined) {
    if (!allowed) return 'cannot be resized now'
    if (kind === 'none') return 'has that size already'
    return kind === 'grow' ? `would grow by ${change}` : `would shrink by ${change}`
  }
  if (kind === 'none') return 'has that size already'
  return kind === 'grow' ? `grew by ${change}` : `shrank by ${change}`
}

/** What the history keeps of it. */
export function tellOfResize(resized: Resized): ToldChange {
  const { plan, result } = resized
  const { kind, before, after } = plan
  const undo = undoOf(resized)
  return {
    summary: asSentence(resizeWords(resized)),
    facts: [
      ...sizeFacts({ before: before.virtualSize, after: after.virtualSize }),
      ...(kind === 'shrink' ? [{ label: 'Given back', bytes: result?.freedBytes ?? 0 }] : []),
    ],
    ...(undo === undefined ? {} : { undo }),
  }
}

/** The disk's size before and after a change of it, or its undoing; receipts know them by these labels. */
export const sizeFacts = (size: {
  readonly before: number
  readonly after: number
}): ToldChange['facts'] => [
  { label: 'Virtual size before', bytes: size.before },
  { label: 'Virtual size after', bytes: size.after },
]

function undoOf({ plan, result }: Resized): DoneChange | undefined {
  const { kind, format } = plan
  const sizes = { format, before: plan.before.virtualSize, after: plan.after.virtualSize }
  if (kind === 'grow') return { kind, ...sizes }
  const kept = result?.kept?.path
  return kind === 'shrink' && kept !== undefined ? { kind, ...sizes, kept } : undefined
}
