/** Made-up jobs that queue, progress, end and are remembered, as the real ones do. */
import type { BatchCounters, Job, JobEvent, RecordedRequest } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { isChange, type ChangeRequest } from '../../ipc/schemas/change.ts'
import { madeUpChange } from './changes.ts'
import { readFailed } from './made-up-errors.ts'
import { paced } from './pace.ts'
import { madeUpResult, summaryOf } from './results.ts'
import { random } from './random.ts'

const engineVersion = '0.1.0'
const running = 2
const tickMs = 100

const rememberedParameters: Readonly<
  Record<'compact' | 'resize' | 'snapshot', ChangeRequest['parameters']>
> = {
  compact: { mode: 'in-place' },
  resize: { size: 80 * 2 ** 30 },
  snapshot: { action: 'create', name: 'before upgrade' },
}

export interface FakeJobsOptions {
  readonly failing: boolean
  readonly rowOf: (id: number) => LibraryRow | undefined
  /** A job ended; the row may look different now. */
  readonly onEnd: (job: Job) => void
  readonly emit: (event: JobEvent) => void
}

export class FakeJobs {
  readonly #options: FakeJobsOptions
  readonly #jobs = new Map<string, Job>()
  readonly #batches = new Map<string, BatchCounters>()
  readonly #heldAt = new Map<string, number>()
  readonly #standing = new Set<string>()
  #next = 1
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(options: FakeJobsOptions) {
    this.#options = options
  }

  /** Jobs of the last weeks, so that the history is not empty. */
  remember(rows: readonly LibraryRow[], now: number): void {
    const chance = random(7)
    for (const row of rows.slice(0, 160)) {
      if (row.format !== 'qcow2') continue
      const kind = chance.pick([
        'check',
        'check',
        'hash',
        'map',
        'compact',
        'resize',
        'snapshot',
      ] as const)
      const startedAt = now - chance.between(1, 40 * 24 * 60) * 60_000
      const request: RecordedRequest =
        kind === 'check'
          ? { kind, depth: 'metadata' }
          : kind === 'hash'
            ? { kind, algorithm: 'sha256', target: 'content' }
            : kind === 'map'
              ? { kind }
              : { kind, parameters: rememberedParameters[kind] }
      const failed = chance.chance(0.04)
      const job = this.#create(row, request, startedAt)
      this.#jobs.set(
        job.id,
        this.#ended(
          row,
          { ...job, startedAt },
          { failed, at: startedAt + chance.between(300, 90_000) },
        ),
      )
    }
  }

  /** Takes up jobs that stay as they are. */
  stand(jobs: readonly Job[]): void {
    for (const job of jobs) {
      this.#jobs.set(job.id, job)
      this.#standing.add(job.id)
    }
  }

  start(request: RecordedRequest, rows: readonly LibraryRow[], title: string | undefined) {
    const fits = rows.filter(
      (row) =>
        row.missingSince === undefined &&
        (request.kind === 'hash' || row.format === 'qcow2' || row.format === 'raw'),
    )
    const skipped = rows.length - fits.length
    const batchId = title === undefined ? undefined : `batch-${this.#next++}`
    const now = Date.now()
    const jobs = fits.map((row) => {
      const job = {
        ...this.#create(row, request, now),
        ...(batchId !== undefined && { batchId }),
      }
      this.#jobs.set(job.id, job)
      return job
    })
    this.#options.emit({ type: 'jobs', jobs })
    if (batchId !== undefined && title !== undefined) {
      this.#batches.set(batchId, {
        id: batchId,
        kind: request.kind,
        title,
        startedAt: now,
        total: jobs.length,
        done: 0,
        ok: 0,
        leaks: 0,
        damaged: 0,
        unreadable: 0,
        nothing: 0,
        failed: 0,
        cancelled: 0,
        skipped,
      })
      this.#tellBatch(batchId)
    }
    this.#timer ??= setInterval(() => this.#tick(), tickMs)
    return { jobIds: jobs.map(({ id }) => id), skipped, ...(batchId !== undefined && { batchId }) }
  }

  /** Waits for whoever has the image open, who never lets go of it here. */
  startWhenFree(request: RecordedRequest, row: LibraryRow): { jobIds: string[]; skipped: number } {
    const [holder] = row.use.holders
    const name = holder?.vm ?? holder?.name
    const job: Job = {
      ...this.#create(row, request, Date.now()),
      waitsFor: name === undefined ? {} : { holder: name },
    }
    this.#standing.add(job.id)
    this.#change(job)
    return { jobIds: [job.id], skipped: 0 }
  }

  cancel(which: { jobId: string } | { batchId: string }): void {
    for (const job of this.#jobs.values()) {
      const meant = 'jobId' in which ? job.id === which.jobId : job.batchId === which.batchId
      if (!meant || job.endedAt !== undefined) continue
      this.#end({ ...job, state: 'cancelled', endedAt: Date.now() })
    }
  }

  /** Does what an interrupted job was about once more. */
  takeUp(id: string): { jobId: string } {
    const job = this.#jobs.get(id)
    const row = job && this.#options.rowOf(job.imageId)
    if (job === undefined || row === undefined) throw new Error(`no job ${id}`)
    const again = this.#create(row, job.request, Date.now())
    this.#change(again)
    this.#timer ??= setInterval(() => this.#tick(), tickMs)
    return { jobId: again.id }
  }

  /** Holds what waits or goes on, or lets it go on. */
  hold(which: { jobId: string } | { batchId: string }, isHeld: boolean): void {
    const now = Date.now()
    for (const job of this.#jobs.values()) {
      const meant = 'jobId' in which ? job.id === which.jobId : job.batchId === which.batchId
      if (!meant || job.endedAt !== undefined) continue
      const held = this.#heldAt.get(job.id)
      if (isHeld) this.#heldAt.set(job.id, held ?? now)
      else this.#heldAt.delete(job.id)
      const state = isHeld ? 'paused' : job.startedAt === undefined ? 'queued' : 'running'
      // The time it stood still is none of its work.
      const stood = isHeld || held === undefined ? 0 : now - held
      this.#change({
        ...job,
        state,
        ...(job.startedAt !== undefined && { startedAt: job.startedAt + stood }),
      })
    }
    const batch = 'batchId' in which ? this.#batches.get(which.batchId) : undefined
    if (batch === undefined) return
    this.#batches.set(batch.id, { ...batch, paused: isHeld })
    this.#tellBatch(batch.id)
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  batch(id: string): Job[] {
    return [...this.#jobs.values()].filter(({ batchId }) => batchId === id)
  }

  /** Ended jobs, newest first. */
  history(): Job[] {
    return [...this.#jobs.values()]
      .filter(({ endedAt }) => endedAt !== undefined)
      .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
  }

  snapshot(): JobEvent {
    return {
      type: 'snapshot',
      jobs: [...this.#jobs.values()].filter(
        ({ id, endedAt }) => endedAt === undefined || this.#standing.has(id),
      ),
      batches: [...this.#batches.values()],
    }
  }

  #create(row: LibraryRow, request: RecordedRequest, queuedAt: number): Job {
    return {
      id: `job-${this.#next++}`,
      request,
      imageId: row.id,
      imageName: row.name,
      imagePath: row.path,
      state: 'queued',
      actor: 'desktop',
      queuedAt,
      engineVersion,
    }
  }

  #tick(): void {
    const open = [...this.#jobs.values()].filter(
      ({ id, endedAt }) => endedAt === undefined && !this.#standing.has(id),
    )
    if (open.length === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const busy = open.filter(({ state }) => state === 'running')
    for (const job of busy) this.#advance(job)
    for (const job of open
      .filter(({ state }) => state === 'queued')
      .slice(0, running - busy.length)) {
      this.#change({ ...job, state: 'running', startedAt: Date.now() })
    }
  }

  #change(job: Job): void {
    this.#jobs.set(job.id, job)
    this.#options.emit({ type: 'jobs', jobs: [job] })
  }

  #advance(job: Job): void {
    const row = this.#options.rowOf(job.imageId)
    if (row === undefined) return
    const total = row.onDisk ?? row.fileLength
    // A check takes about two seconds, a hash about eight: long enough to be seen.
    const seconds = paced(job.request.kind === 'hash' ? 8 : 2)
    const speed = total / Math.max(seconds, 0.001)
    const elapsed = (Date.now() - (job.startedAt ?? job.queuedAt)) / 1000
    const done = Math.min(total, Math.floor(speed * elapsed))
    if (done >= total) {
      this.#end(
        this.#ended(row, job, {
          failed: this.#options.failing || row.id % 97 === 0,
          at: Date.now(),
        }),
      )
      return
    }
    const progress = {
      phase: job.request.kind === 'check' ? 'tables' : 'data',
      share: done / total,
      done,
      total,
      unit: 'bytes' as const,
      speed,
      ...(elapsed > 3 && { secondsLeft: (total - done) / speed }),
    }
    this.#jobs.set(job.id, { ...job, progress })
    this.#options.emit({ type: 'progress', jobs: [{ id: job.id, progress }] })
  }

  #ended(
    row: LibraryRow,
    job: Job,
    { failed, at }: { readonly failed: boolean; readonly at: number },
  ): Job {
    if (failed) {
      return {
        ...job,
        state: 'failed',
        endedAt: at,
        error: readFailed(row.path),
        summary: 'Could not be read',
      }
    }
    if (isChange(job.request)) {
      const undone = this.#jobs.get(String(job.request.parameters['id']))?.summary
      const { record } = madeUpChange(row, job.request, at, undone)
      const isCompact = job.request.kind === 'compact'
      if (job.batchId !== undefined && isCompact && row.id % 5 === 0) {
        const summary = 'Nothing to give back, so nothing was written'
        return { ...job, state: 'succeeded', endedAt: at, summary, isIdle: true }
      }
      if (job.batchId !== undefined && isCompact && row.id % 11 === 0) {
        const summary = 'In use by win11: it was left out'
        return { ...job, state: 'skipped', endedAt: at, summary }
      }
      const isIdle = job.request.kind === 'repair' && row.health === 'healthy'
      return { ...job, state: 'succeeded', endedAt: at, ...record, ...(isIdle && { isIdle }) }
    }
    const isRepaired = this.history().some(
      ({ imageId, request, result }) =>
        imageId === row.id &&
        request.kind === 'repair' &&
        request.parameters['mode'] === 'all' &&
        result?.kind === 'change' &&
        result.stillWrong !== undefined,
    )
    const result = madeUpResult(row, job.request, isRepaired ? 'repair' : undefined)
    return { ...job, state: 'succeeded', endedAt: at, result, summary: summaryOf(result) }
  }

  #end(job: Job): void {
    this.#jobs.set(job.id, job)
    this.#options.emit({ type: 'jobs', jobs: [job] })
    this.#options.onEnd(job)
    if (job.batchId !== undefined) this.#count(job.batchId, job)
  }

  #count(batchId: string, job: Job): void {
    const batch = this.#batches.get(batchId)
    if (batch === undefined) return
    const check = job.result?.kind === 'check' ? job.result.check : undefined
    const isStillWrong = job.result?.kind === 'change' && job.result.stillWrong !== undefined
    const outcome =
      job.state === 'cancelled' || job.state === 'skipped'
        ? job.state
        : job.state === 'failed'
          ? batch.kind === 'check'
            ? 'unreadable'
            : 'failed'
          : job.isIdle === true
            ? 'nothing'
            : isStillWrong
              ? 'damaged'
              : check === undefined || check.verdict === 'clean'
                ? 'ok'
                : check.verdict === 'leaks'
                  ? 'leaks'
                  : 'damaged'
    const done = batch.done + 1
    this.#batches.set(batchId, {
      ...batch,
      done,
      [outcome]: batch[outcome] + 1,
      ...(done === batch.total && { endedAt: Date.now() }),
    })
    this.#tellBatch(batchId)
  }

  #tellBatch(batchId: string): void {
    const batch = this.#batches.get(batchId)
    if (batch !== undefined) this.#options.emit({ type: 'batches', batches: [batch] })
  }
}
