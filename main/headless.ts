/**
 * The history without a shell, for the command line: it shows what was done and adds what it did
 * itself. Takes no lock and starts no thread; an app that runs at the same time goes on. Metrics are loaded when they
 * are asked for: with the server they need it takes as long as a check of a small image.
 */
import path from 'node:path'
import {
  unreachable,
  type CheckResult,
  type DoneChange,
  type HashResult,
  type HeaderSummary,
  type ImageErrorData,
} from '../core/index.ts'
import type { ChangeFact } from '../ipc/schemas/change.ts'
import type { FileNumbers, Job, JobResult, RecordedRequest } from '../ipc/schemas/job.ts'
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
import type { MetricsAddress } from './metrics/metrics-server.ts'
import type { RunMetrics } from './metrics/run-metrics.ts'
import { checkOutcome, summarizeCheck, summarizeHash, type JobOutcome } from './jobs/job-summary.ts'

/** What a change came to. */
export interface FinishedChange {
  /** One sentence without a full stop, such as "1.2 GiB given back, in place". */
  readonly summary: string
  readonly facts: readonly ChangeFact[]
  /** What takes it back needs to know; undefined for what nothing takes back. */
  readonly undo?: DoneChange | undefined
}

/** One finished piece of work. */
export interface FinishedWork {
  /** The header as it was when the work began, or of a file that the work made; its path is absolute. */
  readonly header: HeaderSummary
  /** The header afterwards; only of work that changes the file or made it. */
  readonly after?: HeaderSummary | undefined
  /** The file was made: there are no numbers of before. */
  readonly isNew?: boolean | undefined
  readonly request: RecordedRequest
  readonly outcome:
    | { readonly kind: 'check'; readonly result: CheckResult }
    | { readonly kind: 'hash'; readonly result: HashResult }
    | { readonly kind: 'change'; readonly change: FinishedChange }
    | { readonly kind: 'failed'; readonly error: ImageErrorData }
    /** Stopped on the way; the error's safety sentence says what the file is worth. */
    | { readonly kind: 'cancelled'; readonly error: ImageErrorData }
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
  /** What library and history hold, in Prometheus' text format. */
  metrics(): Promise<string>
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
    metrics: async () => {
      const { LibraryMetrics } = await import('./metrics/library-metrics.ts')
      return await new LibraryMetrics(db).text()
    },
    close: () => db.close(),
    [Symbol.dispose]: () => db.close(),
  }
}

function addOne(db: WritableDb, work: FinishedWork): Job {
  const { header, after, request, outcome, engineVersion } = work
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
  const ended = {
    ...queued,
    startedAt,
    endedAt,
    ...(work.isNew === true ? {} : { fileBefore: numbersOf(header) }),
    ...(after === undefined ? {} : { fileAfter: numbersOf(after) }),
  }
  const store = (job: Job, counted: JobOutcome): Job => {
    updateJob(db, job, counted)
    return job
  }
  const succeed = (result: JobResult, summary: string, counted: JobOutcome): Job =>
    store({ ...ended, state: 'succeeded', result, summary }, counted)
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
    case 'change': {
      const { summary, facts, undo } = outcome.change
      const remembered = undo === undefined ? {} : { undo }
      return succeed({ kind: 'change', facts: [...facts], ...remembered }, summary, 'ok')
    }
    case 'failed': {
      const { error } = outcome
      const { title: summary } = error.explanation
      return store({ ...ended, state: 'failed', error, summary }, 'unreadable')
    }
    case 'cancelled': {
      const { safety: summary } = outcome.error.explanation
      return store({ ...ended, state: 'cancelled', summary }, 'cancelled')
    }
    default:
      return unreachable(outcome)
  }
}

const numbersOf = ({ fileLength, allocatedBytes, modifiedAt }: HeaderSummary): FileNumbers => ({
  length: fileLength,
  onDisk: allocatedBytes ?? fileLength,
  modifiedAt,
})

/** The library's row, or one that only the history knows. */
function imageIdOf(
  db: WritableDb,
  { path: file, use: _use, ...header }: HeaderSummary,
  now: number,
): number {
  const known = findByPath(db, file)
  return known?.id ?? insertImage(db, { path: file, header, single: false, addedAt: now }, now)
}

/** Metrics of one command while it runs, where Prometheus can ask for them. */
export interface RunMetricsServer
  extends AsyncDisposable, Pick<RunMetrics, 'accessed' | 'progressed' | 'opened'> {
  readonly url: string
}

/** Throws `metrics-not-served`. */
export async function serveRunMetrics(
  address: MetricsAddress,
  run: { readonly verb: string; readonly version: string },
): Promise<RunMetricsServer> {
  const { RunMetrics: Metrics } = await import('./metrics/run-metrics.ts')
  const { serveMetrics } = await import('./metrics/metrics-server.ts')
  const metrics = new Metrics(run)
  const server = await serveMetrics(address, metrics)
  return {
    url: server.url,
    accessed: (access) => metrics.accessed(access),
    progressed: (report) => metrics.progressed(report),
    opened: (device) => metrics.opened(device),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
