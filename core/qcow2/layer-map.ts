import type { LayerRun } from '../image/disk-image.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { hostOffset } from '../units.ts'
import { unreachable } from '../base/assert.ts'
import { scanExtended, scanStandard, type Run, type ScanRules } from './cluster-runs.ts'
import type { Geometry } from './format/geometry.ts'
import type { WordTable } from './word-table.ts'

/**
 * Tables that one call may read to make its run longer: the call is synchronous, and a cancel must not
 * wait for a whole disk.
 */
const LOOK_AHEAD_BYTES = 2 * 1024 * 1024

/** Where L2 tables are: an L1 table of the file, or one that is being changed. */
export interface L1Source {
  /** Host offset of L2 table `index`, or 0 where the whole range is unallocated. */
  l2OffsetAt(index: number): number
}

/** L2 tables by host offset. */
export interface L2Source {
  /** Whether `load` would answer without reading. */
  has(offset: number): boolean
  load(offset: number): WordTable
}

export interface LayerFiles {
  /** The image file, for messages. */
  readonly image: BlockFile
  /** Where guest clusters are: the image file or the external data file. */
  readonly data: BlockFile
}

export interface LayerMapOptions {
  readonly geometry: Geometry
  readonly files: LayerFiles
  readonly l1: L1Source
  readonly tables: L2Source
  readonly version: 2 | 3
  readonly hasDataFile: boolean
  /** Guest offset and data file offset must agree. */
  readonly dataFileRaw: boolean
}

/** Guest range to storage, for one L1 table: the active one or a snapshot's. */
export class LayerMap {
  readonly #options: LayerMapOptions
  readonly #rules: ScanRules
  readonly #run: Run = { state: 'unallocated', offset: 0, count: 0 }
  readonly #ahead: Run = { state: 'unallocated', offset: 0, count: 0 }

  constructor(options: LayerMapOptions) {
    this.#options = options
    this.#rules = {
      clusterSize: options.geometry.clusterSize,
      hasDataFile: options.hasDataFile,
      zeroFlagAllowed: options.version >= 3,
    }
  }

  /** As DiskImage.runAt, for a range the caller has compared with the virtual size. */
  runAt(at: number, limit: number): LayerRun {
    const { subclusterSize } = this.#options.geometry
    const inside = at % subclusterSize
    const length = this.#extend(at, limit) - inside
    return this.#toLayerRun(at, Math.min(length, limit), inside)
  }

  /** The two words of the L2 entry of a guest offset that a run has called compressed. */
  compressedEntryAt(at: number): { readonly high: number; readonly low: number } {
    const { geometry, l1, tables } = this.#options
    const words = tables.load(l1.l2OffsetAt(Math.floor(at / geometry.l2Coverage)))
    const index = Math.floor((at % geometry.l2Coverage) / geometry.clusterSize)
    const word = (index * geometry.l2EntryBytes) / 4
    return { low: words[word] ?? 0, high: words[word + 1] ?? 0 }
  }

  /**
   * Leaves the run at guest offset `at` in `#run`, joined over as many tables as it goes on through, and
   * gives its length in bytes from the start of the first subcluster.
   */
  #extend(at: number, limit: number): number {
    const { geometry, l1, tables } = this.#options
    const { l2Coverage, subclusterSize } = geometry
    const run = this.#run
    const end = at + limit
    let table = Math.floor(at / l2Coverage)
    this.#scanTable(table, at % l2Coverage, Math.min(end - table * l2Coverage, l2Coverage), run)
    let bytes = run.count * subclusterSize
    let budget = LOOK_AHEAD_BYTES
    for (;;) {
      const next = at - (at % subclusterSize) + bytes
      if (next >= end || next % l2Coverage !== 0) return bytes
      table = next / l2Coverage
      const offset = l1.l2OffsetAt(table)
      if (offset !== 0 && !tables.has(offset)) {
        if (budget <= 0) return bytes
        budget -= geometry.clusterSize
      }
      const to = Math.min(end - next, l2Coverage)
      if (!this.#continues(table, to, bytes)) return bytes
      bytes += this.#ahead.count * subclusterSize
    }
  }

  /** Whether the table's first run goes on where `#run`, `bytes` long, ends; it is then in `#ahead`. */
  #continues(table: number, to: number, bytes: number): boolean {
    const run = this.#run
    const ahead = this.#ahead
    try {
      this.#scanTable(table, 0, to, ahead)
    } catch (error) {
      // A damaged table ends the run before it; who asks for its own range is told why.
      if (error instanceof ImageError) return false
      throw error
    }
    if (ahead.state !== run.state || ahead.state === 'invalid') return false
    return hasOffset(run) ? ahead.offset === run.offset + bytes : true
  }

  /** The run at byte `from` of what L2 table `table` maps, up to byte `to`. */
  #scanTable(table: number, from: number, to: number, run: Run): void {
    const { geometry, l1, tables } = this.#options
    const { subclusterSize } = geometry
    const range = {
      from: Math.floor(from / subclusterSize),
      to: Math.ceil(to / subclusterSize),
    }
    const offset = l1.l2OffsetAt(table)
    if (offset === 0) {
      run.state = 'unallocated'
      run.offset = 0
      run.count = range.to - range.from
      return
    }
    const words = tables.load(offset)
    if (geometry.hasSubclusters) scanExtended(words, range, this.#rules, run)
    else scanStandard(words, range, this.#rules, run)
  }

  #toLayerRun(at: number, length: number, inside: number): LayerRun {
    const { state, offset } = this.#run
    const file = this.#options.files.data
    switch (state) {
      case 'data':
        this.#mustAgree(at, offset + inside)
        return { kind: 'data', length, hostOffset: hostOffset(offset + inside), file }
      case 'zero-allocated':
        return { kind: 'zero', length, hostOffset: hostOffset(offset + inside), file }
      case 'zero-plain':
        return { kind: 'zero', length }
      case 'compressed':
        return { kind: 'compressed', length }
      case 'unallocated':
        return { kind: 'unallocated', length }
      case 'unallocated-in-cluster':
        return { kind: 'unallocated', length, hostOffset: hostOffset(offset + inside), file }
      case 'invalid':
        throw this.#damaged(at, 'an entry that contradicts itself', 'a valid cluster mapping')
      default:
        return unreachable(state)
    }
  }

  #mustAgree(at: number, host: number): void {
    if (!this.#options.dataFileRaw || host === at) return
    throw this.#damaged(at, `data at ${host} of the raw data file`, `data at ${at}`)
  }

  #damaged(at: number, found: string, expected: string): ImageError {
    const { geometry, l1, files } = this.#options
    const table = l1.l2OffsetAt(Math.floor(at / geometry.l2Coverage))
    const index = Math.floor((at % geometry.l2Coverage) / geometry.clusterSize)
    return new ImageError('structure-damaged', {
      path: files.image.name,
      structure: 'L2 table entry',
      offset: table + index * geometry.l2EntryBytes,
      guestOffset: at,
      found,
      expected,
    })
  }
}

/** Whether the run's bytes have a place in the data file, so that only the next place continues it. */
const hasOffset = ({ state }: Run): boolean =>
  state === 'data' || state === 'zero-allocated' || state === 'unallocated-in-cluster'
