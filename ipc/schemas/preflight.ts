/** The card in front of every writing action: what stands for and against it, as facts. */
import { z } from 'zod'
import { errorData } from './error.ts'
import { byteCount, imageId, imageUse, timestamp } from './image.ts'
import { health } from './library.ts'

/** `stop`: it cannot be started; the window offers the way out. */
const tone = z.enum(['good', 'note', 'stop'])

const undoReason = z.discriminatedUnion('kind', [
  /** A guest reads the same afterwards. */
  z.object({ kind: z.literal('same-content') }),
  /** Only a copy is changed. */
  z.object({ kind: z.literal('original-stays') }),
  /** The present state of the disk is not taken as a snapshot first. */
  z.object({ kind: z.literal('present-state-goes') }),
  /** The undo store would keep what goes, and was not asked to. */
  z.object({ kind: z.literal('not-kept'), bytes: byteCount }),
  z.object({ kind: z.literal('no-room'), neededBytes: byteCount }),
  /** The tables do not tell what would have to be kept. */
  z.object({ kind: z.literal('cannot-be-kept') }),
  /** The system's own Trash tells nobody where it puts things. */
  z.object({ kind: z.literal('system-trash') }),
])
export type UndoReason = z.infer<typeof undoReason>

/** What a change means for the images that build on the changed one. */
export const overlayEffect = z.enum([
  /** They read the same as before. */
  'none',
  /** Their own size stays, whatever that of their base. */
  'size-stays',
  /** They read a partition table that was made for the new size. */
  'partition-table',
  /** What the repair cannot keep is lost to them as well. */
  'repaired',
  /** They read through another backing file, too. */
  'other-backing',
  /** They read what comes back. */
  'goes-back',
  /** They are told its new place. */
  'other-place',
  /** They need it where it is. */
  'needed',
  /** They would read a disk that is neither the old one nor the new one. */
  'broken',
])
export type OverlayEffect = z.infer<typeof overlayEffect>

export const preflightLine = z.discriminatedUnion('id', [
  z.object({ id: z.literal('use'), tone, use: imageUse }),
  z.object({ id: z.literal('writable'), tone, path: z.string(), error: errorData.optional() }),
  z.object({
    id: z.literal('check'),
    tone,
    health,
    /** The file changed since. */
    stale: z.boolean(),
    checkedAt: timestamp.optional(),
  }),
  z.object({
    id: z.literal('space'),
    tone,
    /** Of the volume that is written to. */
    folder: z.string(),
    neededBytes: byteCount,
    freeBytes: byteCount.optional(),
  }),
  z.object({
    id: z.literal('snapshots'),
    tone,
    count: byteCount,
    /** How many of them the change takes away. */
    lost: byteCount,
  }),
  z.object({
    id: z.literal('children'),
    tone,
    effect: overlayEffect,
    /** Overlays whose content depends on this image. */
    children: z.array(z.object({ imageId, name: z.string() })),
    /** Those of them whose file is not there now, its disk perhaps not mounted: nobody can look at them. */
    missing: z.array(z.object({ imageId, name: z.string() })).optional(),
  }),
  z.object({
    id: z.literal('vms'),
    tone,
    vms: z.array(z.object({ source: z.string(), vm: z.string() })),
  }),
  z.object({
    id: z.literal('undo'),
    tone,
    /**
     * `not-needed`: the content stays the same; `while-unchanged`: until something else writes to the image;
     * `while-kept`: until the undo store needs the room.
     */
    undo: z.enum(['not-needed', 'while-unchanged', 'while-kept', 'no']),
    /** What the undo store takes for it. */
    keptBytes: byteCount.optional(),
    /** Of `no` and `not-needed`: why. */
    because: undoReason.optional(),
  }),
  z.object({ id: z.literal('time'), tone, seconds: z.number().nonnegative() }),
  /** The engine refuses. */
  z.object({ id: z.literal('refusal'), tone, error: errorData }),
])
export type PreflightLine = z.infer<typeof preflightLine>
