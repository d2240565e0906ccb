import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { RefcountEditor } from '../tables/refcount-editor.ts'
import { ClusterCopies } from './cluster-copies.ts'
import { PointerPatches } from './pointer-patches.ts'

/** Bytes that are copied before their references follow: the more, the fewer flushes. */
const leastBytes = 8 * 1024 * 1024
const mostBytes = 512 * 1024 * 1024
/** References that wait at most: memory. */
const mostPatches = 64 * 1024
/** What a commit, which cannot be stopped halfway, should take. */
const commitMs = 100

export interface MoveParts extends Pick<OperationContext, 'signal' | 'pause'> {
  readonly file: WritableFile
  readonly refcounts: RefcountEditor
  readonly onCopied: (bytes: number) => void
  /** So many bytes are copied before their references follow; default: as the disk can take. */
  readonly batchBytes?: number | undefined
}

/**
 * Moves that are made together:
 *
 *     1  copies, and the refcounts of their places            flush
 *     2  the references, each a word in one sector            flush
 *     3  the refcounts of the old places, in memory: they reach the file with 1 of the next batch
 *
 * Both places hold the same bytes and are counted while the references change, so that whatever of 2 a
 * power cut keeps is a valid image. Until 1 is over nothing has changed but bytes that nobody refers to:
 * who is cancelled then leaves the image as it was.
 */
export class MoveBatch {
  readonly #parts: MoveParts
  readonly #copies = new ClusterCopies()
  readonly #patches = new PointerPatches()
  /** Refcounts of new places, by cluster. */
  readonly #counts = new Map<number, number>()
  /** References that go away, by cluster: of clusters that are left as a whole, and of packed ones. */
  readonly #left = new Map<number, number>()
  readonly #leftPacked = new Map<number, number>()
  /** Clusters that had more references than a batch has changed. */
  readonly #partlyLeft = new Set<number>()
  #enough: number

  constructor(parts: MoveParts) {
    this.#parts = parts
    this.#enough = parts.batchBytes ?? leastBytes
  }

  get isFull(): boolean {
    return this.#copies.bytes >= this.#enough || this.#patches.count >= mostPatches
  }

  /** Bytes of the disk whose references go into one batch: no more than a small one holds. */
  get sliceBytes(): number {
    return Math.min(this.#enough, leastBytes)
  }

  get patches(): Pick<PointerPatches, 'refer' | 'set'> {
    return this.#patches
  }

  copy(from: number, to: number, length: number): void {
    this.#copies.add(from, to, length)
  }

  /** The cluster has so many references once the batch is committed. */
  count(cluster: number, references: number): void {
    this.#counts.set(cluster, references)
  }

  /** As `count`, on top of what it has. */
  countMore(cluster: number, references: number): void {
    const known = this.#counts.get(cluster) ?? this.#parts.refcounts.get(cluster)
    this.#counts.set(cluster, known + references)
  }

  /**
   * References to a cluster that all go elsewhere, perhaps not all in this batch. Its count falls at once,
   * from what it was to zero: in between, an entry would need another COPIED flag.
   */
  leave(cluster: number, references: number): void {
    this.#left.set(cluster, (this.#left.get(cluster) ?? 0) + references)
  }

  /** References to a cluster with packed data, some of which stay. */
  leavePacked(cluster: number, references: number): void {
    this.#leftPacked.set(cluster, (this.#leftPacked.get(cluster) ?? 0) + references)
  }

  async commit(): Promise<void> {
    const { file, refcounts } = this.#parts
    await this.#copies.run(file, this.#parts)
    const start = performance.now()
    if (this.#counts.size > 0) {
      for (const [cluster, references] of this.#counts) refcounts.set(cluster, references)
      this.#counts.clear()
      refcounts.writeBlocks()
      await file.flush()
      refcounts.committed()
    }
    if (this.#patches.count > 0) {
      this.#patches.apply(file)
      await file.flush()
    }
    this.#adapt(performance.now() - start)
    for (const [cluster, references] of this.#left) {
      if (refcounts.get(cluster) <= references) refcounts.set(cluster, 0)
      else this.#partlyLeft.add(cluster)
    }
    for (const [cluster, references] of this.#leftPacked) {
      refcounts.set(cluster, Math.max(refcounts.get(cluster) - references, 0))
    }
    this.#left.clear()
    this.#leftPacked.clear()
  }

  /** Commits, with the last reference of everything that was left now gone. */
  async finish(): Promise<void> {
    await this.commit()
    for (const cluster of this.#partlyLeft) this.#parts.refcounts.set(cluster, 0)
    this.#partlyLeft.clear()
  }

  #adapt(ms: number): void {
    if (this.#parts.batchBytes !== undefined) return
    if (ms > commitMs) this.#enough = Math.max(this.#enough / 2, leastBytes)
    else if (ms < commitMs / 2) this.#enough = Math.min(this.#enough * 2, mostBytes)
  }
}
