import { z } from 'zod'
import { byteCount, claimedOffset } from './image.ts'

export const finding = z.object({
  kind: z.enum(['corruption', 'leak', 'check-error', 'warning']),
  harm: z.enum(['space', 'refcounts', 'structure', 'data']),
  rule: z.string(),
  structure: z.string(),
  offset: claimedOffset.optional(),
  reference: z.object({ structure: z.string(), offset: claimedOffset }).optional(),
  guest: z.object({ start: claimedOffset, length: claimedOffset }).optional(),
  snapshot: z.object({ id: z.string(), name: z.string() }).optional(),
  count: byteCount,
  text: z.string(),
})
export type Finding = z.infer<typeof finding>

export const checkResult = z.object({
  path: z.string(),
  format: z.literal('qcow2'),
  verdict: z.enum(['clean', 'leaks', 'corrupt', 'incomplete']),
  health: z.enum(['healthy', 'leaks', 'needs-repair', 'damaged']),
  corruptions: byteCount,
  leaks: byteCount,
  checkErrors: byteCount,
  warnings: byteCount,
  leakedBytes: byteCount,
  clusters: z.object({
    total: byteCount,
    allocated: byteCount,
    fragmented: byteCount,
    compressed: byteCount,
  }),
  imageEndOffset: claimedOffset,
  clusterSize: byteCount,
  findings: z.array(finding).readonly(),
  findingsOmitted: byteCount,
  live: z.boolean(),
  bytesRead: byteCount,
})
export type CheckResult = z.infer<typeof checkResult>

export const hashAlgorithm = z.enum(['sha256', 'sha1', 'sha512'])
export const hashTarget = z.enum(['content', 'file'])

export const hashResult = z.object({
  path: z.string(),
  algorithm: hashAlgorithm,
  target: hashTarget,
  digest: z.string().regex(/^[0-9a-f]+$/),
  bytes: byteCount,
  bytesRead: byteCount,
  live: z.boolean(),
})
export type HashResult = z.infer<typeof hashResult>
