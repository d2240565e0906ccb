import { invariant } from '../../base/assert.ts'
import { breather, throwIfAborted } from '../../base/abort.ts'
import { orAborted } from '../../base/or-aborted.ts'
import { wordFromNumber } from '../../base/word64.ts'
import type { OperationContext } from '../../progress.ts'
import type { ByteSink } from '../../storage/byte-sink.ts'
import type { Qcow2Settings } from '../create/settings.ts'
import type { Geometry } from '../format/geometry.ts'
import { COPIED_HIGH } from '../format/l1-entry.ts'
import { fillWithOnes } from '../format/refcount-block.ts'
import { fileBytesOf, type WordTable } from '../word-table.ts'
import type { DataClusters } from './data-clusters.ts'
import type { GuestPiece } from './guest-piece.ts'
import { headerCluster } from './image-plan.ts'
import { pointerTable } from './pointer-table.ts'
import type { StreamLayout } from './stream-layout.ts'

/** An image whose every part has its place, and the disk it is made of. */
export interface StreamedImage {
  readonly settings: Qcow2Settings
  /** Of the disk. */
  readonly geometry: Geometry
  readonly layout: StreamLayout
  readonly data: DataClusters
  /** What holds the clusters of `data`; others in it are passed over. */
  readonly pieces: AsyncIterable<GuestPiece>
}

/**
 * Writes an image into a sink, from its first byte to its last, in the order that `writeEncoded` gives its
 * parts in a file. What the sink throws passes through.
 */
export async function streamEncoded(
  sink: ByteSink,
  image: StreamedImage,
  context: OperationContext,
): Promise<void> {
  const output = new ImageStream(sink, image, context.signal)
  await output.putTables()
  const { clusterSize, virtualSize, l2Entries } = image.geometry
  const breathe = breather(context.signal, { pause: context.pause })
  let table: number | undefined
  for await (const { at, bytes, release } of image.pieces) {
    const first = at / clusterSize
    const count = bytes.length / clusterSize
    for (let cluster = first; cluster < first + count;) {
      const { hasData, end } = image.data.runAt(cluster, first + count)
      if (!hasData) {
        cluster = end
        continue
      }
      const index = Math.floor(cluster / l2Entries)
      if (index !== table) await output.putL2(index)
      table = index
      const last = Math.min(end, (index + 1) * l2Entries)
      await output.putData(
        bytes.subarray((cluster - first) * clusterSize, (last - first) * clusterSize),
      )
      cluster = last
    }
    release()
    const done = Math.min(at + bytes.length, virtualSize)
    context.onProgress?.({ phase: 'data', done, total: virtualSize, unit: 'bytes' })
    await breathe()
  }
  await output.end()
}

class ImageStream {
  readonly #sink: ByteSink
  readonly #image: StreamedImage
  readonly #signal: AbortSignal | undefined
  #at = 0
  /** The first refcount block that is not written. */
  #block = 0

  constructor(sink: ByteSink, image: StreamedImage, signal: AbortSignal | undefined) {
    this.#sink = sink
    this.#image = image
    this.#signal = signal
  }

  /** Everything in front of the first L2 table. */
  async putTables(): Promise<void> {
    const { settings, geometry, layout } = this.#image
    const { virtualSize, clusterSize } = geometry
    const { refcountTable, blockOffsets, l1Length, l1Offset, l2Offsets } = layout
    await this.#put(headerCluster(settings, { virtualSize, l1Offset, refcountTable }))
    await this.#put(pointerTable(blockOffsets, { length: refcountTable.length, high: 0 }))
    await this.#putBlocks()
    const offsets: number[] = []
    for (const [index, offset] of l2Offsets) offsets[index] = offset
    await this.#put(pointerTable(offsets, { length: l1Length, high: COPIED_HIGH }))
    const padding = Math.min(-this.#at + layout.fileLength, padTo(this.#at, clusterSize))
    await this.#put(new Uint8Array(padding))
  }

  async putL2(table: number): Promise<void> {
    await this.#putBlocks()
    const { geometry, layout, data } = this.#image
    invariant(layout.l2Offsets.get(table) === this.#at, 'an L2 table comes where it was planned')
    const words: WordTable = new Uint32Array(geometry.clusterSize / 4)
    let at = this.#at + geometry.clusterSize
    let block = this.#block
    for (const index of data.entriesOf(table)) {
      for (; layout.blockOffsets[block] === at; block++) at += geometry.clusterSize
      const { high, low } = wordFromNumber(at)
      words[index * 2] = low
      words[index * 2 + 1] = high | COPIED_HIGH
      at += geometry.clusterSize
    }
    await this.#put(fileBytesOf(words))
  }

  /** Clusters that follow each other. */
  async putData(bytes: Uint8Array): Promise<void> {
    const { geometry, layout } = this.#image
    for (let from = 0; from < bytes.length;) {
      await this.#putBlocks()
      const next = (layout.blockOffsets[this.#block] ?? Infinity) - this.#at
      const to = Math.min(bytes.length, from + next)
      invariant(to - from >= geometry.clusterSize, 'data comes in whole clusters')
      await this.#put(bytes.subarray(from, to))
      from = to
    }
  }

  async end(): Promise<void> {
    await this.#putBlocks()
    invariant(this.#at === this.#image.layout.fileLength, 'a stream is as long as it was planned')
  }

  async #putBlocks(): Promise<void> {
    const { geometry, layout } = this.#image
    const { clusterSize, refcountOrder, refcountBlockEntries } = geometry
    while (layout.blockOffsets[this.#block] === this.#at) {
      const bytes = new Uint8Array(clusterSize)
      fillWithOnes(bytes, refcountOrder, layout.clusters - this.#block * refcountBlockEntries)
      this.#block++
      await this.#put(bytes)
    }
  }

  async #put(bytes: Uint8Array): Promise<void> {
    throwIfAborted(this.#signal)
    if (bytes.length === 0) return
    await orAborted(this.#sink.write(bytes), this.#signal)
    this.#at += bytes.length
  }
}

const padTo = (at: number, unit: number): number => (at % unit === 0 ? 0 : unit - (at % unit))
