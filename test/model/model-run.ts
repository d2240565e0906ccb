/**
 * One image and one model through the same random life: writes, zeroes, discards, packed clusters, other
 * sizes, snapshots, other options, reopening, and QEMU writing in between. The device's own asserts are on, and now and
 * then QEMU looks: no leak, no corruption, the same content.
 */
import { writeFile } from 'node:fs/promises'
import type { BlockDevice } from '../../core/device/block-device.ts'
import { openDevice } from '../../core/device/open-device.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import type { AmendOptions } from '../../core/operations/amend-plan.ts'
import { amendImage } from '../../core/operations/amend.ts'
import { compactImage } from '../../core/operations/compact.ts'
import { createImage } from '../../core/operations/create.ts'
import { planAmend } from '../../core/operations/plan-amend.ts'
import { planCompact } from '../../core/operations/plan-compact.ts'
import { planResize } from '../../core/operations/plan-resize.ts'
import { rebuildImageRefcounts } from '../../core/operations/rebuild-refcounts.ts'
import { resizeImage } from '../../core/operations/resize.ts'
import type { ResizePlan } from '../../core/operations/resize-plan.ts'
import { planRestoreCut, restoreCut } from '../../core/operations/restore-cut.ts'
import { applySnapshot, planApplySnapshot } from '../../core/operations/snapshot-apply.ts'
import { createSnapshot } from '../../core/operations/snapshot-create.ts'
import { deleteSnapshot, planDeleteSnapshot } from '../../core/operations/snapshot-delete.ts'
import { restoreSnapshot } from '../../core/operations/snapshot-restore.ts'
import { openForWriting } from '../../core/qcow2/open-writer.ts'
import { ManualClock } from '../helpers/manual-clock.ts'
import { noise } from '../helpers/noise.ts'
import { runTool } from '../helpers/qemu.ts'
import { seededRandom, type Random } from '../helpers/random.ts'
import type { TempFolder } from '../helpers/temp-folder.ts'
import { diskProblem } from '../crash/judge.ts'
import { compareWithQemu } from './compare-with-qemu.ts'
import { modelAction, performAction, randomAction } from './guest-actions.ts'
import { GuestModel, SECTOR, tellingBytes, type SnapshotContent } from './guest-model.ts'
import { imageKinds, type ImageKind } from './image-kinds.ts'

export interface ModelRunOptions {
  readonly seed: number
  readonly steps: number
  /** QEMU looks every so many steps, and at the end. */
  readonly lookEvery: number
  /** Life ends early at this time of `performance.now()`. */
  readonly until?: number
}

/** What an image may be unable to do; it says so, and nothing changes. */
const refusals: ReadonlySet<string> = new Set([
  'refcount-overflow',
  'snapshots-with-data-file',
  'snapshots-lack-size',
  // Another version by now, or another size where snapshots do not tell theirs.
  'kept-snapshot-other-image',
])

/** A snapshot that was kept whole, and can come back at any time. */
interface KeptSnapshot {
  readonly path: string
  readonly gone: SnapshotContent
  readonly position: number
}

export class ModelRun {
  readonly kind: ImageKind
  /** What was done, in order: with the seed, the story of a failure. */
  readonly story: string[] = []
  readonly #folder: TempFolder
  readonly #random: Random
  readonly #clusters: number
  readonly #clock = new ManualClock()
  #model: GuestModel
  #device: BlockDevice | undefined
  #generation = 0
  #kept: readonly KeptSnapshot[] = []

  private constructor(folder: TempFolder, kind: ImageKind, random: Random, model: GuestModel) {
    this.#folder = folder
    this.kind = kind
    this.#random = random
    this.#model = model
    this.#clusters = Math.ceil(model.virtualSize / kind.clusterSize)
  }

  /** Runs a whole life; throws at the first thing that is not as the model has it. */
  static async live(
    folder: TempFolder,
    { seed, steps, lookEvery, until = Infinity }: ModelRunOptions,
  ): Promise<ModelRun> {
    const random = seededRandom(seed)
    const kind = random.pick(imageKinds)
    const size = (20 + random.below(60)) * kind.clusterSize + random.below(3) * SECTOR
    const backing = await makeBacking(folder, kind, seed)
    const model = new GuestModel(size, backing)
    const run = new ModelRun(folder, kind, random, model)
    try {
      await createImage(nodeHost, run.image, {
        format: 'qcow2',
        clusterSize: kind.clusterSize,
        size,
        ...kind.options,
        ...(backing === undefined ? {} : { backing: { name: 'base.raw', format: 'raw' } }),
      })
      for (let step = 1; step <= steps; step++) {
        await run.#step()
        const isLast = step === steps || performance.now() >= until
        if (step % lookEvery === 0 || isLast) await run.#look()
        if (isLast) break
      }
      return run
    } catch (error) {
      throw new ModelFailure(run, seed, error)
    } finally {
      await run.#close()
    }
  }

  get image(): string {
    return this.#folder.file('disk.qcow2')
  }

  async #step(): Promise<void> {
    const choice = this.#random.below(31)
    if (choice < 14) await this.#act()
    else if (choice < 16) await this.#pack()
    else if (choice < 18) await this.#resize()
    else if (choice < 21) await this.#changeSnapshots()
    else if (choice < 22) await this.#letQemuWrite()
    else if (choice < 23) await this.#amend()
    else if (choice < 24) await this.#recount()
    else if (choice < 26) await this.#compactOpen()
    else if (choice < 29) await this.#compactClosed()
    else await this.#close()
    this.#model.settle()
  }

  async #act(): Promise<void> {
    const device = await this.#open()
    const { virtualSize } = this.#model
    const { clusterSize } = this.kind
    const action = randomAction(this.#random, { virtualSize, clusterSize, clusters: 8 })
    this.story.push(JSON.stringify(action))
    const generation = ++this.#generation
    modelAction(this.#model, action, generation)
    await performAction(device, action, generation)
    await this.#compareSome(device)
    // Of the recycler's timers, which are 5 seconds.
    this.#clock.advance(this.#random.pick([0, 100, 5000]))
  }

  /** The guest goes on while its image is compacted, or has to be when the compaction is cancelled. */
  async #compactOpen(): Promise<void> {
    const device = await this.#open()
    const controller = new AbortController()
    this.story.push('start a compaction')
    const compaction = device.compact({ signal: controller.signal }).then(
      () => 'done' as const,
      (error: unknown) => {
        if (error instanceof ImageError && error.kind === 'cancelled') return 'cancelled' as const
        throw error
      },
    )
    const acting = (async () => {
      for (let action = this.#random.below(4); action > 0; action--) await this.#act()
      if (this.#random.chance(0.3)) controller.abort()
    })()
    const [outcome] = await Promise.all([compaction, acting])
    this.story.push(`the compaction is ${outcome}`)
    if (outcome === 'cancelled' && !controller.signal.aborted) {
      throw new Error('a compaction was cancelled that nobody cancelled')
    }
  }

  /** Nobody has it open; the engine proves by itself that nothing is lost, and the model looks again. */
  async #compactClosed(): Promise<void> {
    await this.#close()
    const plan = await planCompact(nodeHost, this.image, { scan: 'whole' })
    const mode = this.#random.pick(['auto', 'in-place', 'punch', 'rewrite', 'zeroes'] as const)
    this.story.push(`compact by ${mode}`)
    const chosen = mode === 'auto' ? plan.auto : plan.modes[mode]
    try {
      const result = await compactImage(nodeHost, this.image, plan, { mode })
      const { outcome, after } = result
      this.story.push(`${outcome}: ${plan.before.fileLength} to ${after.fileLength}`)
      const planned = result.mode === undefined ? undefined : plan.modes[result.mode]
      const most = planned?.isExact === true ? planned.after?.fileLength : undefined
      if (most !== undefined && after.fileLength > most) {
        throw new Error(`${after.fileLength} bytes are left, more than the planned ${most}`)
      }
    } catch (error) {
      // What the plan says is not possible for this image.
      const isRefused = chosen !== undefined && 'allowed' in chosen && !chosen.allowed
      if (!isRefused || !(error instanceof ImageError)) throw error
      this.story.push(`refused: ${error.reason}`)
    }
  }

  /** Whole clusters, packed one after the other. */
  async #pack(): Promise<void> {
    await this.#close()
    const { clusterSize } = this.kind
    const opened = await openForWriting(nodeHost, this.image)
    if (opened.kind === 'raw') throw new Error('the image became a raw one')
    await using writer = opened.image
    const first = this.#random.below(Math.ceil(writer.virtualSize / clusterSize))
    for (let count = 1 + this.#random.below(5), at = first * clusterSize; count > 0; count--) {
      if (at >= writer.virtualSize) break
      const length = Math.min(clusterSize, writer.virtualSize - at)
      this.story.push(`pack ${at}+${length}`)
      const bytes = tellingBytes(at, length, ++this.#generation)
      this.#model.write(at, bytes)
      await writer.writeCompressed(bytes, at)
      at += clusterSize
    }
  }

  async #resize(): Promise<void> {
    const { clusterSize } = this.kind
    const clusters = 1 + this.#random.below(2 * this.#clusters)
    const size = Math.max(SECTOR, clusters * clusterSize - this.#random.below(3) * SECTOR)
    if (this.#random.chance(0.5)) {
      const device = await this.#open()
      this.story.push(`resize the device to ${size}`)
      await this.#unlessRefused(
        () => device.resize(size, { shrink: true }),
        () => this.#model.resize(size),
      )
      return
    }
    await this.#close()
    const grows = size > this.#model.virtualSize
    const choices = ['off', 'metadata', 'falloc', 'full'] as const
    const preallocation = grows ? this.#random.pick(choices) : 'off'
    const plan = await planResize(nodeHost, this.image, { size, preallocation })
    this.story.push(`resize to ${size}, preallocation ${preallocation}, allowed ${plan.allowed}`)
    if (!plan.allowed) return
    if (plan.kind === 'shrink' && this.#random.chance(0.5)) return this.#cutAndBringBack(plan)
    await resizeImage(nodeHost, this.image, plan, { consent: ['lose-data-past-end'] })
    this.#model.resize(size)
  }

  /** What is cut off comes back, with what the guest did to the rest meanwhile. */
  async #cutAndBringBack(plan: ResizePlan): Promise<void> {
    const keepCut = this.#folder.file(`cut-${++this.#generation}`)
    const { virtualSize: size } = plan.after
    const { virtualSize: before } = plan.before
    const end = this.#model.read(size, before - size)
    await resizeImage(nodeHost, this.image, plan, { keepCut })
    this.#model.resize(size)
    for (let action = this.#random.below(3); action > 0; action--) await this.#act()
    await this.#close()
    this.story.push('bring back what was cut off')
    await restoreCut(nodeHost, this.image, await planRestoreCut(nodeHost, this.image, keepCut))
    this.#model.resize(before)
    this.#model.write(size, end)
  }

  async #changeSnapshots(): Promise<void> {
    await this.#close()
    const [oldest] = this.#kept
    if (oldest !== undefined && this.#random.chance(0.3)) return this.#putBack(oldest)
    const names = this.#model.snapshots.map(({ name }) => name)
    const change = names.length === 0 ? 0 : this.#random.below(3)
    if (change === 0) {
      const name = `state ${++this.#generation}`
      this.story.push(`create snapshot ${name}`)
      await this.#unlessRefused(
        () => createSnapshot(nodeHost, this.image, { name }),
        () => this.#model.createSnapshot(name),
      )
      return
    }
    const name = this.#random.pick(names)
    const options = { snapshot: { name } }
    this.story.push(`${change === 1 ? 'apply' : 'delete'} snapshot ${name}`)
    if (change === 1) {
      await this.#unlessRefused(
        async () => {
          const plan = await planApplySnapshot(nodeHost, this.image, options)
          await applySnapshot(nodeHost, this.image, { plan })
        },
        () => this.#model.applySnapshot(name),
      )
    } else {
      await this.#deleteSnapshot(name)
    }
  }

  /** Now and then it is kept: without what it shares for a moment, or whole for as long as it takes. */
  async #deleteSnapshot(name: string): Promise<void> {
    const plan = await planDeleteSnapshot(nodeHost, this.image, { snapshot: { name } })
    const content = this.#random.pick(['none', 'own', 'whole'] as const)
    const path = this.#folder.file(`kept-${++this.#generation}`)
    const keep = content === 'none' ? undefined : { path, content }
    await deleteSnapshot(nodeHost, this.image, { plan, keep })
    const { snapshots } = this.#model
    const position = snapshots.findIndex((snapshot) => snapshot.name === name)
    const gone = snapshots[position]
    this.#model.deleteSnapshot(name)
    if (keep === undefined || gone === undefined) return
    this.story.push(`it is kept: ${keep.content}`)
    const kept = { path, gone, position }
    if (keep.content === 'own') await this.#putBack(kept)
    else this.#kept = [...this.#kept, kept]
  }

  async #putBack(kept: KeptSnapshot): Promise<void> {
    this.#kept = this.#kept.filter((other) => other !== kept)
    this.story.push(`put snapshot ${kept.gone.name} back`)
    await this.#unlessRefused(
      async () => void (await restoreSnapshot(nodeHost, this.image, kept.path)),
      () => this.#model.putSnapshotBack(kept.gone, kept.position),
    )
  }

  /** Other options, the same content. */
  async #amend(): Promise<void> {
    await this.#close()
    const options = this.#random.pick<AmendOptions>([
      { version: 2 },
      { version: 3 },
      { lazyRefcounts: true },
      { lazyRefcounts: false },
      { refcountBits: 8 },
      { refcountBits: 64 },
    ])
    this.story.push(`amend ${JSON.stringify(options)}`)
    try {
      await planAmend(nodeHost, this.image, options)
    } catch (error) {
      // What this image cannot become.
      if (!(error instanceof ImageError) || error.kind === 'internal') throw error
      this.story.push(`refused: ${error.reason}`)
      return
    }
    await amendImage(nodeHost, this.image, options)
  }

  async #recount(): Promise<void> {
    await this.#close()
    this.story.push('count refcounts anew')
    await rebuildImageRefcounts(nodeHost, this.image)
  }

  /** Whoever writes next finds the image as the other one left it. */
  async #letQemuWrite(): Promise<void> {
    await this.#close()
    const sectors = this.#model.virtualSize / SECTOR
    const first = this.#random.below(sectors)
    const count = Math.min(1 + this.#random.below(64), sectors - first)
    const fill = this.#random.below(256)
    const [at, length] = [first * SECTOR, count * SECTOR]
    const command = `write -P ${fill} ${at} ${length}`
    this.story.push(`qemu-io ${command}`)
    const options = { cwd: this.#folder.path }
    const { stdout, stderr } = await runTool('qemu-io', ['-c', command, this.image], options)
    if (/failed|error/i.test(stdout + stderr)) throw new Error(`qemu-io: ${stdout}${stderr}`)
    this.#model.write(at, new Uint8Array(length).fill(fill))
  }

  async #unlessRefused(act: () => Promise<unknown>, then: () => void): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!(error instanceof ImageError) || !refusals.has(error.reason)) throw error
      this.story.push(`refused: ${error.reason}`)
      return
    }
    then()
  }

  async #compareSome(device: BlockDevice): Promise<void> {
    const { virtualSize } = this.#model
    const at = this.#random.below(virtualSize)
    const length = Math.min(1 + this.#random.below(6 * this.kind.clusterSize), virtualSize - at)
    const read = new Uint8Array(length)
    await device.read(read, at)
    const expected = this.#model.read(at, length)
    const differs = read.findIndex((byte, index) => byte !== expected[index])
    if (differs >= 0)
      throw new Error(`byte ${at + differs} is ${read[differs]}, not ${expected[differs]}`)
  }

  /** All of it, by us and by QEMU. */
  async #look(): Promise<void> {
    const device = await this.#open()
    await device.assertConsistent()
    const disk = new Uint8Array(this.#model.virtualSize)
    await device.read(disk, 0)
    const ours = diskProblem(disk, [this.#model.world()])
    if (ours !== undefined) throw new Error(ours)
    await this.#close()
    await compareWithQemu(this.image, this.#model.world(), {
      folder: this.#folder,
      withSnapshot: () => this.#random.chance(0.3),
    })
  }

  async #open(): Promise<BlockDevice> {
    if (this.#device !== undefined) return this.#device
    const { clusterSize } = this.kind
    const config = {
      runtimeAsserts: true,
      discard: this.#random.chance(0.3),
      keepErased: this.#random.pick([0, 0, 4]) * clusterSize,
      compactAfterUnmaps: this.#random.pick([0, 0, 5]) * clusterSize,
    }
    this.story.push(`open ${JSON.stringify(config)}`)
    this.#device = await openDevice(nodeHost, this.image, { config, clock: this.#clock })
    return this.#device
  }

  async #close(): Promise<void> {
    const device = this.#device
    this.#device = undefined
    if (device === undefined) return
    this.story.push('close')
    await device.close()
  }
}

export class ModelFailure extends Error {
  override readonly name = 'ModelFailure'
  readonly run: ModelRun

  constructor(run: ModelRun, seed: number, cause: unknown) {
    super(`seed ${seed}, ${run.kind.name}, step ${run.story.length}: ${String(cause)}`, { cause })
    this.run = run
  }
}

async function makeBacking(
  folder: TempFolder,
  { backingClusters, clusterSize }: ImageKind,
  seed: number,
): Promise<Uint8Array | undefined> {
  if (backingClusters === undefined) return undefined
  const bytes = noise(seed, backingClusters * clusterSize)
  await writeFile(folder.file('base.raw'), bytes)
  return bytes
}
