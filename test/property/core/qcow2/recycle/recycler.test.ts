import { hash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import { PauseSwitch } from '../../../../../core/base/pause-switch.ts'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import { Recycler } from '../../../../../core/qcow2/recycle/recycler.ts'
import { rebuildRefcounts } from '../../../../../core/qcow2/repair/rebuild-refcounts.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { randomCall, windowOf, type Window } from '../../../../helpers/flat-disk.ts'
import { ManualClock } from '../../../../helpers/manual-clock.ts'
import { expectCleanAfterFlush, type MemoryImage } from '../../../../helpers/memory-image.ts'
import { quarters, randomImage } from '../../../../helpers/random-image.ts'
import { seededRandom, type Random } from '../../../../helpers/random.ts'
import { SolidFile } from '../../../../storage/solid-file.ts'
import { SteppedFile, Steps } from '../../../../storage/stepped-file.ts'

/** Packing goes to other threads, which a busy machine lets wait. */
const PATIENCE_MS = 20_000

/** An image, its guest and its recycler, and a disk that does one access at a time, in any order. */
class Life {
  readonly story: string[] = []
  readonly #random: Random
  readonly #image: MemoryImage
  readonly #steps: Steps
  readonly #clock = new ManualClock()
  readonly #parts: Window[]
  readonly #window: Window
  /** What the guest, and who compacts, wait for. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #pause = new PauseSwitch()
  readonly recycler: Recycler
  #cancel = new AbortController()

  constructor(image: MemoryImage, window: Window, steps: Steps, random: Random) {
    this.#image = image
    this.#window = window
    this.#steps = steps
    this.#random = random
    this.#parts = quarters(window, image.clusterSize)
    this.recycler = new Recycler(image.writer, {
      clock: this.#clock,
      asserts: true,
      keepErased: random.pick([0, 2, 8]) * image.clusterSize,
      compactAfterUnmaps: random.pick([0, 1, 6]) * image.clusterSize,
    })
  }

  async step(): Promise<void> {
    const random = this.#random
    const choice = random.below(20)
    if (choice < 5) this.#guest()
    else if (choice < 15 && this.#steps.waiting > 0) this.#steps.next(random)
    else if (choice === 15) this.#clock.advance(random.pick([1000, 5000]))
    else if (choice === 16) this.#compact()
    else if (choice === 17) this.#bother()
    else if (choice === 18 && random.chance(0.2)) this.#whole()
    await turn()
  }

  /** The guest gives up the first part of its disk: neighbours at the end can move to neighbours there. */
  async makeRoom(): Promise<void> {
    const { writer, clusterSize } = this.#image
    const third = Math.floor(this.#window.bytes.length / 3)
    const length = third - (third % clusterSize)
    this.#window.bytes.fill(0, 0, length)
    this.#start('room', async () => {
      await writer.discard(0, length)
      await writer.flush()
    })
    await this.settle()
  }

  /** Lets everything end that has begun. */
  async settle(): Promise<void> {
    this.#pause.resume()
    const until = performance.now() + PATIENCE_MS
    while (this.#running.size > 0 || this.#steps.waiting > 0) {
      if (performance.now() > until)
        throw new Error(`waits for ${[...this.#running.keys()].join(', ')}`)
      if (this.#steps.waiting > 0) this.#steps.next(this.#random)
      await turn()
    }
  }

  #start(name: string, work: () => Promise<unknown>): void {
    if (this.#running.has(name)) return
    const run = work().then((outcome) => {
      this.story.push(`${name}: ${JSON.stringify(outcome)}`)
      this.#running.delete(name)
    })
    this.#running.set(name, run)
  }

  #guest(): void {
    const index = this.#random.below(this.#parts.length)
    const part = this.#parts[index]
    if (part === undefined) return
    const read = () => this.#read(part)
    const isRead = this.#random.chance(0.25)
    this.#start(`guest ${index}`, () =>
      isRead ? read() : randomCall(this.#image.writer, part, this.#random),
    )
  }

  async #read({ start, bytes }: Window): Promise<string> {
    const into = new Uint8Array(bytes.length)
    await this.#image.writer.read(into, start)
    return Buffer.from(into).equals(bytes) ? 'read' : 'read something else'
  }

  #compact(): void {
    const { signal } = this.#cancel
    const pause = this.#pause
    this.#start('compact', async () => {
      try {
        return await this.recycler.compact({ signal, pause })
      } catch (error) {
        if (error instanceof ImageError && error.reason === 'cancelled') return 'cancelled'
        throw error
      }
    })
  }

  #bother(): void {
    const random = this.#random
    if (this.#pause.isPaused) this.#pause.resume()
    else if (random.chance(0.5)) this.#pause.pause()
    else {
      this.#cancel.abort()
      this.#cancel = new AbortController()
    }
  }

  /** What needs the image as a whole. */
  #whole(): void {
    const { writer } = this.#image
    if (this.#random.chance(0.5)) {
      this.#start('exclusive', () => writer.exclusively(async () => 'nothing'))
    } else {
      this.#start('restructure', () =>
        writer.restructure((file, area) => rebuildRefcounts(file, area)),
      )
    }
  }

  async outcome(): Promise<{ readonly sameDisk: boolean; readonly wrongReads: number }> {
    const stored = Buffer.from(await this.#image.stored())
    return {
      sameDisk: stored.equals(this.#window.bytes),
      wrongReads: this.story.filter((line) => line.includes('something else')).length,
    }
  }
}

/** What came of one life. */
async function live(seed: number): Promise<unknown> {
  const random = seededRandom(seed)
  const steps = new Steps()
  const isSolid = random.chance(0.3)
  const wrap = (file: WritableFile) => new SteppedFile(isSolid ? new SolidFile(file) : file, steps)
  const { image, kind } = randomImage(random, { wrap })
  const snapshotBefore = kind === 'snapshots' ? hash('sha256', await image.snapshot(0)) : ''
  // The window is read through the disk that waits.
  const reading = windowOf(image.writer)
  for (let turns = 0; turns < 200; turns++) {
    if (steps.waiting > 0) steps.next(random)
    await turn()
  }
  const life = new Life(image, await reading, steps, random)
  const starting = life.recycler.start()
  while (life.recycler.state === 'new') await turn()
  await life.settle()
  await starting
  if (random.chance(0.5)) await life.makeRoom()
  for (let step = 0; step < 150; step++) await life.step()
  await life.settle()
  const { lastError } = life.recycler
  const stopping = life.recycler.stop()
  steps.open()
  await stopping
  await expectCleanAfterFlush(image)
  const snapshot = kind === 'snapshots' ? hash('sha256', await image.snapshot(0)) : ''
  const { story } = life
  const sameSnapshot = snapshot === snapshotBefore
  const outcome = { lastError, sameSnapshot, ...(await life.outcome()) }
  const isGood = isDeepStrictEqual(outcome, good)
  return isGood ? 'good' : { seed, kind, story, ...outcome }
}

const good = { lastError: undefined, sameSnapshot: true, sameDisk: true, wrongReads: 0 }

it('the guest finds what it wrote, whatever order the disk works in while clusters move', async () => {
  for (let seed = 0; seed < 150; seed++) expect(await live(seed)).toBe('good')
})
