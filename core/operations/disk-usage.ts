import { breather } from '../base/abort.ts'
import { alignUp } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import type { OperationContext } from '../progress.ts'
import { SECTOR } from '../qcow2/format/constants.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { contentSource, type ByteSource } from './byte-source.ts'
import { findContentEnd, scanContent, type ContentScan } from './content-scan.ts'
import { layoutOf, nothingFound, type DiskStructure } from '../guest/disk-layout.ts'
import { inFormerGptCopies } from '../guest/former-gpt.ts'
import { foreignBytes, planGptMove, type GptMove } from '../guest/gpt-move.ts'
import { readStructure } from '../guest/read-structure.ts'
import { guestBytesOf, isStored } from './disk-layout.ts'
import { mustBeFree } from './move-gpt.ts'
import type { CutContent, ResizePlan } from './resize-plan.ts'

export interface DiskLook {
  /** Bytes of the disk afterwards. */
  readonly size: number
  /** Content bytes to read at most. */
  readonly scanLimit: number
  /** Whether the tables can be followed. */
  readonly tables: boolean
  /** Whether content can be read, which takes the tables, every layer and no passphrase. */
  readonly content: boolean
  /** Asked for; what it overwrites is lost, and the copy that moves is not. */
  readonly moveGptBackup: boolean
}

type FoundOnDisk = Pick<ResizePlan, 'cut' | 'layout' | 'partitionsCut' | 'gptBackupMovesTo'> & {
  /** Why GPT's copy is not moved, where that is asked for. */
  readonly gptRefusals: readonly ImageError[]
}

/** What is on a disk that gets another size: where it ends, what would be cut off, and its partitions. */
export async function lookAtDisk(
  image: DiskImage,
  look: DiskLook,
  context: OperationContext,
): Promise<FoundOnDisk> {
  const { size, moveGptBackup } = look
  const disk = guestBytesOf(image, context.signal)
  const stored = look.tables ? await storedPart(image, size, context) : undefined
  const structure = look.content
    ? await ifReadable(() => readStructure(disk, context.signal))
    : undefined
  const gpt = await lookAtGpt(image, structure, look)
  const move = moveGptBackup ? gpt.move : undefined
  const scan = look.content
    ? await ifReadable(() => scanDisk(image, { ...look, move, structure }, context))
    : undefined
  const isCut = size < image.virtualSize
  const ends = { storedEnd: stored?.end, contentEnd: scan?.contentEnd }
  const layout = layoutOf(image.virtualSize, structure ?? nothingFound, ends)
  return {
    cut: isCut && stored !== undefined ? { ...stored.cut, content: scan?.cut } : undefined,
    layout,
    partitionsCut: layout.partitions.filter(({ end }) => end > size).map(({ number }) => number),
    gptBackupMovesTo: gpt.move?.isDone === false ? gpt.move.headerAt : undefined,
    gptRefusals: moveGptBackup && gpt.refusal !== undefined ? [gpt.refusal] : [],
  }
}

interface LookedAtMove extends GptMove {
  /** Bytes of something else where the copy goes. */
  readonly foreign: number
}

interface GptLook {
  readonly move: LookedAtMove | undefined
  readonly refusal: ImageError | undefined
}

async function lookAtGpt(
  image: DiskImage,
  structure: DiskStructure | undefined,
  { size, content }: DiskLook,
): Promise<GptLook> {
  const disk = guestBytesOf(image, undefined)
  try {
    if (image.encrypted) throw new ImageError('encrypted', { path: image.file.name })
    if (structure === undefined && content) {
      throw new ImageError('gpt-faulty', { found: 'it lies in damaged clusters' })
    }
    // Damage and missing layers are refused for themselves.
    if (structure === undefined) return { move: undefined, refusal: undefined }
    const move = await planGptMove(disk, structure, size)
    const foreign = move.isDone ? 0 : await foreignBytes(disk, move)
    // What shrinking overwrites goes with the rest.
    if (size >= disk.length) mustBeFree(foreign, move)
    return { move: { ...move, foreign }, refusal: undefined }
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    if (error.reason === 'cancelled') throw error
    return { move: undefined, refusal: error }
  }
}

/** A damaged cluster is no reason not to cut it off; what is in it is then not known. */
async function ifReadable<Answer>(look: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof ImageError && error.kind === 'corrupt') return undefined
    throw error
  }
}

/** What this layer stores, from its tables: where that ends, and what of it lies past `size`. */
async function storedPart(
  image: DiskImage,
  size: number,
  { signal, pause: gate, onProgress }: OperationContext,
): Promise<{ readonly end: number; readonly cut: Omit<CutContent, 'content'> }> {
  const { virtualSize } = image
  const isRaw = image.format === 'raw'
  const clusterSize = image instanceof Qcow2Image ? image.geometry.clusterSize : Infinity
  const firstCut = isRaw ? Infinity : alignUp(size, clusterSize) / clusterSize
  const breathe = breather(signal, { pause: gate, everyCalls: 16 })
  let end = 0
  let storedBytes = 0
  let clusters = 0
  let lastCluster = -1
  for (let at = 0; at < virtualSize;) {
    const run = image.runAt(at, virtualSize - at)
    const next = at + run.length
    if (isStored(image, run)) {
      end = next
      storedBytes += Math.max(next - Math.max(at, size), 0)
      const last = Math.ceil(next / clusterSize) - 1
      const first = Math.max(Math.floor(at / clusterSize), firstCut, lastCluster + 1)
      clusters += Math.max(last - first + 1, 0)
      lastCluster = last
    }
    at = next
    const pause = breathe()
    if (pause !== undefined) {
      onProgress?.({ phase: 'tables', done: at, total: virtualSize, unit: 'bytes' })
      await pause
    }
  }
  return { end, cut: { storedBytes, clusters } }
}

interface DiskScan extends DiskLook {
  readonly move: LookedAtMove | undefined
  readonly structure: DiskStructure | undefined
}

/** What reading finds: in the part that would be cut, and where the content of the disk ends. */
async function scanDisk(
  image: DiskImage,
  look: DiskScan,
  context: OperationContext,
): Promise<{ readonly cut: ContentScan | undefined; readonly contentEnd: number | undefined }> {
  const { size, scanLimit, move } = look
  const source = contentSource(image)
  const { virtualSize } = image
  const oldSecond = move?.oldSecond
  const past = size < virtualSize ? await scanCut(image, look, context) : undefined
  const cut = past && { ...past, dataBytes: past.dataBytes + (move?.foreign ?? 0) }
  const isMoved = oldSecond !== undefined && oldSecond.end > size
  if (cut !== undefined && (cut.end !== undefined || isMoved || !cut.complete)) {
    const end = Math.max(cut.end ?? 0, isMoved ? oldSecond.end : 0)
    return { cut, contentEnd: cut.complete ? end : undefined }
  }
  const limit = scanLimit - (cut?.bytesRead ?? 0)
  const below = await findContentEnd(
    source,
    { from: 0, to: Math.min(size, virtualSize), limit },
    context,
  )
  return { cut, contentEnd: below.complete ? (below.end ?? 0) : undefined }
}

/** More sectors of data than copies of a table have: then there is data among them in any case. */
const mostOfTables = 256

/** What would be cut off, without copies of the GPT that move along or that nobody reads any more. */
async function scanCut(
  image: DiskImage,
  { size, scanLimit, move, structure }: DiskScan,
  context: OperationContext,
): Promise<ContentScan> {
  const source = contentSource(image)
  const sectors: number[] = []
  const found = await scanContent(
    move?.oldSecond === undefined ? source : without(source, move.oldSecond),
    {
      from: size,
      to: image.virtualSize,
      limit: scanLimit,
      onData: (at) => {
        if (sectors.length < mostOfTables) sectors.push(at)
      },
    },
    context,
  )
  const former =
    structure === undefined || sectors.length === mostOfTables
      ? 0
      : (await inFormerGptCopies(guestBytesOf(image, context.signal), structure, sectors)).size
  const dataBytes = found.dataBytes - former * SECTOR
  return { ...found, dataBytes, end: dataBytes === 0 ? undefined : found.end }
}

/** A source with a hole in it: what lies there is nobody's loss. */
function without(
  source: ByteSource,
  { start, end }: { readonly start: number; readonly end: number },
): ByteSource {
  return {
    ...source,
    runAt(at, limit) {
      if (at >= start && at < end) return { length: Math.min(limit, end - at), isZero: true }
      return source.runAt(at, at < start ? Math.min(limit, start - at) : limit)
    },
  }
}
