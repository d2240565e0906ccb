import { z } from 'zod'
import { doneChange } from './done-change.ts'
import { allocationSummary } from './image.ts'

/** Work that changes an image, makes a file or moves one; what the command line does is named as there. */
export const changeKind = z.enum([
  'create',
  'resize',
  'repair',
  'amend',
  'undo',
  'snapshot',
  'compact',
  'discard',
  'encode',
  'decode',
  'stream-decode',
  'write',
  'pattern',
  'dehydrate',
  'rehydrate',
  'relink',
  'rename',
  'move',
  'trash',
  'remove',
])
export type ChangeKind = z.infer<typeof changeKind>

/** An option's value; several of one that may be given several times. */
const parameter = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()])

/** What was asked for. */
export const changeRequest = z.object({
  kind: changeKind,
  /** By the names of the command line's options as properties: `dryRun`, `mode`; sizes in bytes. */
  parameters: z.record(z.string().max(100), parameter),
})
export type ChangeRequest = z.infer<typeof changeRequest>

export const isChange = (request: { readonly kind: string }): request is ChangeRequest =>
  'parameters' in request

/** One thing that is worth knowing of what was done; numbers stay numbers, each surface writes them its way. */
export const changeFact = z.union([
  z.object({ label: z.string(), bytes: z.number().int().nonnegative() }),
  z.object({ label: z.string(), count: z.number().int().nonnegative() }),
  z.object({ label: z.string(), text: z.string() }),
])
export type ChangeFact = z.infer<typeof changeFact>

/** How a disk was stored before and after, in few buckets: what two strips in a receipt draw. */
const allocationPictures = z.object({ before: allocationSummary, after: allocationSummary })
export type AllocationPictures = z.infer<typeof allocationPictures>

export const changeResult = z.object({
  kind: z.literal('change'),
  facts: z.array(changeFact),
  /** The image still needs care, by the check that was part of it; absent: it does not, or nobody looked. */
  stillWrong: z.enum(['leaks', 'needs-repair', 'damaged']).optional(),
  /** Of a repair: leaked clusters that are free again, inside the file. */
  leaksMended: z.number().int().positive().optional(),
  /** Of a compaction that a person looks at, where something is stored in another way now. */
  pictures: allocationPictures.optional(),
  /** What an undo has to know; absent for changes that nothing takes back. */
  undo: doneChange.optional(),
})
