/** What is said of single images of a batch, as facts: each surface makes its own sentences. */
import { z } from 'zod'
import { byteCount, formatName, imageId } from './image.ts'

/** Why a batch leaves an image out. */
export const skipReason = z.discriminatedUnion('kind', [
  /** It is no longer in the library. */
  z.object({ kind: z.literal('gone') }),
  /** Its file is not there. */
  z.object({ kind: z.literal('missing') }),
  /** Each image needs a name of its own. */
  z.object({ kind: z.literal('one-by-one') }),
  /** This account may not write to the file. */
  z.object({ kind: z.literal('read-only') }),
  /** The image cannot be read. */
  z.object({ kind: z.literal('unreadable') }),
  /** Raw images have none of what the work is about. */
  z.object({ kind: z.literal('raw'), lacks: z.enum(['tables', 'snapshots', 'backing-file']) }),
  /** Recognised, and not supported yet. */
  z.object({ kind: z.literal('format'), format: formatName, label: z.string() }),
  /** Its damage is not what a repair of leaks is for. */
  z.object({ kind: z.literal('needs-full-repair') }),
  /** The last check of the file as it is now found nothing that a repair is for. */
  z.object({ kind: z.literal('nothing-to-repair') }),
  /** It stands on no backing file. */
  z.object({ kind: z.literal('no-backing-file') }),
  /** Of work on the file as a whole: somebody has it open. `holder`: a virtual machine, else a program. */
  z.object({ kind: z.literal('in-use'), holder: z.string().optional() }),
  /** It is in that folder already. */
  z.object({ kind: z.literal('there-already') }),
  /** The folder has a file of its name, or gets one from an image before it. */
  z.object({ kind: z.literal('name-taken') }),
  /** So many overlays stand on it and stay. */
  z.object({ kind: z.literal('overlays-stay'), count: byteCount }),
  z.object({ kind: z.literal('vm'), vm: z.string() }),
  /** It holds the content of that image. */
  z.object({ kind: z.literal('data-file-of'), name: z.string() }),
  /** It names its data file by a path that leads nowhere from another folder. */
  z.object({ kind: z.literal('keeps-data-beside') }),
  /** Of undoing a batch. */
  z.object({
    kind: z.literal('no-undo'),
    because: z.enum([
      /** There was nothing to do, or it was not done. */
      'nothing-changed',
      /** The content is the same as before. */
      'not-needed',
      'done',
      /** What was kept for it was let go of. */
      'let-go',
      /** A later change of its place has to be taken back before. */
      'later-first',
      'no-way',
    ]),
  }),
])
export type SkipReason = z.infer<typeof skipReason>

/** What may stand against an image by the time its turn comes: its plan is made then, and leaves it out if so. */
export const batchNote = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('in-use'), holder: z.string().optional() }),
  z.object({ kind: z.literal('overlays'), count: byteCount }),
  z.object({ kind: z.literal('damaged') }),
  /** So many overlays are told its new place as part of it. */
  z.object({ kind: z.literal('overlays-told'), count: byteCount }),
  /** Of undoing: something else wrote to the file since. */
  z.object({ kind: z.literal('changed-since') }),
  /** All its overlays go before it. */
  z.object({ kind: z.literal('overlays-first'), count: byteCount }),
  /** The machine names the old place. */
  z.object({ kind: z.literal('vm'), vm: z.string() }),
])
export type BatchNote = z.infer<typeof batchNote>

/** How an image came out of a batch, in order from good to bad. */
export const standings = [
  'fine',
  'leaks',
  'needs-repair',
  'damaged',
  'failed',
  'unreadable',
] as const
export const standing = z.object({
  state: z.enum(standings),
  /** Of a check: how many parts are wrong. */
  corruptions: byteCount,
})
export type Standing = z.infer<typeof standing>

export const changedImage = z.object({
  imageId,
  name: z.string(),
  before: standing,
  now: standing,
})
export type ChangedImage = z.infer<typeof changedImage>
