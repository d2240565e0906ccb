import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { tellingBytes, type GuestModel, type World } from '../model/guest-model.ts'
import type { Expectation } from './judge.ts'

/** What a power cut is judged by, and whether there may be no image at all yet. */
export interface Mark extends Expectation {
  readonly absent?: boolean
  /** What else must be true of the disk: why it is not, or undefined. */
  readonly also?: (files: DiskFiles) => Promise<string | undefined>
}

/** A whole disk, by path. */
export type DiskFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

/** One story whose every moment the power may be cut in. */
export interface Scenario {
  readonly name: string
  /** Path of the image that is judged. */
  readonly image: string
  /** What is on the disk at first. */
  readonly files: Readonly<Record<string, Uint8Array>>
  /** Path of the backing image below `image`. It must not change. */
  readonly backing?: string
  readonly dataFile?: string
  /** An image without tables: its content is all there is to judge. */
  readonly format?: 'raw'
  /** What a check may find at first; default leaks. */
  readonly findings?: NonNullable<Expectation['findings']>
  /** Content of generations up to this one may be on the disk at first; default none. */
  readonly generation?: number
  /** Guest content at first. */
  readonly model: GuestModel
  readonly tell: (scene: Scene) => Promise<void>
}

/** What a scenario acts on. */
export class Scene {
  readonly log = new CrashLog<Mark>()
  readonly machine: CrashMachine<Mark>
  readonly image: string
  model: GuestModel
  #generation: number
  #demand: Mark['also']

  constructor({ files, image, model, findings = 'leaks', generation = 0 }: Scenario) {
    this.machine = new CrashMachine(this.log, files)
    this.image = image
    this.model = model
    this.#generation = generation
    this.expect([], { absent: !this.machine.has(image), findings })
  }

  /** From here on: the model as it is now, or as it was in `others`. */
  expect(others: readonly World[] = [], rest: Omit<Mark, 'worlds'> = {}): void {
    const also = this.#demand
    this.log.mark({ worlds: [this.model.world(), ...others], ...(also && { also }), ...rest })
  }

  /** From the next mark on, and until the end, this must be true of every disk as well. */
  demand(also: Mark['also']): void {
    this.#demand = also
  }

  /** As at the last mark; a mark of its own. */
  expectAsBefore(): void {
    this.log.mark(this.expected)
  }

  /** What the last mark said. */
  get expected(): Mark {
    const event = this.log.events.findLast(({ kind }) => kind === 'mark')
    if (event?.kind !== 'mark') throw new Error('nothing is expected of this scene')
    return event.mark
  }

  /** What is demanded already, and `also`. */
  besides(also: NonNullable<Mark['also']>): NonNullable<Mark['also']> {
    const demand = this.#demand
    return async (files) => (await demand?.(files)) ?? (await also(files))
  }

  nextGeneration(): number {
    return ++this.#generation
  }

  /** Bytes that were never written before. */
  bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    return tellingBytes(at, length, this.nextGeneration())
  }

  /**
   * Something that changes the whole image at once: the guest finds what was there before, or all that
   * `change` made of the model.
   */
  async atOnce(
    change: (model: GuestModel) => void,
    act: () => Promise<unknown>,
    rest: Omit<Mark, 'worlds'> = {},
  ): Promise<void> {
    const before = this.model.world()
    change(this.model)
    this.expect([before], rest)
    await act()
    this.model.settle()
    this.expect()
  }
}
