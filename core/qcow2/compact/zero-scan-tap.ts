import { BitSet } from '../../base/bit-set.ts'
import { isAllZero } from '../../base/zeroes.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile, FileIdentity, FileTimes, HostRun } from '../../storage/block-file.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import { use, type Survey } from './survey.ts'
import { findZeroClusters, type ZeroClusters } from './zero-scan.ts'

/**
 * A file that looks at the guest data others read through it, and so learns on the way which clusters are
 * all zero: whoever hashes the content first need not read it again. Two bits a host cluster.
 */
export class ZeroTap implements BlockFile {
  readonly #file: BlockFile
  readonly #survey: Survey
  readonly #zero: BitSet
  readonly #notZero: BitSet

  constructor(file: BlockFile, survey: Survey) {
    this.#file = file
    this.#survey = survey
    this.#zero = new BitSet(survey.kinds.length)
    this.#notZero = new BitSet(survey.kinds.length)
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): FileIdentity | undefined {
    return this.#file.identity
  }

  /**
   * The data clusters that are all zero. Those that nobody read whole (the hash passes over holes of the
   * file, and over what only a VM state has) are read now.
   */
  async zeroClusters(context: OperationContext): Promise<ZeroClusters> {
    const { kinds, area } = this.#survey
    const unknown = new BitSet(kinds.length)
    let total = 0
    for (let cluster = 0; cluster < kinds.length; cluster++) {
      if (kinds[cluster] !== use.data) continue
      total++
      if (!this.#zero.has(cluster) && !this.#notZero.has(cluster)) unknown.add(cluster)
    }
    const options = { ...context, among: unknown }
    const { clusters, bytesRead } = await findZeroClusters(this.#file, this.#survey, options)
    for (let at = this.#zero.next(0); at !== undefined; at = this.#zero.next(at + 1)) {
      clusters.add(at)
    }
    return { clusters, totalBytes: total * area.geometry.clusterSize, bytesRead }
  }

  size(): number {
    return this.#file.size()
  }

  allocatedBytes(): number | undefined {
    return this.#file.allocatedBytes()
  }

  times(): FileTimes | undefined {
    return this.#file.times()
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#file.readNow(into, at, tag)
  }

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    await this.#file.read(into, at, tag)
    if (tag === 'data') this.#lookAt(into, at)
  }

  hostRun(at: number): HostRun {
    return this.#file.hostRun(at)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #lookAt(bytes: Uint8Array, at: number): void {
    const { kinds, area } = this.#survey
    const { clusterSize } = area.geometry
    const end = at + bytes.length
    for (let start = at; start < end;) {
      const cluster = Math.floor(start / clusterSize)
      const next = Math.min((cluster + 1) * clusterSize, end)
      if (kinds[cluster] === use.data && !this.#notZero.has(cluster)) {
        const isZero = isAllZero(bytes.subarray(start - at, next - at))
        // A part that is zero says nothing about the rest.
        if (!isZero) this.#notZero.add(cluster)
        else if (next - start === clusterSize) this.#zero.add(cluster)
      }
      start = next
    }
  }
}
