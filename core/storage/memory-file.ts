import { alignDown } from '../base/bits.ts'
import type { FileIdentity, HostRun } from './block-file.ts'
import type { WritableFile } from './writable-file.ts'

const PAGE = 4096

/**
 * A sparse file in memory: the images of tests and fuzz runs. Pages that were never written are holes,
 * so a header that points terabytes away costs nothing. Every write lasts as long as the object does;
 * what a power cut leaves is the business of the files that wrap this one in crash tests.
 */
export class MemoryFile implements WritableFile {
  readonly name: string
  readonly identity: FileIdentity | undefined
  readonly #pages = new Map<number, Uint8Array>()
  #size: number

  constructor(
    content: Uint8Array | { readonly size: number },
    {
      name = 'memory',
      identity,
    }: { readonly name?: string; readonly identity?: FileIdentity } = {},
  ) {
    this.name = name
    this.identity = identity
    this.#size = 0
    if (content instanceof Uint8Array) this.put(content, 0)
    else this.#size = content.size
  }

  size(): number {
    return this.#size
  }

  allocatedBytes(): number {
    return this.#pages.size * PAGE
  }

  times(): undefined {
    return undefined
  }

  /** Changes the content, as the owner of a real file could; the file grows as needed. */
  put(bytes: Uint8Array, at: number): void {
    this.writeNow(bytes, at)
  }

  writeNow(from: Uint8Array, at: number): void {
    if (from.length === 0) return
    for (const { page, inPage, done, length } of piecesOf(at, from.length)) {
      this.#pageAt(page).set(from.subarray(done, done + length), inPage)
    }
    this.#size = Math.max(this.#size, at + from.length)
  }

  async write(from: Uint8Array, at: number): Promise<void> {
    this.writeNow(from, at)
  }

  async flush(): Promise<void> {}

  truncate(size: number): void {
    if (size < this.#size) this.#clear(size, this.#size - size)
    this.#size = size
  }

  punchHole(at: number, length: number): 'punched' {
    this.#clear(at, Math.min(length, this.#size - at))
    return 'punched'
  }

  allocate(at: number, length: number): 'allocated' {
    if (length === 0) return 'allocated'
    for (const { page } of piecesOf(at, length)) this.#pageAt(page)
    this.#size = Math.max(this.#size, at + length)
    return 'allocated'
  }

  /**
   * The range becomes zeroes, whole pages of it holes. A range can span terabytes of hole, so it is the
   * stored pages that are looked through when they are fewer than the pages of the range.
   */
  #clear(at: number, length: number): void {
    const end = at + length
    const pages =
      length > this.#pages.size * PAGE
        ? [...this.#pages.keys()].filter((page) => page + PAGE > at && page < end)
        : Array.from(piecesOf(at, length), ({ page }) => page)
    for (const page of pages) {
      // What lies past the end of the file is not kept, so a page that reaches over it goes as a whole.
      const isWhole = page >= at && (page + PAGE <= end || end >= this.#size)
      if (isWhole) this.#pages.delete(page)
      else this.#pages.get(page)?.fill(0, Math.max(0, at - page), Math.min(PAGE, end - page))
    }
  }

  #pageAt(page: number): Uint8Array {
    const known = this.#pages.get(page)
    if (known !== undefined) return known
    const fresh = new Uint8Array(PAGE)
    this.#pages.set(page, fresh)
    return fresh
  }

  readNow(into: Uint8Array, at: number): void {
    into.fill(0)
    for (const { page, inPage, done, length } of piecesOf(
      at,
      Math.min(into.length, this.#size - at),
    )) {
      const stored = this.#pages.get(page)
      if (stored !== undefined) into.set(stored.subarray(inPage, inPage + length), done)
    }
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    this.readNow(into, at)
  }

  hostRun(at: number): HostRun {
    const stored = this.#pages.has(alignDown(at, PAGE))
    let page = alignDown(at, PAGE) + PAGE
    while (page < this.#size && this.#pages.has(page) === stored) page += PAGE
    return { kind: stored ? 'data' : 'hole', end: Math.min(page, this.#size) }
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** The pages that `length` bytes from `at` on touch, with the part of each and the bytes before it. */
function* piecesOf(at: number, length: number) {
  for (let done = 0; done < length;) {
    const page = alignDown(at + done, PAGE)
    const inPage = at + done - page
    const piece = Math.min(PAGE - inPage, length - done)
    yield { page, inPage, done, length: piece }
    done += piece
  }
}
