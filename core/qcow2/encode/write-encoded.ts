import { BoundedTasks } from '../../base/bounded-tasks.ts'
import { breather, throwIfAborted } from '../../base/abort.ts'
import { ceilDiv } from '../../base/bits.ts'
import type { OperationContext } from '../../progress.ts'
import { SparseWriter } from '../../storage/sparse-writer.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { virtualSizeOf, type Qcow2Settings } from '../create/settings.ts'
import { SECTOR } from '../format/constants.ts'
import type { Packing } from '../rewrite/pack-cluster.ts'
import { PacedFlush } from '../rewrite/paced-flush.ts'
import type { GuestPiece } from './guest-piece.ts'
import { ImageBuilder, type EncodedCounts, type FileWrite } from './image-builder.ts'
import { geometryFor, headerCluster, l1LengthFor } from './image-plan.ts'
import { preparePiece, type PreparedPiece } from './prepared-piece.ts'

/** A disk as it comes. */
export interface EncodedDisk {
  readonly pieces: AsyncIterable<GuestPiece>
  /** Bytes; undefined: known once the last piece was seen. */
  readonly length: number | undefined
  /** Bytes, once the last piece was seen. */
  readonly finalLength: () => number
}

export interface EncodingRules {
  readonly settings: Qcow2Settings
  /** Clusters that get shorter by it are stored packed. */
  readonly packing: Packing | undefined
}

export interface WrittenImage extends EncodedCounts {
  readonly virtualSize: number
  /** Bytes. */
  readonly fileLength: number
}

/** Pieces that are packed while one is written. */
const AHEAD = 1
/** Pieces that are written at the same time. */
const WIDTH = 3

/**
 * Writes a disk into an empty file, as an image that ends behind its last cluster, whose refcounts are exact
 * and whose parts come in an order that can be read in one pass:
 *
 *     header | refcount table | first refcount block | L1 | L2 table, its data | L2 table, its data | …
 *
 * Clusters of zeroes are not stored, blocks of zeroes in others stay holes of the host. The header's first
 * sector comes last, behind a flush: what a killed process leaves is no image. Memory is bounded by `AHEAD` +
 * `WIDTH` pieces and what `ImageBuilder` says.
 *
 * Throws `disk-too-large`, `image-full`, `cancelled` and what reading and writing throw.
 */
export async function writeEncoded(
  file: WritableFile,
  disk: EncodedDisk,
  rules: EncodingRules,
  context: OperationContext,
): Promise<WrittenImage> {
  const { settings } = rules
  const geometry = geometryFor(settings, 0)
  if (disk.length !== undefined) virtualSizeOf(disk.length, settings)
  const l1Length = disk.length === undefined ? 1 : l1LengthFor(geometry, disk.length)
  const l1Clusters = ceilDiv(l1Length, settings.clusterSize)
  const builder = new ImageBuilder({ path: file.name, geometry, l1Clusters })
  await writePieces(file, disk, { rules, builder }, context)
  throwIfAborted(context.signal)

  const virtualSize = virtualSizeOf(disk.finalLength(), settings)
  const finished = builder.finish(virtualSize)
  for (const { bytes, at, tag } of finished.writes) await file.write(bytes, at, tag)
  const { fileLength } = finished
  file.truncate(fileLength)
  await seal(file, headerCluster(settings, { virtualSize, ...finished }), context.signal)
  return { ...builder.counts, virtualSize, fileLength }
}

async function writePieces(
  file: WritableFile,
  disk: EncodedDisk,
  { rules, builder }: { readonly rules: EncodingRules; readonly builder: ImageBuilder },
  { signal, pause, onProgress }: OperationContext,
): Promise<void> {
  const { settings, packing } = rules
  const breathe = breather(signal, { pause })
  const flushing = new PacedFlush(file)
  const data = new SparseWriter(file)
  const tasks = new BoundedTasks(WIDTH)
  const preparing: Promise<PreparedPiece>[] = []
  const report = (done: number): void =>
    onProgress?.({ phase: 'data', done, total: disk.length ?? 0, unit: 'bytes' })

  const placeOldest = async (): Promise<void> => {
    const piece = await preparing.shift()
    if (piece === undefined) return
    throwIfAborted(signal)
    // Tables are limited by the size that the disk has so far.
    const end = piece.at + piece.bytes.length
    virtualSizeOf(end, settings)
    const writes = builder.place(piece)
    const bytes = writes.reduce((sum, write) => sum + write.bytes.length, 0)
    await tasks.add(async () => {
      await writeAll(file, data, writes)
      piece.release()
      await flushing.wrote(bytes)
    })
    report(disk.length === undefined ? end : Math.min(end, disk.length))
    await breathe()
  }

  report(0)
  try {
    for await (const piece of disk.pieces) {
      const prepared = preparePiece(piece, settings.clusterSize, packing)
      // A failure is told when the piece's turn comes; until then somebody must listen.
      prepared.catch(() => undefined)
      preparing.push(prepared)
      if (packing === undefined || preparing.length > AHEAD) await placeOldest()
    }
    while (preparing.length > 0) await placeOldest()
    await tasks.finish()
    report(disk.finalLength())
  } finally {
    // The caller closes the files next, and the system may give their descriptors to others.
    await Promise.allSettled([...preparing, tasks.settled()])
    await flushing.settled()
  }
}

/** Asked for together, so that neighbours go to the system together; all have ended when it rejects. */
async function writeAll(
  file: WritableFile,
  data: SparseWriter,
  writes: readonly FileWrite[],
): Promise<void> {
  const results = await Promise.allSettled(
    writes.map(({ bytes, at, tag }) =>
      tag === 'data' ? data.write(bytes, at) : file.write(bytes, at, tag),
    ),
  )
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}

/** From here on it is an image. */
async function seal(
  file: WritableFile,
  header: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (header.length > SECTOR) file.writeNow(header.subarray(SECTOR), SECTOR, 'header')
  throwIfAborted(signal)
  await file.flush()
  throwIfAborted(signal)
  file.writeNow(header.subarray(0, SECTOR), 0, 'header')
}
