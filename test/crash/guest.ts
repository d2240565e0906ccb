import type { BlockDevice } from '../../core/device/block-device.ts'
import { openDevice, type OpenDeviceOptions } from '../../core/device/open-device.ts'
import type { OperationContext } from '../../core/progress.ts'
import { openForWriting } from '../../core/qcow2/open-writer.ts'
import type { Qcow2Writer } from '../../core/qcow2/qcow2-writer.ts'
import type { Random } from '../helpers/random.ts'
import {
  apart,
  modelAction,
  performAction,
  randomAction,
  type ActionRules,
  type GuestAction,
  type GuestDisk,
} from '../model/guest-actions.ts'
import type { Scene } from './scene.ts'

/** What a guest writes to, and closes. */
type OpenDisk = GuestDisk & { close(): Promise<void> }

/** Somebody who writes to the disk of a scene, and knows what to expect of it after a power cut. */
export class Guest<Disk extends OpenDisk = Qcow2Writer> implements AsyncDisposable {
  readonly disk: Disk
  readonly #scene: Scene
  #failed = false

  private constructor(scene: Scene, disk: Disk) {
    this.#scene = scene
    this.disk = disk
  }

  static async open(scene: Scene, { discard = false } = {}): Promise<Guest> {
    const opened = await openForWriting(scene.machine, scene.image, { discard })
    if (opened.kind === 'raw') throw new Error(`${scene.image} is no qcow2 image`)
    return new Guest(scene, opened.image)
  }

  /** Of a disk whose image is compacted while it is open. */
  static async openDevice(scene: Scene, options: OpenDeviceOptions): Promise<Guest<BlockDevice>> {
    return new Guest(scene, await openDevice(scene.machine, scene.image, options))
  }

  async act(action: GuestAction): Promise<void> {
    await this.actTogether([action])
  }

  /** Starts all of them at once; none may touch what another one touches. */
  async actTogether(actions: readonly GuestAction[]): Promise<void> {
    const generations = actions.map((action) => {
      const generation = this.#scene.nextGeneration()
      modelAction(this.#scene.model, action, generation)
      return generation
    })
    this.#scene.expect()
    await this.#noting(
      Promise.all(
        actions.map((action, index) => performAction(this.disk, action, generations[index] ?? 0)),
      ),
    )
    if (actions.some(({ kind }) => kind === 'flush')) this.#settle(actions)
  }

  /** Clusters move; what the guest may find stays the same. */
  async compact(this: Guest<BlockDevice>, context: OperationContext = {}): Promise<void> {
    await this.#noting(this.disk.compact(context))
  }

  /** Packs new content into clusters, one after the other. */
  async import(this: Guest, at: number, length: number, clusterSize: number): Promise<void> {
    const { model } = this.#scene
    for (let cluster = at; cluster < at + length; cluster += clusterSize) {
      const bytes = this.#scene.bytes(cluster, clusterSize)
      model.write(cluster, bytes)
      this.#scene.expect()
      await this.#noting(this.disk.writeCompressed(bytes, cluster))
    }
  }

  async flush(): Promise<void> {
    await this.act({ kind: 'flush' })
  }

  /** Closing flushes. */
  async close(): Promise<void> {
    await this.disk.close()
    this.#settle([])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #noting(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  /** A flush promises nothing about what was not done when it began, nor about what failed. */
  #settle(together: readonly GuestAction[]): void {
    if (together.length > 1 || this.#failed) return
    this.#scene.model.settle()
    this.#scene.expect()
  }
}

/** `count` random actions, now and then several at once. */
export async function actAtRandom(
  guest: Guest<OpenDisk>,
  random: Random,
  { count, ...rules }: ActionRules & { readonly count: number },
): Promise<void> {
  for (let step = 0; step < count; step++) {
    const actions = [randomAction(random, rules)]
    while (random.chance(0.3)) actions.push(randomAction(random, rules))
    await guest.actTogether(apart(actions))
  }
}
