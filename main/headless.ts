/**
 * The history without a shell, for the command line: it shows what was done and adds what it did
 * itself. Takes no lock and starts no thread; an app that runs at the same time goes on.
 */
import path from 'node:path'
import {
  unreachable,
  type CheckResult,
  type HashResult,
  type HeaderSummary,
  type ImageErrorData,
} from '../core/index.ts'
import type { Job, JobRequest, JobResult } from '../ipc/schemas/job.ts'
import { databaseFile, defaultDataFolder } from './data-folders.ts'
import { openSound } from './history/database.ts'
import type { WritableDb } from './history/db.ts'
import {
  findByPath,
  insertImage,
  saveLastCheck,
  saveLastHash,
  type FileState,
} from './history/images.ts'
import {
  findJob,
  historyPage,
  insertJob,
  openJobs,
  updateJob,
  type HistoryPage,
  type HistoryQuery,
} from './history/jobs.ts'
import { checkOutcome, summarizeCheck, summarizeHash, type JobOutcome } from './jobs/job-summary.ts'

/** One finished piece of work. */
export interface FinishedWork {
  /** The image's header as it was when the work began; its path is absolute. */
  readonly header: HeaderSummary
  readonly request: JobRequest
  readonly outcome:
    | { readonly kind: 'check'; readonly result: CheckResult }
    | { readonly kind: 'hash'; readonly result: HashResult }
    | { readonly kind: 'failed'; readonly error: ImageErrorData }
  readonly engineVersion: string
  /** Unix time in milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
}

export interface Records extends Disposable {
  /** Jobs that run or wait in an app that is open now. */
  open(): readonly Job[]
  /** Ended jobs, newest first. */
  page(query: Omit<HistoryQuery, 'imageId'> & { readonly imagePath?: string }): HistoryPage
  find(jobId: string): Job | undefined
  /** Stores finished work, all of it or nothing; the library's rows learn from it too. */
  add(works: readonly FinishedWork[]): readonly Job[]
  close(): void
}

/**
 * Throws `database-newer`, `data-folder-unusable` and `database-damaged`: only the app, which owns the
 * data, may move files.
 */
export function openRecords(dataFolder: string = defaultDataFolder()): Records {
  const db = openSound(databaseFile(dataFolder))
  return {
    open: () => openJobs(db),
    page: ({ imagePath, ...query }) => {
      if (imagePath === undefined) return historyPage(db, query)
      const image = findByPath(db, path.resolve(imagePath))
      if (image === undefined) return { jobs: [], nextBefore: undefined }
      return historyPage(db, { ...query, imageId: image.id })
    },
    find: (jobId) => findJob(db, jobId),
    add: (works) => db.transaction(() => works.map((work) => addOne(db, work))),
    close: () => db.close(),
    [Symbol.dispose]: () => db.close(),
  }
}

function addOne(db: WritableDb, work: FinishedWork): Job {
  const { header, request, outcome, engineVersion } = work
  const startedAt = Math.floor(work.startedAt)
  const endedAt = Math.floor(work.endedAt)
  const imageId = imageIdOf(db, header, endedAt)
  const file: FileState = { modifiedAt: header.modifiedAt, length: header.fileLength }
  const queued = insertJob(db, {
    request,
    imageId,
    imagePath: header.path,
    state: 'queued',
    actor: 'cli',
    engineVersion,
    queuedAt: startedAt,
  })
  const ended = { ...queued, startedAt, endedAt }
  const numbers = {
    length: header.fileLength,
    onDisk: header.allocatedBytes ?? header.fileLength,
    modifiedAt: header.modifiedAt,
  }
  const succeed = (result: JobResult, summary: string, counted: JobOutcome): Job => {
    const job: Job = { ...ended, state: 'succeeded', result, summary, fileBefore: numbers }
    updateJob(db, job, counted)
    return job
  }
  const jobId = Number(queued.id)
  switch (outcome.kind) {
    case 'check': {
      const { result } = outcome
      const { allocated, fragmented } = result.clusters
      saveLastCheck(db, imageId, {
        jobId,
        at: endedAt,
        health: result.health,
        fragmentation: allocated === 0 ? 0 : Math.min(1, fragmented / allocated),
        file,
      })
      return succeed({ kind: 'check', check: result }, summarizeCheck(result), checkOutcome(result))
    }
    case 'hash': {
      const { result } = outcome
      if (result.algorithm === 'sha256' && result.target === 'content') {
        saveLastHash(db, imageId, { jobId, at: endedAt, sha256: result.digest, file })
      }
      return succeed({ kind: 'hash', hash: result }, summarizeHash(result), 'ok')
    }
    case 'failed': {
      const { error } = outcome
      const job: Job = { ...ended, state: 'failed', error, summary: error.explanation.title }
      updateJob(db, job, 'unreadable')
      return job
    }
    default:
      return unreachable(outcome)
  }
}

/** The library's row, or one that only the history knows. */
function imageIdOf(
  db: WritableDb,
  { path: file, use: _use, ...header }: HeaderSummary,
  now: number,
): number {
  const known = findByPath(db, file)
  return known?.id ?? insertImage(db, { path: file, header, single: false, addedAt: now }, now)
}
