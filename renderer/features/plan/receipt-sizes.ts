import { isChange, type ChangeFact } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'

export interface ReceiptSize {
  readonly of: 'disk' | 'file' | 'stored'
  /** Bytes. */
  readonly before: number
  readonly after: number
}

export interface ReceiptSizes {
  readonly sizes: readonly ReceiptSize[]
  /** What is left to say of the change. */
  readonly facts: readonly ChangeFact[]
}

/** Work that people do for the sake of the file's size: that nothing came of it is news, too. */
const isAboutFile: ReadonlySet<string> = new Set(['compact', 'repair'])

/** The engine's labels of the disk's own size (core/report/tell-of-resize.ts). */
const diskBefore = /^Virtual size before$/
const diskAfter = /^Virtual size after$/

/** Sizes that the work changed or was about, that of the disk first; a table of what stayed the same says nothing. */
export function receiptSizes({ request, result, fileBefore, fileAfter }: Job): ReceiptSizes {
  const told = result?.kind === 'change' ? result.facts : []
  const from = bytesOf(told, diskBefore)
  const to = bytesOf(told, diskAfter)
  const isOfDisk = isChange(request) && from !== undefined && to !== undefined
  const ofFile: readonly ReceiptSize[] =
    fileBefore === undefined || fileAfter === undefined
      ? []
      : [
          { of: 'file', before: fileBefore.length, after: fileAfter.length },
          { of: 'stored', before: fileBefore.onDisk, after: fileAfter.onDisk },
        ]
  const isNews = isAboutFile.has(request.kind) || ofFile.some((size) => size.before !== size.after)
  return {
    sizes: [
      ...(isOfDisk ? [{ of: 'disk' as const, before: from, after: to }] : []),
      ...(isNews ? ofFile : []),
    ],
    facts: isOfDisk
      ? told.filter(({ label }) => !diskBefore.test(label) && !diskAfter.test(label))
      : told,
  }
}

function bytesOf(facts: readonly ChangeFact[], label: RegExp): number | undefined {
  const fact = facts.find((each) => label.test(each.label))
  return fact !== undefined && 'bytes' in fact ? fact.bytes : undefined
}
