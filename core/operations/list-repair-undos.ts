import { throwIfAborted } from '../base/abort.ts'
import { ImageError, type ImageErrorData } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { Host } from './host.ts'
import { planUndoRepair, type UndoPlan } from './undo-repair.ts'

/** A safety copy of a repair, and whether it can take the repair back. */
export interface RepairUndo {
  /** Absolute path. */
  readonly safetyCopy: string
  /** Bytes of that file. */
  readonly copyBytes: number
  /** When the repair was made: Unix time in milliseconds. */
  readonly repairedAt: number | undefined
  /** What undoing would do; undefined when it is refused. */
  readonly plan: UndoPlan | undefined
  readonly refusal: ImageErrorData | undefined
}

/** More than a repair gives numbers to is nothing of ours. */
const numberDigits = 5

/**
 * The safety copies beside an image, the newest first, each compared with the image as it is now; changes
 * nothing. Throws what opening the image for reading throws; what is wrong with one copy is its refusal.
 */
export async function listRepairUndos(
  host: Host & ExchangingEnvironment,
  path: string,
  context: OperationContext = {},
): Promise<readonly RepairUndo[]> {
  try {
    await using _image = await host.openFile(path)
    const undos: RepairUndo[] = []
    for (const safetyCopy of await copiesOf(host, path)) {
      throwIfAborted(context.signal)
      undos.push(await lookAt(host, path, safetyCopy, context))
    }
    return undos
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/** Paths of `disk.qcow2.repair-undo-1` and so on, the highest number first. */
async function copiesOf(host: ExchangingEnvironment, path: string): Promise<readonly string[]> {
  const folder = host.paths.folderOf(path)
  const prefix = `${path.slice(folder.length).replace(/^[\\/]/, '')}.repair-undo-`
  const numbers: number[] = []
  for (const name of await host.namesIn(folder)) {
    const digits = name.startsWith(prefix) ? name.slice(prefix.length) : ''
    if (/^[1-9]\d*$/.test(digits) && digits.length <= numberDigits) numbers.push(Number(digits))
  }
  return numbers
    .toSorted((one, other) => other - one)
    .map((number) => host.paths.resolve(folder, `${prefix}${number}`))
}

async function lookAt(
  host: Host & ExchangingEnvironment,
  path: string,
  safetyCopy: string,
  context: OperationContext,
): Promise<RepairUndo> {
  let copyBytes = 0
  let repairedAt: number | undefined
  try {
    await using file = await host.openFile(safetyCopy)
    copyBytes = file.size()
    repairedAt = file.times()?.modifiedAt
    const plan = await planUndoRepair(host, path, safetyCopy, context)
    return { safetyCopy, copyBytes, repairedAt, plan, refusal: undefined }
  } catch (thrown) {
    const error = ImageError.from(thrown, { path })
    if (error.kind === 'cancelled') throw error
    return { safetyCopy, copyBytes, repairedAt, plan: undefined, refusal: error.toJSON() }
  }
}
