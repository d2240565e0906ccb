import { alignDown } from '../base/bits.ts'
import type { BlockFile, FileIdentity, HostRun } from './block-file.ts'

const PAGE = 4096

/**
 * A sparse file in memory: the images of tests and fuzz runs. Pages that were never put are holes, so a
 * header that points terabytes away costs nothing.
 */
export class MemoryFile implements BlockFile {
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
    let done = 0
    while (done < bytes.length) {
      const page = alignDown(at + done, PAGE)
      const inPage = at + done - page
      const length = Math.min(PAGE - inPage, bytes.length - done)
      this.#pageAt(page).set(bytes.subarray(done, done + length), inPage)
      done += length
    }
    this.#size = Math.max(this.#size, at + bytes.length)
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
    const length = Math.min(into.length, this.#size - at)
    for (let done = 0; done < length;) {
      const page = alignDown(at + done, PAGE)
      const inPage = at + done - page
      const piece = Math.min(PAGE - inPage, length - done)
      const stored = this.#pages.get(page)
      if (stored !== undefined) into.set(stored.subarray(inPage, inPage + piece), done)
      done += piece
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
