import { sameBytes } from '../../base/same-bytes.ts'
import { reportCut } from './blind-spots.ts'
import { clusterCount, hex, type CheckRun } from './check-run.ts'
import { pageClusters } from './reference-counts.ts'
import type { StoredBlock } from './stored-refcounts.ts'

/** A stretch of neighbouring clusters with the same two counts, reported as one finding. */
interface Stretch {
  readonly first: number
  length: number
  readonly stored: number | undefined
  readonly found: number
}

export interface Comparison {
  /** The highest cluster with a refcount or a reference, or -1. */
  highest: number
  /** Stored and counted refcounts agree everywhere. */
  equal: boolean
}

/**
 * Compares the stored refcounts with the counted references. Blocks that are what an undamaged image
 * usually has (the same refcount throughout) are compared natively; only the others are looked at cluster
 * by cluster.
 */
export class RefcountComparison {
  readonly #run: CheckRun
  readonly #clusters: number
  /** Blocks that hold one refcount throughout, by that refcount (up to 255). */
  readonly #patterns = new Map<number, Uint8Array>()
  #stretch: Stretch | undefined
  readonly result: Comparison = { highest: -1, equal: true }

  constructor(run: CheckRun) {
    this.#run = run
    this.#clusters = clusterCount(run)
  }

  /** Compares the clusters this walk counted. */
  async compare(): Promise<Comparison> {
    const { stored, counts, subject, context } = this.#run
    const { perBlock } = stored
    const end = Math.min(this.#clusters, counts.end)
    const buffer = new Uint8Array(subject.clusterSize)
    let at = counts.first
    while (at < end) {
      const index = Math.floor(at / perBlock)
      const block = stored.block(index)
      const blockEnd = Math.min(end, (index + 1) * perBlock)
      if (block.kind === 'present') {
        stored.readBlock(buffer, block.offset)
        this.#warnWhenCut(block.offset)
      }
      // Past the table there are no blocks at all: one stretch instead of one a block.
      const stop = block.kind === 'absent' && index >= stored.entries ? end : blockEnd
      while (at < stop) {
        const pageEnd = (Math.floor((at - counts.first) / pageClusters) + 1) * pageClusters
        const next = Math.min(stop, counts.first + pageEnd)
        this.#segment(block, buffer, at, next)
        at = next
        const turn = this.#run.breath()
        if (turn !== undefined) await turn
      }
      context.onProgress?.({
        phase: 'refcounts',
        done: Math.min(at, end),
        total: end,
        unit: 'clusters',
      })
    }
    this.#flush()
    return this.result
  }

  /** Blind spot of QEMU's check: refcounts that the end of the file cut off read as zero. */
  #warnWhenCut(offset: number): void {
    const { subject, log, reports } = this.#run
    const past = offset + subject.clusterSize > subject.fileLength
    if (!past || offset >= subject.fileLength || !reports) return
    const bytes = subject.clusterSize
    reportCut(log, subject.fileLength, { structure: 'refcount block', offset, bytes })
  }

  #segment(block: StoredBlock, buffer: Uint8Array, from: number, to: number): void {
    const { counts, stored } = this.#run
    const uniform = counts.uniform(from, to - from)
    if (block.kind === 'absent' && uniform === 0) return
    const { perBlock } = stored
    const first = from % perBlock
    if (block.kind === 'present' && uniform !== undefined) {
      if (this.#holds(buffer, first, to - from, this.#pattern(uniform))) {
        if (uniform > 0) this.result.highest = to - 1
        return
      }
    }
    for (let cluster = from; cluster < to; cluster++) {
      const found = counts.get(cluster)
      const kept =
        block.kind === 'present'
          ? stored.access.get(buffer, cluster % perBlock)
          : block.kind === 'absent'
            ? 0
            : undefined
      if (kept === undefined) {
        this.#differs(cluster, undefined, 0)
        continue
      }
      if (kept > 0 || found > 0) this.result.highest = cluster
      if (kept !== found) this.#differs(cluster, kept, found)
    }
  }

  #pattern(refcount: number): Uint8Array {
    const known = this.#patterns.get(refcount)
    if (known !== undefined) return known
    const { bits } = this.#run.stored
    const pattern = new Uint8Array((pageClusters * bits) / 8)
    if (bits < 8) pattern.fill(refcount * (onesInByte[this.#run.subject.refcountOrder] ?? 0))
    else for (let at = bits / 8 - 1; at < pattern.length; at += bits / 8) pattern[at] = refcount
    this.#patterns.set(refcount, pattern)
    return pattern
  }

  #holds(buffer: Uint8Array, first: number, length: number, pattern: Uint8Array): boolean {
    const { bits } = this.#run.stored
    if ((first * bits) % 8 !== 0 || (length * bits) % 8 !== 0) return false
    const start = (first * bits) / 8
    const bytes = (length * bits) / 8
    return sameBytes(buffer.subarray(start, start + bytes), pattern.subarray(0, bytes))
  }

  #differs(cluster: number, stored: number | undefined, found: number): void {
    this.result.equal = false
    const last = this.#stretch
    if (
      last !== undefined &&
      last.first + last.length === cluster &&
      last.stored === stored &&
      last.found === found
    ) {
      last.length++
      return
    }
    this.#flush()
    this.#stretch = { first: cluster, length: 1, stored, found }
  }

  #flush(): void {
    const stretch = this.#stretch
    this.#stretch = undefined
    if (stretch === undefined) return
    const { log, subject } = this.#run
    const { first, length, stored, found } = stretch
    const offset = first * subject.clusterSize
    const clusters = length === 1 ? 'The cluster' : `${length} clusters`
    if (stored === undefined) {
      log.add('check-error', 'structure', length, () => ({
        rule: 'refcount-unreadable',
        structure: 'refcount block',
        offset,
        text: `The refcounts of ${length} ${length === 1 ? 'cluster' : 'clusters'} from ${hex(offset)} cannot be read: their refcount block lies nowhere.`,
      }))
    } else if (stored < found) {
      log.add('corruption', 'refcounts', length, () => ({
        rule: 'refcount-too-low',
        structure: 'refcount block',
        offset,
        text: `${clusters} at ${hex(offset)} ${length === 1 ? 'is' : 'are'} used ${times(found)} but counted ${times(stored)}: the next write could overwrite data.`,
      }))
    } else {
      log.add('leak', 'space', length, () => ({
        rule: 'leaked-clusters',
        structure: 'refcount block',
        offset,
        text: `Wasted space: ${length} leaked ${length === 1 ? 'cluster' : 'clusters'} at ${hex(offset)}, counted ${times(stored)} but used ${times(found)}.`,
      }))
    }
  }
}

/** A byte full of refcounts of one, by refcount order below 3. */
const onesInByte: readonly number[] = [0xff, 0x55, 0x11]

const times = (count: number): string =>
  count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`
