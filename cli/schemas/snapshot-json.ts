import { z } from 'zod'

const bytes = z.number().int().nonnegative()

const snapshot = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Bytes of saved guest memory; 0 when the snapshot holds the disk only. */
  vmStateSize: bytes,
  /** Unix time in milliseconds. */
  createdAt: z.number(),
  vmClockMs: z.number(),
  icount: z.number().optional(),
  diskSize: bytes,
  l1Offset: bytes,
  l1Entries: bytes,
})

const space = z.strictObject({ dataBytes: bytes, tableBytes: bytes })

const ours = { version: z.literal(1), filename: z.string() }

/** `snapshot --json`, by action. `result` is missing after --dry-run. Sizes are bytes. */
export const snapshotJson = z.discriminatedUnion('action', [
  z.strictObject({
    ...ours,
    action: z.literal('list'),
    snapshots: z
      .array(
        snapshot.extend({
          /** Missing when the tables cannot tell. */
          usage: z.strictObject({ exclusiveBytes: bytes, sharedBytes: bytes }).optional(),
        }),
      )
      .readonly(),
  }),
  z.strictObject({ ...ours, action: z.literal('create'), snapshot, virtualSize: bytes }),
  z.strictObject({ ...ours, action: z.literal('rename'), snapshot, oldName: z.string() }),
  z.strictObject({
    ...ours,
    action: z.literal('apply'),
    plan: z.strictObject({
      snapshot,
      before: z.strictObject({ virtualSize: bytes }),
      after: z.strictObject({ virtualSize: bytes }),
      /** What only the present state has; missing when the tables cannot tell. */
      lost: space.optional(),
      bitmapsLost: z.array(z.string()).readonly(),
    }),
    result: z
      .strictObject({ virtualSize: bytes, lost: space, kept: snapshot.optional() })
      .optional(),
  }),
  z.strictObject({
    ...ours,
    action: z.literal('delete'),
    plan: z.strictObject({
      snapshot,
      freed: space.optional(),
      /** Bytes of a file that keeps it, at most; missing when it cannot be kept. */
      keeping: z.strictObject({ own: bytes, whole: bytes }).optional(),
    }),
    result: z
      .strictObject({
        virtualSize: bytes,
        freed: space,
        kept: z
          .strictObject({ path: z.string(), content: z.enum(['own', 'whole']), bytes })
          .optional(),
      })
      .optional(),
  }),
  z.strictObject({
    ...ours,
    action: z.literal('restore'),
    plan: z.strictObject({
      kept: z.strictObject({
        path: z.string(),
        /** Where the image was when the snapshot was deleted. */
        image: z.string(),
        snapshot,
        content: z.enum(['own', 'whole']),
        bytes,
      }),
      /** As it will be listed. */
      snapshot,
      /** At most: what it shares with other states is not written. */
      bytesWritten: bytes,
      warnings: z.array(z.enum(['id-taken', 'backing-changed'])).readonly(),
    }),
    result: z.strictObject({ virtualSize: bytes, snapshot }).optional(),
  }),
])
export type SnapshotJson = z.infer<typeof snapshotJson>
