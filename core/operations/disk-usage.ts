import { breather } from '../base/abort.ts'
import { alignUp } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import type { OperationContext } from '../progress.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { contentSource } from './byte-source.ts'
import { findContentEnd, scanContent, type ContentScan } from './content-scan.ts'
import { layoutOf, nothingFound } from '../guest/disk-layout.ts'
import { readStructure } from '../guest/read-structure.ts'
import { guestBytesOf, isStored } from './disk-layout.ts'
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
}

/** What is on a disk that gets another size: where it ends, what would be cut off, and its partitions. */
export async function lookAtDisk(
  image: DiskImage,
  look: DiskLook,
  context: OperationContext,
): Promise<Pick<ResizePlan, 'cut' | 'layout' | 'partitionsCut'>> {
  const { size } = look
  const stored = look.tables ? await storedPart(image, size, context) : undefined
  const scan = look.content ? await ifReadable(() => scanDisk(image, look, context)) : undefined
  const structure = look.content
    ? await ifReadable(() => readStructure(guestBytesOf(image, context.signal), context.signal))
    : undefined
  const isCut = size < image.virtualSize
  const ends = { storedEnd: stored?.end, contentEnd: scan?.contentEnd }
  const layout = layoutOf(image.virtualSize, structure ?? nothingFound, ends)
  return {
    cut: isCut && stored !== undefined ? { ...stored.cut, content: scan?.cut } : undefined,
    layout,
    partitionsCut: layout.partitions.filter(({ end }) => end > size).map(({ number }) => number),
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

/** What reading finds: in the part that would be cut, and where the content of the disk ends. */
async function scanDisk(
  image: DiskImage,
  { size, scanLimit }: DiskLook,
  context: OperationContext,
): Promise<{ readonly cut: ContentScan | undefined; readonly contentEnd: number | undefined }> {
  const source = contentSource(image)
  const { virtualSize } = image
  const isCut = size < virtualSize
  const cut = isCut
    ? await scanContent(source, { from: size, to: virtualSize, limit: scanLimit }, context)
    : undefined
  if (cut !== undefined && (cut.end !== undefined || !cut.complete)) {
    return { cut, contentEnd: cut.complete ? cut.end : undefined }
  }
  const limit = scanLimit - (cut?.bytesRead ?? 0)
  const below = await findContentEnd(
    source,
    { from: 0, to: Math.min(size, virtualSize), limit },
    context,
  )
  return { cut, contentEnd: below.complete ? (below.end ?? 0) : undefined }
}
