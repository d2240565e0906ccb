import {
  ImageError,
  unreachable,
  writeReport,
  writeWorkReport,
  type CheckResult,
  type ImageErrorData,
  type ReportEntry,
  type ReportFormat,
  type ToldFact,
  type WorkEntry,
  type WrittenReport,
} from '../../core/index.ts'
import type { Job, JobResult } from '../../ipc/schemas/job.ts'
import { findBatch } from '../history/batches.ts'
import type { ReadableDb } from '../history/db.ts'
import { idleJobsOfBatch, jobsOfBatch } from '../history/jobs.ts'

/** The report of a batch, from what is stored. Throws `unknown-id`. */
export function reportBatch(
  db: ReadableDb,
  batchId: string,
  format: ReportFormat,
  engineVersion: string,
): WrittenReport {
  const batch = findBatch(db, batchId)
  if (batch === undefined) throw new ImageError('unknown-id', { field: 'batch', id: batchId })
  const { request, counters, skipped } = batch
  const jobs = jobsOfBatch(db, batchId)
  const common = {
    title: counters.title,
    startedAt: counters.startedAt,
    endedAt: counters.endedAt ?? lastEnd(jobs, counters.startedAt),
    engineVersion: jobs[0]?.engineVersion ?? engineVersion,
  }
  if (request.kind === 'check') {
    const leftOut = skipped.map((image) => ({ kind: 'skipped', ...image }) as const)
    const entries = [...jobs.map(checkEntryOf), ...leftOut]
    return writeReport({ ...common, depth: request.depth, entries }, format)
  }
  const idle = idleJobsOfBatch(db, batchId)
  const leftOut = skipped.map(
    (image) => ({ kind: 'not-done', outcome: 'skipped', ...image }) as const,
  )
  const entries = [...jobs.map((job) => workEntryOf(job, idle.has(job.id))), ...leftOut]
  return writeWorkReport({ ...common, work: request.kind, entries }, format)
}

const lastEnd = (jobs: readonly Job[], startedAt: number): number =>
  jobs.reduce((latest, { endedAt }) => Math.max(latest, endedAt ?? 0), startedAt)

const durationOf = ({ startedAt, endedAt }: Job): number =>
  endedAt === undefined || startedAt === undefined ? 0 : endedAt - startedAt

// Stored rows were parsed; the reason and kind come from a catalogue that only grows.
const errorOf = ({ error }: Job): ImageErrorData | undefined => error as ImageErrorData | undefined

function checkEntryOf(job: Job): ReportEntry {
  const { imagePath: path, result } = job
  const durationMs = durationOf(job)
  const error = errorOf(job)
  if (result?.kind === 'check') {
    return { kind: 'checked', path, result: asCheckResult(result.check), durationMs }
  }
  return error === undefined
    ? { kind: 'cancelled', path }
    : { kind: 'failed', path, error, durationMs }
}

function workEntryOf(job: Job, isIdle: boolean): WorkEntry {
  const { imagePath: path, result, state, summary = 'It was not done' } = job
  const durationMs = durationOf(job)
  const error = errorOf(job)
  if (error !== undefined) return { kind: 'failed', outcome: 'failed', path, error, durationMs }
  if (state !== 'succeeded') {
    const outcome = state === 'skipped' ? 'skipped' : 'cancelled'
    return { kind: 'not-done', outcome, path, reason: summary }
  }
  return {
    kind: 'done',
    outcome: outcomeOf(job) ?? (isIdle ? 'nothing' : 'done'),
    path,
    summary,
    facts: factsOf(result),
    onDisk: { before: job.fileBefore?.onDisk, after: job.fileAfter?.onDisk },
    durationMs,
  }
}

/** What the check after a repair still found, in the words of the window. */
function outcomeOf({ request, result }: Job): 'still-damaged' | 'needs-full-repair' | undefined {
  // What an undone repair brings back was asked for.
  if (request.kind !== 'repair') return undefined
  const left = result?.kind === 'change' ? result.stillWrong : undefined
  if (left === 'damaged') return 'still-damaged'
  return left === 'needs-repair' ? 'needs-full-repair' : undefined
}

function factsOf(result: JobResult | undefined): readonly ToldFact[] {
  if (result === undefined) return []
  switch (result.kind) {
    case 'change':
      return result.facts
    case 'hash': {
      const { algorithm, target, digest } = result.hash
      const of = target === 'content' ? 'guest content' : 'file'
      return [{ label: `${algorithm} of the ${of}`, text: digest }]
    }
    case 'map':
      return Object.entries(result.totals).map(([label, bytes]) => ({ label, bytes }))
    case 'check':
      return []
    default:
      return unreachable(result)
  }
}

/** JSON has no undefined; the engine's own type has the keys. */
function asCheckResult(check: Extract<JobResult, { kind: 'check' }>['check']): CheckResult {
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
