import { z } from 'zod'
import { errorJson } from './error-json.ts'

const bytes = z.number().int().nonnegative()

/** An element of `list --json`. Names are qemu-img's where it has one; sizes are bytes. */
export const listJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  format: z.string().optional(),
  'format-label': z.string(),
  'virtual-size': bytes.optional(),
  'actual-size': bytes.optional(),
  'file-length': bytes,
  'cluster-size': bytes.optional(),
  'modified-at': z.iso.datetime(),
  'dirty-flag': z.boolean(),
  'corrupt-flag': z.boolean(),
  'snapshot-count': bytes.optional(),
  'backing-filename': z.string().optional(),
  'backing-state': z.string().optional(),
  'use-state': z.string(),
  holders: z
    .array(z.strictObject({ pid: bytes, name: z.string(), vm: z.string().optional() }))
    .readonly(),
  /** Of a file whose header cannot be understood. */
  error: errorJson.optional(),
})
export type ListJson = z.infer<typeof listJson>
