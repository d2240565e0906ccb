/**
 * One image that is compacted while its guest goes on, by seed: several calls at a time whose accesses to
 * the disk overtake each other, the recycler with all its jobs, compactions that are paused, resumed and
 * cancelled, and a clock that the seed moves. After every round the disk is as the model has it, and the
 * asserts of device and recycler hold after every single change.
 */
import { writeFile } from 'node:fs/promises'
import { PauseSwitch } from '../../core/base/pause-switch.ts'
import type { BlockDevice } from '../../core/device/block-device.ts'
import type { DeviceConfig } from '../../core/device/device-config.ts'
import { openDevice } from '../../core/device/open-device.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import {
  backingPath,
  dataPath,
  imagePath,
  smallImage,
  type SmallImage,
  type SmallImageOptions,
} from '../crash/scenarios/small-images.ts'
import { StateJudge } from '../crash/state-judge.ts'
import { ManualClock } from '../helpers/manual-clock.ts'
import { qemuCheck } from '../helpers/qemu.ts'
import { seededRandom, type Random } from '../helpers/random.ts'
import type { TempFolder } from '../helpers/temp-folder.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { apart, modelAction, performAction, randomAction } from './guest-actions.ts'
import { SECTOR, type GuestModel } from './guest-model.ts'

export interface OnlineRunOptions {
  readonly seed: number
  /** Rounds of several calls at a time. */
  readonly rounds: number
}

export interface OnlineKind {
  readonly name: string
  readonly image: (random: Random) => SmallImageOptions
}

const widths = [0, 1, 2, 3, 4, 5, 6] as const

/** What is open is small, so that few rounds meet every border of it. */
export const onlineKinds: readonly OnlineKind[] = [
  { name: 'refcounts of any width', image: (random) => ({ refcountOrder: random.pick(widths) }) },
  { name: 'version 2', image: () => ({ version: 2, clusterBits: 10 }) },
  { name: 'lazy refcounts', image: () => ({ lazyRefcounts: true }) },
  { name: 'subclusters', image: () => ({ extendedL2: true, clusterBits: 14, clusters: 8 }) },
  { name: 'packed clusters', image: () => ({ compressed: true }) },
  { name: 'snapshots', image: () => ({ snapshots: ['one', 'two'] }) },
  { name: 'an overlay', image: () => ({ backingClusters: 25 }) },
  { name: 'a data file', image: () => ({ dataFile: 'disk.data' }) },
]

const sumNames = [
  'junk',
  'erased',
  'available',
  'copied',
  'flushed',
  'referenced',
  'cancelled',
  'cut',
] as const

type Outcome = 'done' | 'cancelled' | 'stopped'

async function outcomeOf(compaction: Promise<unknown>): Promise<Outcome> {
  try {
    await compaction
    return 'done'
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    if (error.kind === 'cancelled') return 'cancelled'
    if (error.reason === 'recycler-stopped') return 'stopped'
    throw error
  }
}

/** A compaction that has not ended, and how its life is going. */
interface Compaction {
  readonly switch: PauseSwitch
  readonly controller: AbortController
  readonly ended: Promise<Outcome>
}

export class OnlineRun {
  readonly kind: OnlineKind
  /** What was done, in order: with the seed, the story of a failure. */
  readonly story: string[] = []
  readonly #random: Random
  readonly #first: SmallImage
  readonly #machine: CrashMachine<never>
  readonly #clock = new ManualClock()
  readonly #config: Partial<DeviceConfig>
  readonly #model: GuestModel
  /** How far compactions and the recycler came, all visits together. */
  readonly sums = {
    junk: 0,
    erased: 0,
    available: 0,
    copied: 0,
    flushed: 0,
    referenced: 0,
    cancelled: 0,
    cut: 0,
  }
  readonly outcomes: Record<Outcome, number> = { done: 0, cancelled: 0, stopped: 0 }
  #generation = 0
  #compaction: Compaction | undefined

  private constructor(kind: OnlineKind, random: Random, first: SmallImage) {
    this.kind = kind
    this.#random = random
    this.#first = first
    this.#model = first.model
    this.#machine = new CrashMachine(new CrashLog<never>(), first.files)
    // A generator of its own: how fast the disk is does not decide what the guest does.
    const pace = seededRandom(random.below(2 ** 31))
    this.#machine.pace = () => pace.below(5)
    const bytes = (clusters: number) => clusters * first.clusterSize
    this.#config = {
      runtimeAsserts: true,
      discard: random.chance(0.5),
      keepErased: bytes(random.pick([0, 1, 4, 16])),
      compactAfterUnmaps: bytes(random.pick([0, 1, 3, 10])),
    }
  }

  /** Runs a whole life; throws at the first thing that is not as the model has it. */
  static async live(folder: TempFolder, { seed, rounds }: OnlineRunOptions): Promise<OnlineRun> {
    const random = seededRandom(seed)
    const kind = random.pick(onlineKinds)
    const first = await smallImage(random, { clusters: 40, ...kind.image(random) })
    const run = new OnlineRun(kind, random, first)
    try {
      const visits = 1 + random.below(2)
      for (let visit = 0; visit < visits; visit++) await run.#visit(Math.ceil(rounds / visits))
      await run.#letQemuLook(folder)
      return run
    } catch (error) {
      throw new OnlineFailure(run, seed, error)
    }
  }

  async #visit(rounds: number): Promise<void> {
    this.story.push(`open ${JSON.stringify(this.#config)}`)
    {
      await using device = await openDevice(this.#machine, imagePath, {
        config: this.#config,
        clock: this.#clock,
      })
      for (let round = 0; round < rounds; round++) await this.#round(device)
      if (this.#random.chance(0.5)) await this.#endCompaction()
      this.#count(device)
      this.story.push('close')
    }
    // Closing ends a compaction, also one that stands still.
    const outcome = await this.#compaction?.ended
    this.#compaction = undefined
    if (outcome !== undefined) {
      this.outcomes[outcome]++
      this.story.push(`the compaction was ${outcome}`)
    }
    if (this.#machine.held.length > 0) throw new Error('files are still held')
    if (this.#clock.waiting > 0) throw new Error('somebody still waits for a time')
    await this.#judge()
  }

  /** A few calls side by side, with whatever the compaction and the clock do meanwhile. */
  async #round(device: BlockDevice): Promise<void> {
    await this.#steer(device)
    if (this.#random.chance(0.05)) await this.#resize(device)
    const { virtualSize } = this.#model
    const rules = {
      virtualSize,
      clusterSize: this.#first.clusterSize,
      mostly: this.#random.pick(['writes', 'discards'] as const),
    }
    const actions = [randomAction(this.#random, rules)]
    while (this.#random.chance(0.6)) actions.push(randomAction(this.#random, rules))
    const calls = apart(actions).map((action) => {
      const generation = ++this.#generation
      this.story.push(JSON.stringify(action))
      modelAction(this.#model, action, generation)
      return performAction(device, action, generation)
    })
    await Promise.all([...calls, this.#tick(), this.#beside(device)])
    this.#model.settle()
    await this.#compareSome(device)
  }

  /** What changes no content goes on beside the guest's calls. */
  async #beside(device: BlockDevice): Promise<void> {
    const choice = this.#random.below(30)
    if (choice === 0) {
      this.story.push('count refcounts anew')
      await device.rebuildRefcounts()
    } else if (choice === 1) {
      this.story.push('check')
      const { verdict } = (await device.check()) ?? {}
      if (verdict !== 'clean') throw new Error(`a check ends with ${String(verdict)}`)
    }
  }

  /** Another size, with nothing but the compaction and the recycler beside it. */
  async #resize(device: BlockDevice): Promise<void> {
    const { clusterSize } = this.#first
    const clusters = 1 + this.#random.below(60)
    const size = clusters * clusterSize - this.#random.below(2) * SECTOR
    this.story.push(`resize to ${size}`)
    try {
      await device.resize(size, { shrink: true })
    } catch (error) {
      // With a snapshot of another size, version 2 cannot.
      if (!(error instanceof ImageError) || error.reason !== 'snapshots-lack-size') throw error
      this.story.push('refused')
      return
    }
    this.#model.resize(size)
  }

  /** Starts a compaction, pauses it, lets it go on, cancels it, waits for it; or lets it be. */
  async #steer(device: BlockDevice): Promise<void> {
    const compaction = this.#compaction
    if (compaction === undefined) {
      if (this.#random.chance(0.4)) this.#compaction = this.#compact(device)
      return
    }
    switch (this.#random.below(8)) {
      case 0:
        this.story.push('pause the compaction')
        compaction.switch.pause()
        break
      case 1:
      case 2:
        this.story.push('resume the compaction')
        compaction.switch.resume()
        break
      case 3:
        this.story.push('cancel the compaction')
        compaction.controller.abort()
        await this.#endCompaction()
        break
      case 4:
        await this.#endCompaction()
        break
      default:
    }
  }

  #compact(device: BlockDevice): Compaction {
    this.story.push('start a compaction')
    const controller = new AbortController()
    const pause = new PauseSwitch()
    const ended = outcomeOf(device.compact({ signal: controller.signal, pause }))
    // It is waited for later; whoever does so hears of what went wrong.
    ended.catch(() => {})
    return { switch: pause, controller, ended }
  }

  async #endCompaction(): Promise<void> {
    const compaction = this.#compaction
    if (compaction === undefined) return
    this.#compaction = undefined
    compaction.switch.resume()
    const outcome = await compaction.ended
    this.outcomes[outcome]++
    this.story.push(`the compaction is ${outcome}`)
    if (
      outcome === 'stopped' ||
      (outcome === 'cancelled' && !compaction.controller.signal.aborted)
    ) {
      throw new Error(`a compaction was ${outcome}, and nobody did that`)
    }
  }

  async #tick(): Promise<void> {
    const ticks = this.#random.below(4)
    for (let tick = 0; tick < ticks; tick++) {
      const ms = this.#random.pick([1, 500, 5000, 5000])
      this.story.push(`${ms} ms pass`)
      this.#clock.advance(ms)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  }

  #count(device: BlockDevice): void {
    const { recycler } = device.stats()
    if (recycler?.state !== 'running' || recycler.failures > 0) {
      throw new Error(`the recycler is not well: ${JSON.stringify(recycler)}`)
    }
    for (const name of sumNames) this.sums[name] += recycler.sums[name]
  }

  async #compareSome(device: BlockDevice): Promise<void> {
    const { virtualSize } = this.#model
    const at = this.#random.below(virtualSize)
    const length = Math.min(1 + this.#random.below(12 * this.#first.clusterSize), virtualSize - at)
    const read = new Uint8Array(length)
    await device.read(read, at)
    const expected = this.#model.read(at, length)
    const differs = read.findIndex((byte, index) => byte !== expected[index])
    if (differs >= 0)
      throw new Error(`byte ${at + differs} is ${read[differs]}, not ${expected[differs]}`)
  }

  /** The files as they were closed: the disk, its snapshots, and no finding at all. */
  async #judge(): Promise<void> {
    const judge = await StateJudge.open({
      name: this.kind.name,
      image: imagePath,
      files: this.#first.files,
      ...(this.#machine.has(backingPath) ? { backing: backingPath } : {}),
      ...(this.#machine.has(dataPath) ? { dataFile: dataPath } : {}),
      model: this.#model,
      tell: async () => {},
    })
    const mark = { worlds: [this.#model.world()], findings: 'none' } as const
    const problem = await judge.problemOf(mark, this.#machine.files())
    if (problem !== undefined) throw new Error(`closed: ${problem}`)
  }

  async #letQemuLook(folder: TempFolder): Promise<void> {
    for (const [name, bytes] of this.#machine.files()) {
      await writeFile(folder.file(name.slice(1)), bytes)
    }
    const image = folder.file(imagePath.slice(1))
    const check = await qemuCheck(image, { cwd: folder.path })
    if (check.exitCode !== 0) {
      throw new Error(`qemu-img check ends with ${check.exitCode}: ${check.stdout}${check.stderr}`)
    }
  }
}

export class OnlineFailure extends Error {
  override readonly name = 'OnlineFailure'

  constructor({ kind, story }: OnlineRun, seed: number, cause: unknown) {
    super(`seed ${seed}, ${kind.name}: ${String(cause)}\n${story.join('\n')}`, { cause })
  }
}
