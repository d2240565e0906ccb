import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { reportSchemaVersion, writeReport } from '../../../../core/index.ts'
import { sampleReport } from './sample-report.ts'

const count = z.number().int().nonnegative()
const outcome = z.enum([
  'damaged',
  'needs-repair',
  'unreadable',
  'leaks',
  'cancelled',
  'skipped',
  'healthy',
])

/** The documented shape: a field that changes breaks this test, and then the version must rise. */
const shape = z.strictObject({
  schema: z.literal('platter-check-report'),
  schemaVersion: z.literal(1),
  title: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  engineVersion: z.string(),
  depth: z.enum(['metadata', 'full']),
  summary: z.record(z.union([outcome, z.literal('total')]), count),
  images: z.array(
    z.strictObject({
      path: z.string(),
      outcome,
      durationMs: count.optional(),
      check: z
        .strictObject({
          format: z.literal('qcow2'),
          verdict: z.enum(['clean', 'leaks', 'corrupt', 'incomplete']),
          health: z.enum(['healthy', 'leaks', 'needs-repair', 'damaged']),
          corruptions: count,
          leaks: count,
          checkErrors: count,
          warnings: count,
          leakedBytes: count,
          clusters: z.strictObject({
            total: count,
            allocated: count,
            fragmented: count,
            compressed: count,
          }),
          imageEndOffset: count,
          clusterSize: count,
          findings: z.array(
            z.strictObject({
              kind: z.enum(['corruption', 'leak', 'check-error', 'warning']),
              harm: z.enum(['space', 'refcounts', 'structure', 'data']),
              rule: z.string(),
              structure: z.string(),
              offset: count.optional(),
              reference: z.strictObject({ structure: z.string(), offset: count }).optional(),
              guest: z.strictObject({ start: count, length: count }).optional(),
              snapshot: z.strictObject({ id: z.string(), name: z.string() }).optional(),
              count,
              text: z.string(),
            }),
          ),
          findingsOmitted: count,
          live: z.boolean(),
          bytesRead: count,
        })
        .optional(),
      error: z
        .strictObject({
          code: z.string().regex(/^PLT-\d{4}$/),
          reason: z.string(),
          title: z.string(),
          detail: z.string(),
          advice: z.string(),
        })
        .optional(),
      note: z.string().optional(),
    }),
  ),
})

describe('the JSON report', () => {
  const parsed = shape.parse(JSON.parse(writeReport(sampleReport(), 'json').text))

  it('has the documented shape and says which version of it', () => {
    expect(parsed.schemaVersion).toBe(reportSchemaVersion)
    expect(parsed.images).toHaveLength(6)
  })

  it('counts every outcome once', () => {
    expect(parsed.summary).toEqual({
      total: 6,
      healthy: 1,
      leaks: 1,
      damaged: 1,
      'needs-repair': 0,
      unreadable: 1,
      skipped: 1,
      cancelled: 1,
    })
  })

  it('keeps every finding and says how many were left out', () => {
    const damaged = parsed.images.find((image) => image.outcome === 'damaged')
    expect(damaged?.check?.findings).toHaveLength(3)
    expect(damaged?.check?.findingsOmitted).toBe(4)
  })
})
