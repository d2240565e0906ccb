import { BoundedTasks } from '../../base/bounded-tasks.ts'
import type { Codecs } from '../../image/codec.ts'
import type { ProgressSink } from '../../progress.ts'
import { isUnpackedAside, unpackCluster, unpackClusterAside } from '../compressed.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { DiskOutput } from './disk-output.ts'
import { GatheredData, SMALL_BYTES } from './gathered-data.ts'
import type { StreamBlock } from './recent-blocks.ts'

export interface ContentWriterOptions {
  /** Of the stream, for messages. */
  readonly name: string
  readonly codecs: Codecs
  readonly onProgress: ProgressSink | undefined
}

/** A compressed cluster with its packed bytes. */
export interface PackedContent {
  readonly packed: Uint8Array
  /** Where `packed` lies, when it is a view. */
  readonly block: StreamBlock | undefined
  readonly guest: number
  /** Host offset, for messages. */
  readonly offset: number
}

/** Tells an output the content of a disk, several calls at a time, small pieces as large ones. */
export class ContentWriter {
  readonly #output: DiskOutput
  readonly #area: HeaderArea
  readonly #options: ContentWriterOptions
  readonly #tasks: BoundedTasks
  readonly #small = new GatheredData()
  /** Guest bytes that the output has. */
  #done = 0

  constructor(output: DiskOutput, area: HeaderArea, options: ContentWriterOptions) {
    this.#output = output
    this.#area = area
    this.#options = options
    this.#tasks = new BoundedTasks(output.width)
    this.#report(0)
  }

  get done(): number {
    return this.#done
  }

  /** `bytes` are good for good, or as long as their `block` is in use. */
  async data(bytes: Uint8Array, guest: number, block?: StreamBlock): Promise<void> {
    if (bytes.length < SMALL_BYTES) {
      if (!this.#small.takes(bytes.length, guest)) await this.writeSmall()
      this.#small.add(bytes, guest)
      return
    }
    if (block !== undefined) block.users++
    await this.#tasks.add(async () => {
      await this.#output.data(bytes, guest)
      if (block !== undefined) block.users--
      this.#report(bytes.length)
    })
  }

  async zeroes(guest: number, length: number): Promise<void> {
    if (length === 0) return
    await this.#tasks.add(async () => {
      await this.#output.zeroes(guest, length)
      this.#report(length)
    })
  }

  /** While others go on, where that pays; what is wrong with the packed bytes then comes up later. */
  async unpack(content: PackedContent): Promise<void> {
    const { packed, block, guest } = content
    if (!isUnpackedAside(this.#source.clusterSize)) {
      await this.unpackNow(content)
      return
    }
    if (block !== undefined) block.users++
    await this.#tasks.add(async () => {
      const cluster = this.#inDisk(await unpackClusterAside(packed, content, this.#source), guest)
      if (block !== undefined) block.users--
      await this.#output.data(cluster, guest)
      this.#report(cluster.length)
    })
  }

  /** Throws `cluster-undecodable` at once. */
  async unpackNow(content: PackedContent): Promise<void> {
    const { packed, guest } = content
    await this.data(this.#inDisk(unpackCluster(packed, content, this.#source), guest), guest)
  }

  /** Lets go what waits to become a larger piece. */
  async writeSmall(): Promise<void> {
    const gathered = this.#small.take()
    if (gathered === undefined) return
    const { bytes, guest } = gathered
    await this.#tasks.add(async () => {
      await this.#output.data(bytes, guest)
      this.#small.giveBack(bytes)
      this.#report(bytes.length)
    })
  }

  async finish(): Promise<void> {
    await this.writeSmall()
    await this.#tasks.finish()
  }

  /** Nothing goes on any more; throws nothing. */
  async settled(): Promise<void> {
    await this.#tasks.settled()
  }

  get #source() {
    const { clusterSize } = this.#area.geometry
    const compressionType = this.#area.header.compressionType === 1 ? 'zstd' : 'zlib'
    const { name, codecs } = this.#options
    return { file: { name }, clusterSize, compressionType, codecs } as const
  }

  /** The last cluster may go on behind the end of the disk. */
  #inDisk(cluster: Uint8Array, guest: number): Uint8Array {
    const { virtualSize } = this.#area.geometry
    return cluster.subarray(0, Math.min(cluster.length, virtualSize - guest))
  }

  #report(length: number): void {
    this.#done += length
    const { virtualSize: total } = this.#area.geometry
    this.#options.onProgress?.({ phase: 'data', done: this.#done, total, unit: 'bytes' })
  }
}
