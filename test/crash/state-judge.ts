import { ImageError } from '../../core/errors/image-error.ts'
import { openImage, type OpenedImage } from '../../core/image/open-image.ts'
import { MemoryFile } from '../../core/storage/memory-file.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { judge } from './judge.ts'
import type { Mark, Scenario } from './scene.ts'

export type DiskFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

/** Judges the disks of one scenario. */
export class StateJudge {
  readonly #scenario: Scenario
  readonly #backing: OpenedImage | undefined

  private constructor(scenario: Scenario, backing: OpenedImage | undefined) {
    this.#scenario = scenario
    this.#backing = backing
  }

  static async open(scenario: Scenario): Promise<StateJudge> {
    const { backing, files } = scenario
    if (backing === undefined) return new StateJudge(scenario, undefined)
    // On a machine of its own: what the story does to its files is nothing to this one.
    const machine = new CrashMachine(new CrashLog<never>(), files)
    return new StateJudge(scenario, await openImage(machine, backing))
  }

  /** undefined when all is well; otherwise what is wrong, in one line. */
  async problemOf(mark: Mark, files: DiskFiles): Promise<string | undefined> {
    const { image, dataFile } = this.#scenario
    const bytes = files.get(image)
    if (mark.absent === true && (bytes === undefined || !hasMagic(bytes))) return undefined
    if (bytes === undefined) return 'the image is gone'
    const dataBytes = dataFile === undefined ? undefined : files.get(dataFile)
    if (dataFile !== undefined && dataBytes === undefined) return 'the data file is gone'
    const judged = {
      image: new MemoryFile(bytes),
      dataFile: dataBytes === undefined ? undefined : new MemoryFile(dataBytes),
      backing: this.#backing?.image,
    }
    try {
      return await judge(judged, mark)
    } catch (error) {
      if (!(error instanceof ImageError)) throw error
      return `threw ${error.reason}: ${error.explanation.detail}`
    }
  }
}

/** Whether anybody would take the file for an image. */
export const hasMagic = (bytes: Uint8Array): boolean =>
  [0x51, 0x46, 0x49, 0xfb].every((byte, at) => bytes[at] === byte)
