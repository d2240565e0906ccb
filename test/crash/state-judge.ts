import { ImageError } from '../../core/errors/image-error.ts'
import { openImage, type OpenedImage } from '../../core/image/open-image.ts'
import { openForWriting } from '../../core/qcow2/open-writer.ts'
import type { Qcow2Writer } from '../../core/qcow2/qcow2-writer.ts'
import { BytesFile } from '../storage/bytes-file.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { GuestModel, tellingBytes } from '../model/guest-model.ts'
import { diskProblem, findingsOf, judge, readAll } from './judge.ts'
import type { DiskFiles, Mark, Scenario } from './scene.ts'

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
    const { image, dataFile, format } = this.#scenario
    const bytes = files.get(image)
    if (mark.absent === true && (bytes === undefined || !hasMagic(bytes))) return undefined
    if (bytes === undefined) return 'the image is gone'
    const dataBytes = dataFile === undefined ? undefined : files.get(dataFile)
    if (dataFile !== undefined && dataBytes === undefined) return 'the data file is gone'
    if (format === 'raw') return diskProblem(bytes, mark.worlds) ?? (await mark.also?.(files))
    const judged = {
      image: new BytesFile(bytes),
      dataFile: dataBytes === undefined ? undefined : new BytesFile(dataBytes),
      backing: this.#backing?.image,
    }
    try {
      return (await judge(judged, mark)) ?? (await mark.also?.(files))
    } catch (error) {
      if (!(error instanceof ImageError)) throw error
      return `threw ${error.reason}: ${error.explanation.detail}`
    }
  }

  /**
   * Opens a disk for writing as its owner would, and writes to it: what is there is read as expected, and
   * what is written stays, in an image with leaks at most.
   */
  async problemOfGoingOn({ worlds }: Mark, files: DiskFiles): Promise<string | undefined> {
    const { image } = this.#scenario
    const machine = new CrashMachine(new CrashLog<never>(), Object.fromEntries(files))
    const found = await openedDisk(machine, image, async (disk) => {
      const content = await readAll(disk)
      const at = Math.floor(content.length / 3)
      const length = Math.min(700, content.length - at)
      const bytes = tellingBytes(at, length, 0xffff)
      const problem = diskProblem(content, worlds)
      await disk.write(bytes, at)
      content.set(bytes, at)
      return { content, problem }
    })
    if (found.problem !== undefined) return `opened for writing: ${found.problem}`
    const model = new GuestModel(found.content.length, found.content)
    const after = await openedDisk(machine, image, readAll)
    return (
      diskProblem(after, [model.world()]) ??
      (await findingsOf({ image: new BytesFile(machine.bytesOf(image)) }, 'leaks'))
    )
  }
}

async function openedDisk<Result>(
  machine: CrashMachine<never>,
  image: string,
  act: (disk: Qcow2Writer) => Promise<Result>,
): Promise<Result> {
  const opened = await openForWriting(machine, image)
  if (opened.kind === 'raw') throw new Error(`${image} is no qcow2 image`)
  await using disk = opened.image
  return await act(disk)
}

/** Whether anybody would take the file for an image. */
export const hasMagic = (bytes: Uint8Array): boolean =>
  [0x51, 0x46, 0x49, 0xfb].every((byte, at) => bytes[at] === byte)
