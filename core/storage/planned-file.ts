import { alignDown } from '../base/bits.ts'
import { sameBytes } from '../base/same-bytes.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile, FileIdentity, FileTimes, HostRun } from './block-file.ts'
import type { IoTag } from './io-tag.ts'
import type { WritableFile } from './writable-file.ts'

const PAGE = 4096
/** Pages looked at for one `hostRun`: an answer may always end early. */
const RUN_PAGES = 1024

/** One write that was asked for. */
export interface PlannedWrite {
  readonly at: number
  readonly bytes: Uint8Array
  readonly tag: IoTag
}

/** What a write costs beside its bytes. */
const WRITE_COST = 128

export interface PlannedFileOptions {
  /** Bytes of memory at most; more throws `repair-too-large`. */
  readonly budget: number
  /** Default true: writes are kept in their order. Otherwise only what comes of them is. */
  readonly keepsWrites?: boolean
}

/**
 * A file as it would be: reads see the file below with the writes on top, which stay in memory, in the
 * order they were asked for and with the flushes between them. So a change can be made, looked at and
 * judged before the first byte of the real file is touched, and then be carried out write by write.
 *
 * It never becomes shorter than the file below, because whoever takes the change back needs what is
 * there, nor than what was written to it.
 */
export class PlannedFile implements WritableFile {
  readonly #below: BlockFile
  readonly #budget: number
  readonly #keepsWrites: boolean
  readonly #pages = new Map<number, Uint8Array>()
  /** The writes between two flushes. */
  readonly #epochs: PlannedWrite[][] = [[]]
  #size: number
  #writtenEnd = 0
  #bytes = 0

  constructor(below: BlockFile, { budget, keepsWrites = true }: PlannedFileOptions) {
    this.#below = below
    this.#budget = budget
    this.#keepsWrites = keepsWrites
    this.#size = below.size()
  }

  get name(): string {
    return this.#below.name
  }

  get identity(): FileIdentity | undefined {
    return this.#below.identity
  }

  /** What was written, in order: each element was flushed before the next one began. */
  get epochs(): readonly (readonly PlannedWrite[])[] {
    return this.#epochs.filter((writes) => writes.length > 0)
  }

  size(): number {
    return this.#size
  }

  allocatedBytes(): number | undefined {
    const below = this.#below.allocatedBytes()
    return below === undefined ? undefined : below + this.#pages.size * PAGE
  }

  times(): FileTimes | undefined {
    return this.#below.times()
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#below.readNow(into, at, tag)
    this.#overlay(into, at)
  }

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    await this.#below.read(into, at, tag)
    this.#overlay(into, at)
  }

  hostRun(at: number): HostRun {
    const page = alignDown(at, PAGE)
    if (this.#pages.has(page) || at >= this.#below.size()) {
      return { kind: 'data', end: Math.min(page + PAGE, this.#size) }
    }
    const { kind, end } = this.#below.hostRun(at)
    const limit = Math.min(end, page + RUN_PAGES * PAGE)
    for (let next = page + PAGE; next < limit; next += PAGE) {
      if (this.#pages.has(next)) return { kind, end: next }
    }
    return { kind, end: limit }
  }

  /** Whether the bytes of a range differ from those of the file below. */
  isChanged(at: number, length: number): boolean {
    for (let page = alignDown(at, PAGE); page < at + length; page += PAGE) {
      if (!this.#pages.has(page)) continue
      const from = Math.max(at, page)
      const planned = new Uint8Array(Math.min(at + length, page + PAGE) - from)
      const stored = new Uint8Array(planned.length)
      this.readNow(planned, from, 'data')
      this.#below.readNow(stored, from, 'data')
      if (!sameBytes(planned, stored)) return true
    }
    return false
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    if (this.#keepsWrites) {
      this.#charge(from.length + WRITE_COST)
      this.#epochs.at(-1)?.push({ at, bytes: from.slice(), tag })
    }
    for (let done = 0; done < from.length;) {
      const page = alignDown(at + done, PAGE)
      const inPage = at + done - page
      const length = Math.min(PAGE - inPage, from.length - done)
      this.#pageAt(page).set(from.subarray(done, done + length), inPage)
      done += length
    }
    this.#writtenEnd = Math.max(this.#writtenEnd, at + from.length)
    this.#size = Math.max(this.#size, this.#writtenEnd)
  }

  async write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.writeNow(from, at, tag)
  }

  async flush(): Promise<void> {
    if (this.#epochs.at(-1)?.length !== 0) this.#epochs.push([])
  }

  truncate(size: number): void {
    this.#size = Math.max(size, this.#below.size(), this.#writtenEnd)
  }

  punchHole(): 'unsupported' {
    return 'unsupported'
  }

  allocate(): 'unsupported' {
    return 'unsupported'
  }

  /** The file below belongs to whoever opened it. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #charge(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= this.#budget) return
    throw new ImageError('repair-too-large', { path: this.name, limit: this.#budget })
  }

  #pageAt(page: number): Uint8Array {
    const known = this.#pages.get(page)
    if (known !== undefined) return known
    this.#charge(PAGE)
    const bytes = new Uint8Array(PAGE)
    this.#below.readNow(bytes, page, 'data')
    this.#pages.set(page, bytes)
    return bytes
  }

  #overlay(into: Uint8Array, at: number): void {
    if (this.#pages.size === 0) return
    for (let page = alignDown(at, PAGE); page < at + into.length; page += PAGE) {
      const bytes = this.#pages.get(page)
      if (bytes === undefined) continue
      const from = Math.max(at, page)
      const to = Math.min(at + into.length, page + PAGE)
      into.set(bytes.subarray(from - page, to - page), from - at)
    }
  }
}
