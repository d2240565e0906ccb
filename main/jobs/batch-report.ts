import {
  ImageError,
  writeReport,
  type BatchReport,
  type CheckResult,
  type ImageErrorData,
  type ReportEntry,
  type ReportFormat,
  type WrittenReport,
} from '../../core/index.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { findBatch } from '../history/batches.ts'
import type { ReadableDb } from '../history/db.ts'
import { jobsOfBatch } from '../history/jobs.ts'

/** The report of a batch check, from what is stored. Throws `unknown-id`, or `invalid-argument` when the batch checked nothing. */
export function reportBatch(
  db: ReadableDb,
  batchId: string,
  format: ReportFormat,
  engineVersion: string,
): WrittenReport {
  const batch = findBatch(db, batchId)
  if (batch === undefined) throw new ImageError('unknown-id', { field: 'batch', id: batchId })
  const { request, counters, skipped } = batch
  if (request.kind !== 'check') {
    throw new ImageError('invalid-argument', {
      field: 'The batch',
      expected: 'a batch of checks',
      found: `a batch of ${request.kind} jobs`,
    })
  }
  const jobs = jobsOfBatch(db, batchId)
  const report: BatchReport = {
    title: counters.title,
    startedAt: counters.startedAt,
    endedAt: counters.endedAt ?? lastEnd(jobs, counters.startedAt),
    engineVersion: jobs[0]?.engineVersion ?? engineVersion,
    depth: request.depth,
    entries: [
      ...jobs.map(entryOf),
      ...skipped.map(({ path, reason }) => ({ kind: 'skipped', path, reason }) as const),
    ],
  }
  return writeReport(report, format)
}

const lastEnd = (jobs: readonly Job[], startedAt: number): number =>
  jobs.reduce((latest, { endedAt }) => Math.max(latest, endedAt ?? 0), startedAt)

function entryOf({ imagePath: path, result, error, startedAt, endedAt }: Job): ReportEntry {
  const durationMs = endedAt === undefined || startedAt === undefined ? 0 : endedAt - startedAt
  if (result?.kind === 'check') {
    return { kind: 'checked', path, result: asCheckResult(result.check), durationMs }
  }
  // Stored rows were parsed; the reason and kind come from a catalogue that only grows.
  if (error !== undefined) {
    return { kind: 'failed', path, error: error as ImageErrorData, durationMs }
  }
  return { kind: 'cancelled', path }
}

/** JSON has no undefined; the engine's own type has the keys. */
function asCheckResult(
  check: Extract<NonNullable<Job['result']>, { kind: 'check' }>['check'],
): CheckResult {
  return {
    ...check,
    findings: check.findings.map((finding) => ({
      ...finding,
      offset: finding.offset,
      reference: finding.reference,
      guest: finding.guest,
      snapshot: finding.snapshot,
    })),
  }
}
