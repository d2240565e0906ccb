import { Lane } from './lane.ts'

/** What waits: a job, the image it needs for itself, the lane (its batch) it queues in, the disk it works on. */
export interface Waiting {
  readonly jobId: number
  readonly imageId: number
  readonly lane: string
  /** Jobs on one volume share what its disk can do. */
  readonly volume: string
  /** Whether it changes something there. */
  readonly writes: boolean
}

export interface SchedulerLimits {
  /** Jobs at once, on all volumes together. */
  readonly jobs: number
  /** Jobs at once on one volume. */
  readonly readersPerVolume: number
  readonly writersPerVolume: number
}

/**
 * Jobs that stand still at once without counting as work. Each keeps a thread and an open image, so there is an
 * end to it: further ones go on taking a place.
 */
export const freeStands = 16

/**
 * Decides which job runs next; knows no clock, no thread and no database.
 *
 * - An image has one job at a time: two readers of one file only slow each other down, and a later
 *   writer must never meet them.
 * - A volume bears so many readers and writers at once; volumes are worked on beside each other.
 * - Lanes take turns, so that one image asked for alone does not wait behind a batch of thousands.
 * - Within a lane, first come, first served; a job whose image or volume is busy lets others pass.
 * - What stands still keeps its image and leaves its place to others. When it goes on, there may be one more
 *   than the limits say for a while: a person's word to go on is not answered with "wait".
 */
export class Scheduler {
  readonly #limits: () => SchedulerLimits
  /** In turn order: the lane that was served last is at the end. */
  readonly #lanes = new Map<string, Lane>()
  readonly #laneOf = new Map<number, string>()
  readonly #heldLanes = new Set<string>()
  readonly #held = new Set<number>()
  readonly #running = new Map<number, Waiting>()
  readonly #standing = new Set<number>()
  readonly #busyImages = new Set<number>()

  /** `limits` is asked each time, so that a setting takes effect at once. */
  constructor(limits: () => SchedulerLimits) {
    this.#limits = limits
  }

  /** How many threads more than the limit the jobs that stand still keep. */
  get freeStanding(): number {
    return Math.min(this.#standing.size, freeStands)
  }

  add(item: Waiting): void {
    const lane = this.#lanes.get(item.lane) ?? new Lane()
    this.#lanes.set(item.lane, lane)
    lane.add(item)
    this.#laneOf.set(item.jobId, item.lane)
  }

  /** The next job that may start now; it counts as running until `finished`. */
  next(): Waiting | undefined {
    const limits = this.#limits()
    const working = this.#working()
    if (working.length >= Math.max(1, limits.jobs)) return undefined
    const isFree = (volume: string, writes: boolean): boolean => {
      const most = Math.max(1, writes ? limits.writersPerVolume : limits.readersPerVolume)
      const same = working.filter((item) => item.volume === volume && item.writes === writes)
      return same.length < most
    }
    for (const [name, lane] of this.#lanes) {
      if (this.#heldLanes.has(name)) continue
      const item = lane.first(
        isFree,
        ({ jobId, imageId }) => !this.#held.has(jobId) && !this.#busyImages.has(imageId),
      )
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
    this.#held.delete(jobId)
    const lane = this.#lanes.get(name)
    lane?.remove(jobId)
    if (lane?.size === 0) this.#lanes.delete(name)
    return true
  }

  waits(jobId: number): boolean {
    return this.#laneOf.has(jobId)
  }

  /** What waits goes on waiting until it is released. */
  hold(jobId: number, isHeld: boolean): void {
    if (isHeld && this.waits(jobId)) this.#held.add(jobId)
    else this.#held.delete(jobId)
  }

  /** A lane that is held holds what is added to it later, too. */
  holdLane(lane: string, isHeld: boolean): void {
    if (isHeld) this.#heldLanes.add(lane)
    else this.#heldLanes.delete(lane)
  }

  /** A job that runs has come to a stand, or goes on. */
  stands(jobId: number, isStanding: boolean): void {
    if (isStanding && this.#running.has(jobId)) this.#standing.add(jobId)
    else this.#standing.delete(jobId)
  }

  finished(jobId: number): void {
    const item = this.#running.get(jobId)
    if (item === undefined) return
    this.#running.delete(jobId)
    this.#standing.delete(jobId)
    this.#busyImages.delete(item.imageId)
  }

  /** What takes a place now. */
  #working(): readonly Waiting[] {
    let stands = 0
    return Array.from(this.#running.values()).filter(
      ({ jobId }) => !this.#standing.has(jobId) || ++stands > freeStands,
    )
  }
}
