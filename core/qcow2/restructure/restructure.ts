import { breather, throwIfAborted } from '../../base/abort.ts'
import { invariant } from '../../base/assert.ts'
import { ceilDiv } from '../../base/bits.ts'
import { hasBit } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset } from '../../units.ts'
import { L1_ENTRY_BYTES, REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import { autoclear, knownAutoclear } from '../format/features.ts'
import { geometryOf } from '../format/geometry.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import { FixedRanges } from '../tables/fixed-ranges.ts'
import { withHeader, writeHeaderFields } from '../tables/header-store.ts'
import type { HostRun } from '../tables/host-run.ts'
import { snapshotMetadata } from '../tables/snapshot-metadata.ts'
import { PAGE_CLUSTERS } from './count-pages.ts'
import { HostSpace } from './host-space.ts'
import { RefcountLayout } from './refcount-layout.ts'
import type { References } from './reference-draft.ts'
import { StoredBlocks } from './stored-blocks.ts'

export interface RestructureOptions extends OperationContext {
  /**
   * `stored`: the new structure begins with the file's refcounts; what changes is added and removed.
   * `none`: it begins with nothing, because the stored refcounts are not to be believed (or there are
   * none): the caller adds every reference of the new image, the header's cluster included, before it
   * reserves anything, and holds what only the old image uses.
   */
  readonly refcounts: 'stored' | 'none'
  /** Refcounts of 2^refcountOrder bits from now on; default: as the header says. */
  readonly refcountOrder?: number
}

/**
 * One change of an image's structure that a power cut cannot split:
 *
 *     1  new tables, into clusters that neither the old nor the new image uses      flush
 *     2  one sector: the header's fields now point to the new tables                flush
 *     3  the file is cut after the last cluster that did not lose its last reference now
 *
 * Until 2 the file holds the old image, afterwards the new one; both are whole, so there is nothing to
 * clean up. The refcounts come with it: refcount blocks whose counts change and the refcount table are
 * tables like the others, and count themselves. Works for version 2 and needs no dirty bit.
 *
 *     using change = Restructure.begin(file, area, { refcounts: 'stored', signal })
 *     change.add(l2Offset, 1)                    // one more reference
 *     change.remove(oldL1, clusters)             // one less; the bytes stay until the switch
 *     const run = change.reserve(clusters)       // free in the old and in the new image; one reference
 *     change.write(run, bytes, 'l1-table')
 *     const newArea = await change.commit({ l1TableOffset: run.offset })
 *
 * Leaving the scope without a commit (an error, a cancel) cuts the file back to its old length: nothing
 * was changed. All methods but `commit` are synchronous; a caller with many steps breathes itself. Memory
 * is bounded (CountPages). Nobody else may change the file meanwhile.
 *
 * Errors before anything was changed: `refcounts-contradict` (the stored refcounts call a cluster free
 * that a table uses), `refcount-overflow`, `image-full`, `image-too-large`, `structure-damaged`,
 * `cancelled`, and what writing to the file throws. An error of the header's own write or of the flush
 * after it leaves the old or the new image.
 */
export class Restructure implements References, Disposable {
  readonly #file: WritableFile
  readonly #area: HeaderArea
  readonly #options: RestructureOptions
  readonly #oldLength: number
  readonly #space: HostSpace
  readonly #layout: RefcountLayout
  /** Whether the old refcount structure is the base of the new one. */
  readonly #keepsBlocks: boolean
  #state: 'open' | 'switched' = 'open'

  private constructor(file: WritableFile, area: HeaderArea, options: RestructureOptions) {
    const { header, geometry } = area
    const { refcounts, refcountOrder = geometry.refcountOrder } = options
    this.#file = file
    this.#area = area
    this.#options = options
    this.#oldLength = file.size()
    const stored = new StoredBlocks(file, area)
    const isStored = refcounts === 'stored'
    this.#keepsBlocks = isStored && refcountOrder === geometry.refcountOrder
    this.#space = new HostSpace({
      path: file.name,
      clusterSize: geometry.clusterSize,
      refcountOrder,
      source: isStored ? (page) => stored.page(page) : () => 0,
      strict: isStored,
      knownEnd: isStored ? stored.usedEntries * geometry.refcountBlockEntries : 0,
      onChange: (first, clusters) => this.#layout.changed(first, clusters),
    })
    this.#layout = new RefcountLayout({
      path: file.name,
      space: this.#space,
      geometry: geometryOf({ ...header, refcountOrder }),
      kept: this.#keepsBlocks ? stored : undefined,
      // A table that was made longer, for growth or by a larger file, keeps its reach.
      tableClusters: this.#keepsBlocks ? header.refcountTableClusters : 1,
    })
    this.#holdStructure(stored)
    if (isStored) this.#mustCountMetadata()
    if (isStored && !this.#keepsBlocks) this.#removeOldRefcounts(stored)
  }

  static begin(file: WritableFile, area: HeaderArea, options: RestructureOptions): Restructure {
    return new Restructure(file, area, options)
  }

  /**
   * `times` more references to each of `clusters` clusters from `offset`. With stored refcounts only for
   * clusters that are used already: new ones come from `reserve`.
   */
  add(offset: number, clusters: number, times = 1): void {
    this.#space.add(this.#space.clusterAt(offset), clusters, times)
  }

  /**
   * `times` references less. What nobody refers to any more stays untouched until the switch. Gives how
   * many of the clusters that are.
   */
  remove(offset: number, clusters: number, times = 1): number {
    return this.#space.remove(this.#space.clusterAt(offset), clusters, times)
  }

  mustBeUsed(offset: number, clusters: number): void {
    this.#space.mustBeUsed(this.#space.clusterAt(offset), clusters)
  }

  /** The old image uses these clusters, though no refcount says so: they stay untouched. */
  hold(offset: number, clusters: number): void {
    this.#space.hold(this.#space.clusterAt(offset), clusters)
  }

  /** References to a host cluster in the new image. */
  count(hostCluster: number): number {
    return this.#space.count(hostCluster)
  }

  /** The count that the clusters [from, to) are known to share; undefined: look at each. */
  uniformCount(from: number, to: number): number | undefined {
    return this.#space.uniform(from, to)
  }

  /** Neighbouring clusters that neither image uses, with one reference from now on. */
  reserve(clusters: number): HostRun {
    return this.#space.reserve(clusters)
  }

  /** Fills a reserved run: `bytes`, then zeroes up to its end. */
  write({ offset, clusters }: HostRun, bytes: Uint8Array, tag: IoTag): void {
    const length = clusters * this.#area.geometry.clusterSize
    invariant(bytes.length <= length, 'a table fits into its clusters')
    this.#file.writeNow(bytes, offset, tag)
    if (bytes.length === length) return
    this.#file.writeNow(new Uint8Array(length - bytes.length), offset + bytes.length, tag)
  }

  /**
   * Writes the refcounts, makes everything durable and switches to it with the given header fields, which
   * must not change the header's length. Autoclear bits that we do not know are cleared, as the
   * specification asks of every writer. A cancel is heard until everything is written.
   *
   * `lastSteps` is for what has to be in the file before the switch and is no part of it: it is called when
   * nothing but the disk itself can stop the change any more, and may give further header fields.
   */
  async commit(
    fields: Partial<Qcow2Header> = {},
    lastSteps: () => Partial<Qcow2Header> = () => ({}),
  ): Promise<HeaderArea> {
    invariant(this.#state === 'open', 'a structure is committed once')
    const refcounts = await this.#writeRefcounts()
    throwIfAborted(this.#options.signal)
    const area = withHeader(this.#area, {
      autoclearFeatures: knownAutoclear(this.#area.header.autoclearFeatures),
      ...refcounts,
      ...fields,
      ...lastSteps(),
    })
    await this.#file.flush()
    this.#state = 'switched'
    writeHeaderFields(this.#file, area.header)
    await this.#file.flush()
    this.#cut(() => {
      const oldClusters = this.#space.clustersOf(this.#oldLength)
      return this.#space.usedEnd(this.#fileClusters(), oldClusters) * area.geometry.clusterSize
    })
    return area
  }

  [Symbol.dispose](): void {
    if (this.#state === 'open') this.#cut(() => this.#oldLength)
  }

  /** Writes the blocks and the table; the header fields that tell of them. */
  async #writeRefcounts(): Promise<Partial<Qcow2Header>> {
    const { signal, pause: gate, onProgress, refcountOrder } = this.#options
    const breathe = breather(signal, { pause: gate })
    if (!this.#keepsBlocks) await this.#announceAll(breathe)
    if (this.#layout.isUnchanged) return {}
    if (this.#keepsBlocks) this.#removeOldTable()
    const table = this.#layout.place()
    let done = 0
    for (const { index, offset } of this.#layout.blocks()) {
      this.write(
        { offset: hostOffset(offset), clusters: 1 },
        this.#layout.encodeBlock(index),
        'refcount-block',
      )
      const pause = breathe()
      if (pause !== undefined) await pause
      done++
      onProgress?.({
        phase: 'refcounts',
        done: done * this.#area.geometry.clusterSize,
        total: this.#layout.blockCount * this.#area.geometry.clusterSize,
        unit: 'bytes',
      })
    }
    this.write(table, this.#layout.encodeTable(table), 'refcount-table')
    return {
      refcountTableOffset: table.offset,
      refcountTableClusters: table.clusters,
      ...(refcountOrder === undefined ? {} : { refcountOrder }),
    }
  }

  /** Every block is new: all clusters with a count need one, and the counts must fit into it. */
  async #announceAll(breathe: () => Promise<void> | undefined): Promise<void> {
    const clusters = this.#space.knownEnd
    for (let first = 0; first < clusters; first += PAGE_CLUSTERS) {
      this.#space.mustFit(first, PAGE_CLUSTERS)
      if (!this.#space.isEmpty(first, first + PAGE_CLUSTERS)) {
        this.#layout.changed(first, PAGE_CLUSTERS)
      }
      const pause = breathe()
      if (pause !== undefined) await pause
    }
  }

  /** Whatever the refcounts say of them: these are the parts that the old image cannot do without. */
  #holdStructure(stored: StoredBlocks): void {
    const { header } = this.#area
    const hold = (offset: number, bytes: number) => {
      const inFile = Math.min(bytes, this.#oldLength - offset)
      if (inFile > 0) this.hold(offset, this.#space.clustersOf(inFile))
    }
    hold(0, 1)
    hold(header.l1TableOffset, header.l1Size * L1_ENTRY_BYTES)
    hold(header.refcountTableOffset, stored.entries * REFCOUNT_TABLE_ENTRY_BYTES)
    for (let index = 0; index < stored.entries; index++) {
      const offset = stored.offsetOf(index)
      if (offset !== 0 && stored.isReadable(index)) hold(offset, 1)
    }
  }

  /**
   * Metadata that this change may have nothing to do with: counted as free, it would be written over
   * (QEMU's overlap check looks at the same). Tables of the active state are looked at by who changes them.
   */
  #mustCountMetadata(): void {
    const { header, geometry, bitmaps } = this.#area
    const ranges: { readonly offset: number; readonly bytes: number }[] = [
      ...snapshotMetadata(this.#file, header),
    ]
    if (bitmaps !== undefined && hasBit(header.autoclearFeatures, autoclear.bitmaps)) {
      ranges.push({ offset: bitmaps.directoryOffset, bytes: bitmaps.directorySize })
    }
    for (const { start, end } of new FixedRanges(ranges).ranges) {
      const first = this.#space.clusterAt(start)
      this.#space.mustBeUsed(first, ceilDiv(end, geometry.clusterSize) - first)
    }
  }

  #removeOldTable(): void {
    const { refcountTableOffset, refcountTableClusters } = this.#area.header
    this.remove(refcountTableOffset, refcountTableClusters)
  }

  #removeOldRefcounts(stored: StoredBlocks): void {
    this.#removeOldTable()
    for (let index = 0; index < stored.entries; index++) {
      const offset = stored.offsetOf(index)
      if (offset !== 0) this.remove(offset, 1)
    }
  }

  #fileClusters(): number {
    return ceilDiv(this.#file.size(), this.#area.geometry.clusterSize)
  }

  /**
   * Only spares space: a file that stays longer holds bytes at its end that nothing refers to. What goes
   * wrong here (blocks of a damaged table are looked at for the first time) does not undo the change.
   */
  #cut(findLength: () => number): void {
    try {
      const length = findLength()
      if (this.#file.size() > length) this.#file.truncate(length)
    } catch (error) {
      if (!(error instanceof ImageError)) throw error
    }
  }
}
