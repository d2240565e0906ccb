import { z } from 'zod'
import { errorJson } from './error-json.ts'

const undoable = z.strictObject({
  id: z.string(),
  kind: z.enum([
    'repair',
    'grow',
    'shrink',
    'amend',
    'snapshot-create',
    'snapshot-rename',
    'snapshot-apply',
    'snapshot-delete',
    'relink',
  ]),
  /** Unix time in milliseconds; missing where the file system does not tell. */
  at: z.number().optional(),
  /** In words. */
  what: z.string(),
  returns: z.string(),
  /** False as well when it is undone already: then there is no refusal. */
  possible: z.boolean(),
  refusal: errorJson.optional(),
  /** Of a repair. */
  safetyCopy: z.string().optional(),
})

const ours = { version: z.literal(1), filename: z.string() }

/** `undo --json`. */
export const undoJson = z.discriminatedUnion('action', [
  z.strictObject({
    ...ours,
    action: z.literal('list'),
    /** The newest first. */
    undoables: z.array(undoable).readonly(),
    /** Why the history could not be read; then only repairs are listed. */
    historyTrouble: z.string().optional(),
  }),
  z.strictObject({
    ...ours,
    action: z.literal('undo'),
    undoable,
    /** False when it was only looked at. */
    done: z.boolean(),
  }),
])
export type UndoJson = z.infer<typeof undoJson>
