import { breather, throwIfAborted } from '../base/abort.ts'
import { crc32 } from '../base/crc32.ts'
import { sameBytes } from '../base/same-bytes.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Host } from './host.ts'
import { SECTOR } from './repair-records.ts'
import { isRepairedSector, SafetyCopy, type CopiedPiece } from './safety-copy.ts'

/** What taking a repair back would do. */
export interface UndoPlan {
  readonly path: string
  readonly safetyCopy: string
  /**
   * `repaired`: all of the repair is there; `partly`: a repair or an undo stopped half way; `before`: there
   * is nothing to take back.
   */
  readonly state: 'repaired' | 'partly' | 'before'
  /** Bytes that will be written. */
  readonly bytesRestored: number
  /** Bytes of the image file now and afterwards. */
  readonly length: { readonly now: number; readonly after: number }
}

/**
 * Whether and how a safety copy fits an image; changes nothing. Throws `undo-copy-invalid`,
 * `undo-other-image` when the image is not what the repair left (everything written since would be lost
 * or torn), and `undo-file-shorter`.
 */
export async function planUndoRepair(
  host: Host,
  path: string,
  safetyCopy: string,
  context: OperationContext = {},
): Promise<UndoPlan> {
  try {
    await using copied = await host.openFile(safetyCopy)
    const copy = await SafetyCopy.open(host, copied)
    await using file = await host.openForHolding(path)
    return { path, safetyCopy, ...(await compare(file, copy, context)) }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/**
 * Takes a repair back: the image's metadata becomes, byte by byte, what it was before. Looks at everything
 * before the first write, and throws as `planUndoRepair`. Stopped half way (`undo-interrupted`) it can be run
 * again, as often as needed. The safety copy stays.
 */
export async function undoRepair(
  host: Host & WritingEnvironment,
  path: string,
  safetyCopy: string,
  context: OperationContext = {},
): Promise<UndoPlan> {
  try {
    await using copied = await host.openFile(safetyCopy)
    await using file = await host.openForWriting(path)
    const plan = await restoreImage(host, file, copied, context)
    return { path, safetyCopy, ...plan }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/** The same for open files. A cancel is heard until the first write. */
export async function restoreImage(
  host: Pick<Host, 'createHasher'>,
  file: WritableFile,
  copied: BlockFile,
  context: OperationContext = {},
): Promise<Omit<UndoPlan, 'path' | 'safetyCopy'>> {
  const copy = await SafetyCopy.open(host, copied)
  const plan = await compare(file, copy, context)
  throwIfAborted(context.signal)
  try {
    await restoreAll(file, copy)
  } catch (cause) {
    throw new ImageError('undo-interrupted', { path: file.name, link: copied.name }, { cause })
  }
  return plan
}

async function restoreAll(file: WritableFile, copy: SafetyCopy): Promise<void> {
  // The old tables are still where the old header looks for them: repairs write to free places. So once
  // the header is the old one, the image is, and the rest only cleans up.
  await restoreRecords(file, copy, (at) => at === 0)
  await restoreRecords(file, copy, (at) => at !== 0)
  const { before } = copy.head.length
  if (file.size() > before) {
    file.truncate(before)
    await file.flush()
  }
}

async function restoreRecords(
  file: WritableFile,
  copy: SafetyCopy,
  isMeant: (at: number) => boolean,
): Promise<void> {
  const { records, length } = copy.head
  for (const index of records.keys()) {
    for (const { at, old } of copy.pieces(index)) {
      for (let from = 0; from < old.length && at + from < length.before; from += SECTOR) {
        // Whole sectors, also where the file ended inside one: half of one would be neither old nor new.
        const inFile = Math.min(SECTOR, file.size() - (at + from))
        const sector = old.subarray(from, from + inFile)
        if (!isMeant(at + from)) continue
        const now = new Uint8Array(sector.length)
        file.readNow(now, at + from, 'data')
        if (!sameBytes(now, sector)) await file.write(sector, at + from, 'data')
      }
    }
  }
  await file.flush()
}

/** Every sector must be as it was before the repair, or as the repair left it when it ended or stopped. */
async function compare(
  file: BlockFile,
  copy: SafetyCopy,
  { signal, pause: gate }: OperationContext,
): Promise<Omit<UndoPlan, 'path' | 'safetyCopy'>> {
  const { records, length } = copy.head
  const now = file.size()
  if (now < length.before) {
    const facts = { path: file.name, expected: length.before, found: now }
    throw new ImageError('undo-file-shorter', facts)
  }
  if (now > length.after) throw otherImage(file, length.after)
  const breathe = breather(signal, { pause: gate })
  const passing = new Set(copy.head.passing.map(({ at, sum }) => stateOf(at, sum)))
  const tally = { repaired: 0, passing: 0, before: 0 }
  for (const index of records.keys()) {
    for (const piece of copy.pieces(index)) {
      comparePiece(file, piece, { tally, passing })
      const pause = breathe()
      if (pause !== undefined) await pause
    }
  }
  const isLong = now > length.before
  const isUndone = tally.repaired + tally.passing === 0 && !isLong
  const isRepaired = tally.before + tally.passing === 0 && now === length.after
  return {
    state: isUndone ? 'before' : isRepaired ? 'repaired' : 'partly',
    bytesRestored: (tally.repaired + tally.passing) * SECTOR,
    length: { now, after: length.before },
  }
}

/** Counts the sectors that the repair changed, by the state they are in. */
function comparePiece(
  file: BlockFile,
  piece: CopiedPiece,
  {
    tally,
    passing,
  }: {
    readonly tally: { repaired: number; passing: number; before: number }
    readonly passing: ReadonlySet<string>
  },
): void {
  const bytes = new Uint8Array(piece.old.length)
  file.readNow(bytes, piece.at, 'data')
  for (let from = 0; from < bytes.length; from += SECTOR) {
    const sector = bytes.subarray(from, from + SECTOR)
    const isOld = sameBytes(sector, piece.old.subarray(from, from + SECTOR))
    const isNew = isRepairedSector(sector, piece, from / SECTOR)
    if (!isOld && !isNew) {
      const at = piece.at + from
      if (!passing.has(stateOf(at, crc32(sector)))) throw otherImage(file, at)
      tally.passing++
    }
    // What a repair writes over with the same bytes says nothing.
    if (isOld && piece.after !== undefined && !isNew) tally.before++
    if (isNew && !isOld) tally.repaired++
  }
}

/** A sector in one state, by its checksum. */
const stateOf = (at: number, sum: number): string => `${at} ${sum}`

const otherImage = (file: BlockFile, offset: number) =>
  new ImageError('undo-other-image', { path: file.name, offset })
