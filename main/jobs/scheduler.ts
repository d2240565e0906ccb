/** What waits: a job, the image it needs for itself, and the lane (its batch) it queues in. */
export interface Waiting {
  readonly jobId: number
  readonly imageId: number
  readonly lane: string
}

/**
 * Decides which job runs next; knows no clock, no thread and no database.
 *
 * - An image has one job at a time: two readers of one file only slow each other down, and a later
 *   writer must never meet them.
 * - Lanes take turns, so that one image asked for alone does not wait behind a batch of thousands.
 * - Within a lane, first come, first served; a job whose image is busy lets others pass.
 */
export class Scheduler {
  readonly #limit: () => number
  /** In turn order: the lane that was served last is at the end. */
  readonly #lanes = new Map<string, Map<number, Waiting>>()
  readonly #laneOf = new Map<number, string>()
  readonly #running = new Map<number, Waiting>()
  readonly #busyImages = new Set<number>()

  /** `limit`: jobs at once; asked each time, so that a setting takes effect at once. */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  add(item: Waiting): void {
    const lane = this.#lanes.get(item.lane)
    if (lane === undefined) this.#lanes.set(item.lane, new Map([[item.jobId, item]]))
    else lane.set(item.jobId, item)
    this.#laneOf.set(item.jobId, item.lane)
  }

  /** The next job that may start now; it counts as running until `finished`. */
  next(): Waiting | undefined {
    if (this.#running.size >= Math.max(1, this.#limit())) return undefined
    for (const [name, lane] of this.#lanes) {
      const item = this.#firstFree(lane)
      if (item === undefined) continue
      this.remove(item.jobId)
      if (lane.size > 0) {
        this.#lanes.delete(name)
        this.#lanes.set(name, lane)
      }
      this.#running.set(item.jobId, item)
      this.#busyImages.add(item.imageId)
      return item
    }
    return undefined
  }

  /** False when it does not wait (any more). */
  remove(jobId: number): boolean {
    const name = this.#laneOf.get(jobId)
    if (name === undefined) return false
    this.#laneOf.delete(jobId)
    const lane = this.#lanes.get(name)
    lane?.delete(jobId)
    if (lane?.size === 0) this.#lanes.delete(name)
    return true
  }

  finished(jobId: number): void {
    const item = this.#running.get(jobId)
    if (item === undefined) return
    this.#running.delete(jobId)
    this.#busyImages.delete(item.imageId)
  }

  #firstFree(lane: ReadonlyMap<number, Waiting>): Waiting | undefined {
    for (const item of lane.values()) if (!this.#busyImages.has(item.imageId)) return item
    return undefined
  }
}
