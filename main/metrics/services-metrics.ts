import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ReadableDb } from '../history/db.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { LibraryMetrics } from './library-metrics.ts'
import type { MetricsSource } from './metrics-server.ts'

/** Metrics of services that run: library and history, jobs under way, the process. */
export class ServicesMetrics implements MetricsSource {
  readonly #registry = new Registry()
  readonly #library: LibraryMetrics
  readonly #queue: Pick<JobQueue, 'snapshot'>
  readonly #progress: Gauge<'job' | 'kind'>

  constructor(db: ReadableDb, queue: Pick<JobQueue, 'snapshot'>) {
    this.#library = new LibraryMetrics(db)
    this.#queue = queue
    collectDefaultMetrics({ register: this.#registry })
    this.#progress = new Gauge({
      name: 'platter_job_progress_ratio',
      help: 'How far the present phase of a job that runs is, from 0 to 1',
      labelNames: ['job', 'kind'],
      registers: [this.#registry],
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    this.#progress.reset()
    for (const { id, request, state, progress } of this.#queue.snapshot().jobs) {
      if (state === 'queued') continue
      const { done = 0, total = 0 } = progress ?? {}
      this.#progress.set({ job: id, kind: request.kind }, total > 0 ? Math.min(1, done / total) : 0)
    }
    return `${await this.#library.text()}\n${await this.#registry.metrics()}`
  }
}
