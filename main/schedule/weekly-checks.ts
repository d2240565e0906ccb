import type { Settings } from '../../ipc/schemas/app.ts'
import type { WritableDb } from '../history/db.ts'
import { findWeeklyRecord, saveWeeklyRecord } from '../history/weekly-checks.ts'
import type { Logger } from '../log/logger.ts'
import type { WallClock } from './wall-clock.ts'
import { lastDue, nextDue } from './weekly-time.ts'

type WeeklyCheck = Settings['weeklyChecks'][number]

export interface WeeklyChecksOptions {
  readonly db: WritableDb
  readonly clock: WallClock
  readonly log: Logger
  readonly wanted: () => readonly WeeklyCheck[]
  readonly hasFolder: (folderId: number) => boolean
  /** Looks through the folder and starts the check. Answers with its batch; undefined when there is nothing to check. */
  readonly check: (folderId: number) => Promise<string | undefined>
  readonly isRunning: (batchId: string) => boolean
}

/** A machine that slept is noticed by then: timers stand still meanwhile. In milliseconds. */
const lookInterval = 15 * 60 * 1000

/**
 * Starts the weekly checks while Platter runs. One that was due while it did not run is made up for once, however many
 * weeks that were; one whose predecessor is still at work waits for its end.
 */
export class WeeklyChecks implements Disposable {
  readonly #options: WeeklyChecksOptions
  readonly #starting = new Set<number>()
  #alarm: Disposable | undefined
  #isClosed = false

  constructor(options: WeeklyChecksOptions) {
    this.#options = options
  }

  /** Looks what is due, and when to look again. Call at the start, after a change of the settings, after a batch's end. */
  look(): void {
    if (this.#isClosed) return
    const { clock, wanted, hasFolder } = this.#options
    const now = clock.now()
    let next = now + lookInterval
    for (const check of wanted()) {
      if (!hasFolder(check.folderId)) continue
      this.#lookAt(check, now)
      next = Math.min(next, nextDue(now, check))
    }
    this.#alarm?.[Symbol.dispose]()
    this.#alarm = clock.after(next - now, () => this.look())
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#alarm?.[Symbol.dispose]()
  }

  #lookAt(check: WeeklyCheck, now: number): void {
    const { db, isRunning } = this.#options
    const { folderId, weekday, hour } = check
    const due = lastDue(now, check)
    const record = findWeeklyRecord(db, folderId)
    if (record === undefined || record.weekday !== weekday || record.hour !== hour) {
      // Wished for since now: what was due before was nobody's wish.
      saveWeeklyRecord(db, folderId, { weekday, hour, dueAt: due, batchId: record?.batchId })
      return
    }
    if (due <= record.dueAt || this.#starting.has(folderId)) return
    if (record.batchId !== undefined && isRunning(record.batchId)) return
    void this.#start(check, due)
  }

  /** Never rejects: what could not be started is tried again at the next look. */
  async #start(check: WeeklyCheck, dueAt: number): Promise<void> {
    const { db, log, check: begin, hasFolder } = this.#options
    const { folderId, weekday, hour } = check
    this.#starting.add(folderId)
    try {
      const batchId = await begin(folderId)
      if (this.#isClosed || !hasFolder(folderId)) return
      saveWeeklyRecord(db, folderId, { weekday, hour, dueAt, batchId })
      log.info('weekly check started', { folder: folderId, batch: batchId })
    } catch (error) {
      log.warn('a weekly check could not be started', { folder: folderId, reason: String(error) })
    } finally {
      this.#starting.delete(folderId)
    }
  }
}
