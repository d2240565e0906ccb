import { breather } from '../../base/abort.ts'
import { invariant, unreachable } from '../../base/assert.ts'
import { alignUp, isAligned } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { Codecs } from '../../image/codec.ts'
import type { OperationContext } from '../../progress.ts'
import { L1_ENTRY_BYTES, REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { PAGE_ENTRIES } from '../l1-table.ts'
import { asWordTable } from '../word-table.ts'
import { ContentWriter, type PackedContent } from './content-writer.ts'
import type { DiskOutput } from './disk-output.ts'
import { ExpectedRuns, type ExpectedKind, type ExpectedRun } from './expected-runs.ts'
import { GrowingBytes } from './growing-bytes.ts'
import type { PipeReader } from './pipe-reader.ts'
import { StreamBlock } from './recent-blocks.ts'
import type { StreamHeader } from './stream-header.ts'
import { StreamMemory } from './stream-memory.ts'
import { tableRuns, type TableRun } from './table-runs.ts'

/** Blocks are whole clusters, and large enough that the price of a request does not show. */
const BLOCK_BYTES = 1024 * 1024
export interface DecodeStreamOptions extends OperationContext {
  /** For messages. */
  readonly name: string
  readonly codecs: Codecs
  /** Bytes of clusters that are kept while nothing says what they are for. */
  readonly budget: number
  /** Bytes that are read at once: whole clusters, 4 KiB or more. Default 1 MiB, or a cluster. */
  readonly blockBytes?: number | undefined
}

/**
 * Reads the active state of an image from a stream, from behind its header to its end, and tells an output
 * every byte of the disk once. What is known goes there at once; what no table has spoken of yet is held
 * (`HeldClusters`). Tables may lie anywhere; what they say is refused as when a file is read.
 *
 * Memory is bounded by the budget, four blocks, 50 MiB of runs still to come (`ExpectedRuns`), as much L1 table
 * as really came (32 MiB at most), and what is being written. Throws `stream-order` when something went by that
 * is needed and no more there, `stream-scattered`, `stream-cut-short`, `structure-damaged`,
 * `cluster-undecodable`, `read-failed`, and what the output throws. No call of the output goes on then.
 */
export async function decodeStream(
  input: PipeReader,
  header: StreamHeader,
  output: DiskOutput,
  options: DecodeStreamOptions,
): Promise<void> {
  const decoder = new StreamDecoder(header, output, options)
  try {
    await decoder.run(input)
  } finally {
    await decoder.settled()
  }
}

/** What a table speaks of. The other tables the header speaks of, so that they have not gone by. */
interface MappedRun extends ExpectedRun {
  readonly kind: Exclude<ExpectedKind, 'l1-table' | 'refcount-table'>
}

class StreamDecoder {
  readonly #header: StreamHeader
  readonly #options: DecodeStreamOptions
  readonly #content: ContentWriter
  readonly #memory: StreamMemory
  readonly #breathe: () => Promise<void> | undefined
  readonly #blockBytes: number
  readonly #expected = new ExpectedRuns()
  readonly #l1 = new GrowingBytes()
  readonly #buffers: Uint8Array[] = []
  /** Of the newest block. */
  #position = 0
  /** L2 tables that have not come; undefined: the L1 table has not, either. */
  #tablesLeft: number | undefined

  constructor(header: StreamHeader, output: DiskOutput, options: DecodeStreamOptions) {
    const { clusterSize } = header.area.geometry
    const { budget, onProgress, name, codecs } = options
    this.#header = header
    this.#options = options
    this.#breathe = breather(options.signal, { pause: options.pause, everyCalls: 8 })
    const blockBytes = options.blockBytes ?? Math.max(BLOCK_BYTES, clusterSize)
    this.#blockBytes = blockBytes
    this.#memory = new StreamMemory({ clusterSize, blockBytes, budget })
    this.#content = new ContentWriter(output, header.area, { name, codecs, onProgress })
  }

  async run(input: PipeReader): Promise<void> {
    this.#expectTables()
    for (let ended = false; !ended;) {
      const block = await this.#nextBlock(input)
      ended = block.length < this.#blockBytes
      const retired = this.#memory.add(block)
      if (retired !== undefined) this.#retire(retired)
      for (;;) {
        const run = this.#expected.takeBefore(block.end)
        if (run === undefined) break
        await this.#meet(run, block)
        await this.#breathe()
      }
      await this.#content.writeSmall()
      await this.#breathe()
    }
    for (;;) {
      const run = this.#expected.takeBefore(Infinity)
      if (run === undefined) break
      await this.#meetEnd(run, input.position)
    }
    await this.#content.finish()
    invariant(this.#content.done === this.#geometry.virtualSize, 'every byte of the disk was told')
  }

  /** Nothing of it goes on any more. */
  async settled(): Promise<void> {
    await this.#content.settled()
  }

  get #geometry() {
    return this.#header.area.geometry
  }

  // The stream

  async #nextBlock(input: PipeReader): Promise<StreamBlock> {
    const bytes = this.#buffers.pop() ?? new Uint8Array(this.#blockBytes)
    let length = 0
    if (this.#memory.isEmpty) {
      bytes.set(this.#header.bytes)
      length = this.#header.bytes.length
    } else {
      this.#position += this.#blockBytes
    }
    length += await input.fill(bytes.subarray(length))
    const block = new StreamBlock(this.#position, bytes, length)
    if (this.#position === 0) block.explain(0, this.#geometry.clusterSize)
    return block
  }

  /** The block leaves the memory: what nobody has explained of it is held while there are tables to come. */
  #retire(block: StreamBlock): void {
    if (this.#tablesLeft !== 0) this.#memory.hold(block)
    if (block.users === 0) this.#buffers.push(block.bytes)
  }

  // What is to come

  #expectTables(): void {
    const { header } = this.#header.area
    const { l1EntriesNeeded, clusterSize } = this.#geometry
    // What reads a file takes the table in pages, and refuses one that is not whole.
    const entries = Math.min(header.l1Size, alignUp(l1EntriesNeeded, PAGE_ENTRIES))
    const length = entries * L1_ENTRY_BYTES
    if (length === 0) this.#tablesLeft = 0
    else this.#add({ kind: 'l1-table', start: header.l1TableOffset, length, guest: 0 })
    this.#add({
      kind: 'refcount-table',
      start: header.refcountTableOffset,
      length: header.refcountTableClusters * clusterSize,
      guest: 0,
    })
  }

  #add(run: ExpectedRun): void {
    if (run.length === 0 || this.#expected.add(run)) return
    // It would only spare the room that its clusters are held in.
    if (run.kind === 'unread') return
    throw new ImageError('stream-scattered', {
      path: this.#options.name,
      offset: this.#position,
      limit: this.#expected.limitBytes,
    })
  }

  /** Of a run: what went by already is looked for, the rest is waited for. */
  async #expect(run: MappedRun): Promise<void> {
    const { kind, start, length, guest } = run
    const past = Math.min(length, this.#position - start)
    if (past <= 0 || (kind === 'packed' && past < length)) {
      this.#add(run)
      return
    }
    await this.#lookBack({ kind, start, length: past, guest })
    const rest = { kind, start: start + past, length: length - past, guest: guest + past }
    this.#add(rest)
  }

  // What comes

  /** The run begins in the block, or ends in it when it is a packed one. */
  async #meet(run: ExpectedRun, block: StreamBlock): Promise<void> {
    const { kind, start, guest } = run
    if (kind === 'packed') {
      await this.#content.unpack(this.#packedContent(run))
      return
    }
    const end = Math.min(start + run.length, block.end)
    const length = end - start
    const bytes = block.bytes.subarray(start - block.at, end - block.at)
    this.#memory.explain(start, end)
    // At the end of the stream: what is left then says that it was cut short.
    this.#add({ kind, start: end, length: run.length - length, guest: guest + length })
    switch (kind) {
      case 'data':
        await this.#content.data(bytes, guest, block)
        break
      case 'l1-table':
        this.#l1.append(bytes)
        if (length === run.length) await this.#readL1()
        break
      case 'l2-table':
        if (length === run.length) await this.#readL2(bytes, run)
        break
      case 'refcount-table':
        this.#readRefcountTable(bytes)
        break
      case 'unread':
        break
      default:
        unreachable(kind)
    }
  }

  /** The stream is over. */
  async #meetEnd(run: ExpectedRun, total: number): Promise<void> {
    const { kind, start, length } = run
    if (kind === 'unread' || kind === 'refcount-table') return
    const cutShort = new ImageError('stream-cut-short', {
      path: this.#options.name,
      structure: nameOfKind[kind],
      offset: start,
      found: total,
      expected: start + length,
    })
    // The last sector of the last compressed cluster need not be in the file to its end.
    if (kind !== 'packed' || start >= total) throw cutShort
    try {
      await this.#content.unpackNow(this.#packedContent(run))
    } catch (error) {
      const isUndecodable = error instanceof ImageError && error.reason === 'cluster-undecodable'
      throw isUndecodable ? cutShort : error
    }
  }

  /** The run lies before the newest block. Throws `stream-order` when it is not there any more. */
  async #lookBack(run: MappedRun): Promise<void> {
    const { kind, start, length } = run
    switch (kind) {
      case 'data':
        await this.#dataFromBefore(run)
        break
      case 'packed':
        await this.#content.unpack(this.#packedContent(run))
        break
      case 'l2-table': {
        const bytes = this.#bytesFromBefore(run)
        this.#memory.drop(start)
        await this.#readL2(bytes, run)
        break
      }
      case 'unread':
        this.#memory.explain(start, start + length)
        break
      default:
        unreachable(kind)
    }
  }

  async #dataFromBefore(run: ExpectedRun): Promise<void> {
    const end = run.start + run.length
    for (let at = run.start; at < end;) {
      const guest = run.guest + (at - run.start)
      const piece = this.#memory.pieceAt(at, end)
      if (piece === undefined) throw this.#wentBy(run, at)
      const { bytes, length, block } = piece
      this.#memory.explain(at, at + length)
      if (bytes === undefined) await this.#content.zeroes(guest, length)
      else await this.#content.data(bytes, guest, block)
      at += length
    }
  }

  #bytesFromBefore(run: ExpectedRun): Uint8Array {
    const bytes = this.#memory.bytesOf(run.start, run.length)
    if (typeof bytes === 'number') throw this.#wentBy(run, bytes)
    return bytes
  }

  #wentBy({ kind, guest }: ExpectedRun, offset: number): ImageError {
    return new ImageError('stream-order', {
      path: this.#options.name,
      structure: nameOfKind[kind],
      guestOffset: guest,
      offset,
      found: this.#position,
      limit: this.#options.budget,
    })
  }

  // Tables

  async #readL1(): Promise<void> {
    const words = asWordTable(this.#l1.take())
    const { l1EntriesNeeded, l2Coverage, clusterSize, virtualSize } = this.#geometry
    let tables = 0
    for (let index = 0; index < l1EntriesNeeded; index++) {
      if (l2OffsetOf(words, index) !== 0) tables++
    }
    this.#tablesLeft = tables
    let zeroesFrom = 0
    for (let index = 0; index < l1EntriesNeeded; index++) {
      const start = l2OffsetOf(words, index)
      if (start === 0) continue
      const guest = index * l2Coverage
      await this.#content.zeroes(zeroesFrom, guest - zeroesFrom)
      zeroesFrom = Math.min(guest + l2Coverage, virtualSize)
      if (!isAligned(start, clusterSize)) {
        throw new ImageError('structure-damaged', {
          path: this.#options.name,
          structure: 'L2 table',
          offset: start,
          found: 'an offset inside a cluster',
          expected: `a multiple of ${clusterSize}`,
        })
      }
      await this.#expect({ kind: 'l2-table', start, length: clusterSize, guest })
      await this.#breathe()
    }
    await this.#content.zeroes(zeroesFrom, virtualSize - zeroesFrom)
    this.#heardOfAll()
  }

  /** `bytes` are one cluster. */
  async #readL2(bytes: Uint8Array, { start, guest }: ExpectedRun): Promise<void> {
    const words = asWordTable(new Uint8Array(bytes))
    const table = { name: this.#options.name, words, offset: start, guest }
    for (const run of tableRuns(table, this.#header.area)) {
      await this.#follow(run)
      await this.#breathe()
    }
    invariant(this.#tablesLeft !== undefined, 'tables are known from the L1 table')
    this.#tablesLeft--
    this.#heardOfAll()
  }

  async #follow(run: TableRun): Promise<void> {
    const { guest, length } = run
    switch (run.kind) {
      case 'data':
        await this.#expect({ kind: 'data', start: run.host, length, guest })
        break
      case 'zeroes':
        await this.#content.zeroes(guest, length)
        if (run.host !== undefined) {
          await this.#expect({ kind: 'unread', start: run.host, length, guest })
        }
        break
      case 'packed':
        await this.#expect({ kind: 'packed', start: run.host, length: run.packedLength, guest })
        break
      default:
        unreachable(run)
    }
  }

  /** Refcounts are not read, so whatever is wrong with them is no reason to refuse anything. */
  #readRefcountTable(bytes: Uint8Array): void {
    const { clusterSize: length } = this.#geometry
    const whole = bytes.length - (bytes.length % REFCOUNT_TABLE_ENTRY_BYTES)
    const words = asWordTable(new Uint8Array(bytes.subarray(0, whole)))
    for (let entry = 0; entry < words.length / 2; entry++) {
      const start = (words[2 * entry + 1] ?? 0) * HIGH_UNIT + (words[2 * entry] ?? 0)
      if (start === 0 || !isAligned(start, length)) continue
      if (start < this.#position) this.#memory.explain(start, start + length)
      else this.#add({ kind: 'unread', start, length, guest: 0 })
    }
  }

  /** When nothing is left to be explained, nothing has to be held for it. */
  #heardOfAll(): void {
    if (this.#tablesLeft === 0) this.#memory.releaseHeld()
  }

  /** All of the packed cluster has come. */
  #packedContent(run: ExpectedRun): PackedContent {
    const { start, length, guest } = run
    const packed = this.#bytesFromBefore(run)
    this.#memory.explainPacked(start, start + length)
    return { packed, block: this.#memory.blockOf(start), guest, offset: start }
  }
}

const l2OffsetOf = (words: Uint32Array, index: number): number =>
  entryOffset(words[2 * index + 1] ?? 0, words[2 * index] ?? 0)

const nameOfKind: Readonly<Record<ExpectedKind, string>> = {
  data: 'data cluster',
  packed: 'compressed cluster',
  'l1-table': 'L1 table',
  'l2-table': 'L2 table',
  'refcount-table': 'refcount table',
  unread: 'cluster',
}
