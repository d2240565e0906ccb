import { z } from 'zod'

const virtualSize = z.number().int().positive()

const options = z.object({
  version: z.union([z.literal(2), z.literal(3)]),
  lazyRefcounts: z.boolean(),
  refcountBits: z.number().int().positive(),
})

const snapshot = z.object({
  id: z.string().max(65_535),
  name: z.string().max(65_535),
  createdAt: z.number(),
})

const backingLink = z.object({
  name: z.string().max(1023),
  format: z.string().max(255).optional(),
})

/**
 * What has to be remembered of a change to take it back: the engine's `DoneChange`. Parsed again whenever the
 * history is read.
 */
export const doneChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('grow'),
    format: z.enum(['qcow2', 'raw']),
    before: virtualSize,
    after: virtualSize,
  }),
  z.object({
    kind: z.literal('shrink'),
    format: z.enum(['qcow2', 'raw']),
    before: virtualSize,
    after: virtualSize,
    kept: z.string().max(65_535),
  }),
  z.object({ kind: z.literal('amend'), before: options, after: options }),
  z.object({ kind: z.literal('snapshot-create'), snapshot }),
  z.object({ kind: z.literal('snapshot-rename'), snapshot, oldName: z.string().max(65_535) }),
  z.object({ kind: z.literal('snapshot-delete'), snapshot, kept: z.string().max(65_535) }),
  z.object({ kind: z.literal('relink'), before: backingLink, after: backingLink }),
  z.object({ kind: z.literal('snapshot-apply'), applied: snapshot, kept: snapshot }),
])
