/**
 * One image and one model through the same random life: writes, zeroes, discards, packed clusters, other
 * sizes, snapshots, other options, reopening, and QEMU writing in between. The device's own asserts are on, and now and
 * then QEMU looks: no leak, no corruption, the same content.
 */
import { readFile, writeFile } from 'node:fs/promises'
import type { BlockDevice } from '../../core/device/block-device.ts'
import { openDevice } from '../../core/device/open-device.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import { openImage } from '../../core/image/open-image.ts'
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
import { applySnapshot, planApplySnapshot } from '../../core/operations/snapshot-apply.ts'
import { createSnapshot } from '../../core/operations/snapshot-create.ts'
import { deleteSnapshot, planDeleteSnapshot } from '../../core/operations/snapshot-delete.ts'
import { openForWriting } from '../../core/qcow2/open-writer.ts'
import { Qcow2Image } from '../../core/qcow2/qcow2-image.ts'
import { ManualClock } from '../helpers/manual-clock.ts'
import { noise } from '../helpers/noise.ts'
import { qemuCheck, runTool } from '../helpers/qemu.ts'
import { seededRandom, type Random } from '../helpers/random.ts'
import type { TempFolder } from '../helpers/temp-folder.ts'
import { diskProblem } from '../crash/judge.ts'
import { modelAction, performAction, randomAction } from './guest-actions.ts'
import { GuestModel, SECTOR, tellingBytes, type Sector, type World } from './guest-model.ts'
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
])

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
    await resizeImage(nodeHost, this.image, plan, { consent: ['lose-data-past-end'] })
    this.#model.resize(size)
  }

  async #changeSnapshots(): Promise<void> {
    await this.#close()
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
      const plan = await planDeleteSnapshot(nodeHost, this.image, options)
      await deleteSnapshot(nodeHost, this.image, { plan })
      this.#model.deleteSnapshot(name)
    }
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
    const check = await qemuCheck(this.image, { cwd: this.#folder.path })
    if (check.exitCode !== 0) {
      throw new Error(`qemu-img check ends with ${check.exitCode}: ${check.stdout}${check.stderr}`)
    }
    const world = this.#model.world()
    await this.#compareQemu([], [world], 'the disk')
    await this.#compareSnapshots(world)
  }

  async #compareSnapshots({ virtualSize, snapshots }: World): Promise<void> {
    await using opened = await openImage(nodeHost, this.image)
    const { image } = opened
    if (!(image instanceof Qcow2Image)) throw new Error('the image became a raw one')
    const entries = image.snapshots()
    const names = entries.map(({ name }) => name).join()
    const expected = snapshots.map(({ name }) => name).join()
    if (names !== expected) throw new Error(`snapshots ${names}, not ${expected}`)
    for (const [index, { name, sectors }] of snapshots.entries()) {
      const [entry] = entries.slice(index)
      if (entry === undefined) continue
      const view = image.atSnapshot(entry)
      const disk = new Uint8Array(view.virtualSize)
      await view.read(disk, 0)
      const kept = worldOf(sectors)
      const problem = diskProblem(disk, [kept])
      if (problem !== undefined) throw new Error(`snapshot ${name}: ${problem}`)
      // QEMU converts a snapshot of another size as if it had the size of the present state.
      const isSame = disk.length === virtualSize
      const args = ['-l', `snapshot.name=${name}`]
      if (isSame && this.#random.chance(0.3)) await this.#compareQemu(args, [kept], name)
    }
  }

  async #compareQemu(
    args: readonly string[],
    worlds: readonly World[],
    what: string,
  ): Promise<void> {
    const raw = this.#folder.file('converted.raw')
    const options = { cwd: this.#folder.path }
    const command = ['convert', '-f', 'qcow2', '-O', 'raw', ...args, this.image, raw]
    const { exitCode, stderr } = await runTool('qemu-img', command, options)
    if (exitCode !== 0)
      throw new Error(`qemu-img convert of ${what} ends with ${exitCode}: ${stderr}`)
    const problem = diskProblem(await readFile(raw), worlds)
    if (problem !== undefined) throw new Error(`QEMU reads of ${what}: ${problem}`)
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

const worldOf = (sectors: readonly Sector[]): World => ({
  virtualSize: sectors.length * SECTOR,
  sectors: sectors.map((sector) => [sector]),
  snapshots: [],
})

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
