import { Gauge, Registry } from 'prom-client'
import { z } from 'zod'
import type { ReadableDb } from '../history/db.ts'
import type { MetricsSource } from './metrics-server.ts'

const counted = z.object({ kind: z.string(), state: z.string(), count: z.number() })
const images = z.object({ present: z.number(), missing: z.number() })
const newest = z.object({ ended: z.number().nullable() })

/** What the library and the history hold, asked anew for each scrape. */
export class LibraryMetrics implements MetricsSource {
  readonly #registry = new Registry()
  readonly #db: ReadableDb
  readonly #images: Gauge<'state'>
  readonly #jobs: Gauge<'kind' | 'state'>
  readonly #newest: Gauge

  constructor(db: ReadableDb) {
    this.#db = db
    const registers = [this.#registry]
    this.#images = new Gauge({
      name: 'platter_library_images',
      help: 'Images in the library',
      labelNames: ['state'],
      registers,
    })
    this.#jobs = new Gauge({
      name: 'platter_jobs',
      help: 'Jobs, those that have ended included',
      labelNames: ['kind', 'state'],
      registers,
    })
    this.#newest = new Gauge({
      name: 'platter_history_newest_timestamp_seconds',
      help: 'When a job ended last, Unix time; 0 for never',
      registers,
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    const db = this.#db
    const { present, missing } = images.parse(
      db.get(
        `SELECT COUNT(*) - COUNT(missing_since) AS present, COUNT(missing_since) AS missing
         FROM images WHERE removed_at IS NULL`,
      ),
    )
    this.#images.set({ state: 'present' }, present)
    this.#images.set({ state: 'missing' }, missing)
    this.#jobs.reset()
    const rows = db.all('SELECT kind, state, COUNT(*) AS count FROM jobs GROUP BY kind, state')
    for (const row of rows) {
      const { kind, state, count } = counted.parse(row)
      this.#jobs.set({ kind, state }, count)
    }
    const { ended } = newest.parse(db.get('SELECT MAX(ended_at) AS ended FROM jobs'))
    this.#newest.set((ended ?? 0) / 1000)
    return this.#registry.metrics()
  }
}
