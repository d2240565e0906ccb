/**
 * What the window can ask to be changed. Parameters have the names of the command line's options as
 * properties and the same meaning, so that "Copy as command" is exact; sizes are whole bytes.
 */
import { z } from 'zod'
import { byteCount } from './image.ts'

const path = z.string().min(1).max(4096)
const snapshotName = z.string().min(1).max(1023)
const preallocation = z.enum(['off', 'metadata', 'falloc', 'full'])

/** A new image; `path` is its absolute path, which nothing may have yet. */
export const createAction = z.strictObject({
  kind: z.literal('create'),
  parameters: z.strictObject({
    path,
    format: z.enum(['qcow2', 'raw']),
    /** Absent: that of the backing file. */
    size: byteCount.optional(),
    clusterSize: byteCount.optional(),
    compat: z.enum(['0.10', '1.1']).optional(),
    refcountBits: z.number().int().optional(),
    lazyRefcounts: z.boolean().optional(),
    extendedL2: z.boolean().optional(),
    compressionType: z.enum(['zlib', 'zstd']).optional(),
    preallocation: preallocation.optional(),
    /** As it is to stand in the image. */
    backing: path.optional(),
    backingFormat: z.enum(['qcow2', 'raw']).optional(),
  }),
})

const resizeAction = z.strictObject({
  kind: z.literal('resize'),
  parameters: z.strictObject({
    size: byteCount,
    preallocation: preallocation.optional(),
    /** Agreed to: what lies past the new end is cut off. */
    ignoreDataLoss: z.boolean().optional(),
    /** The second GPT header moves to the new end of the disk. */
    moveGptBackup: z.boolean().optional(),
    /** What is cut off is kept in the undo store. */
    keepCut: z.boolean().optional(),
  }),
})

const compactAction = z.strictObject({
  kind: z.literal('compact'),
  parameters: z.strictObject({
    mode: z.enum(['auto', 'in-place', 'punch', 'rewrite', 'zeroes']),
    /** Of `rewrite` only. */
    compress: z.enum(['zlib', 'zstd']).optional(),
  }),
})

const repairAction = z.strictObject({
  kind: z.literal('repair'),
  parameters: z.strictObject({
    mode: z.enum(['leaks', 'all']),
    /** Steps that lose data and were agreed to by name. */
    allow: z.array(z.string().max(100)).readonly().optional(),
    /** A new absolute path beside the image: a copy of it is repaired there, and the image is left alone. */
    copyTo: path.optional(),
  }),
})

const snapshotAction = z.strictObject({
  kind: z.literal('snapshot'),
  parameters: z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('create'), name: snapshotName }),
    /** `name` is the snapshot's id when `id` is set. */
    z.strictObject({
      action: z.literal('apply'),
      name: snapshotName,
      id: z.boolean().optional(),
      /** The present state is kept as a snapshot of this name first. */
      take: snapshotName.optional(),
    }),
    z.strictObject({
      action: z.literal('delete'),
      name: snapshotName,
      id: z.boolean().optional(),
      /** Kept in the undo store until it is purged. */
      keep: z.boolean().optional(),
    }),
    z.strictObject({
      action: z.literal('rename'),
      name: snapshotName,
      id: z.boolean().optional(),
      newName: snapshotName,
    }),
  ]),
})

/** Names another backing file in the header; content is neither read nor compared. */
const relinkAction = z.strictObject({
  kind: z.literal('relink'),
  parameters: z.strictObject({
    backing: path,
    backingFormat: z.enum(['qcow2', 'raw']),
  }),
})

/** `path`: the new absolute path; nothing may have it. */
const renameAction = z.strictObject({
  kind: z.literal('rename'),
  parameters: z.strictObject({ path }),
})
/** `folder`: it keeps its name; so many images can be moved by one request. */
const moveAction = z.strictObject({
  kind: z.literal('move'),
  parameters: z.union([z.strictObject({ path }), z.strictObject({ folder: path })]),
})
const trashAction = z.strictObject({
  kind: z.literal('trash'),
  parameters: z.strictObject({}),
})
/** Leaves the library; the file stays where it is. */
const removeAction = z.strictObject({
  kind: z.literal('remove'),
  parameters: z.strictObject({}),
})

const storedId = z.string().min(1).max(64)
/** Takes back what the job with this id did. `batch`: what that batch did to the image; so one request is for many. */
const undoAction = z.strictObject({
  kind: z.literal('undo'),
  parameters: z.union([z.strictObject({ id: storedId }), z.strictObject({ batch: storedId })]),
})

export const imageAction = z.discriminatedUnion('kind', [
  resizeAction,
  compactAction,
  repairAction,
  snapshotAction,
  relinkAction,
  renameAction,
  moveAction,
  trashAction,
  removeAction,
  undoAction,
])
/** A change of an image that is there. */
export type ImageAction = z.infer<typeof imageAction>
export type CreateAction = z.infer<typeof createAction>
export type ActionOf<Kind extends ImageAction['kind']> = Extract<ImageAction, { kind: Kind }>
