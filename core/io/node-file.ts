import {
  close as closeFd,
  constants,
  fstatSync,
  read as readFd,
  readSync,
  type BigIntStats,
} from 'node:fs'
import { invariant } from '../base/assert.ts'
import type { ImageError } from '../errors/image-error.ts'
import type { BlockFile, FileIdentity, FileTimes, HostRun } from '../storage/block-file.ts'
import type { IoTag } from '../storage/io-tag.ts'
import { hostCalls } from './host-calls.ts'
import { openRegular, type OpenedFile } from './open-regular.ts'
import { fromSystemError } from './system-error.ts'

/** Linux's unit of `st_blocks`, whatever the block size of the file system (stat(2)). */
const statBlock = 512n

/** Damaged tables point up to 2^56. No file is that long: what lies past this reads as zeroes. */
const lastPosition = Number.MAX_SAFE_INTEGER

/** A regular file of the host, opened for reading only. */
export class NodeFile implements BlockFile {
  readonly name: string
  readonly identity: FileIdentity
  #fd: number | undefined

  protected constructor({ name, fd, identity }: OpenedFile) {
    this.name = name
    this.#fd = fd
    this.identity = identity
  }

  /**
   * Throws `file-missing`, `file-forbidden`, `file-is-folder`, `file-not-regular`, `invalid-argument`
   * (a name that holds a NUL) or `read-failed`.
   */
  static open(path: string, extraFlags = 0): NodeFile {
    try {
      return new NodeFile(openRegular(path, constants.O_RDONLY | extraFlags))
    } catch (error) {
      throw fromSystemError(error, { path })
    }
  }

  /** The descriptor, for the host calls that Node does not offer. */
  get fd(): number {
    invariant(this.#fd !== undefined, `${this.name} is used after it was closed`)
    return this.#fd
  }

  size(): number {
    return Number(this.#stat().size)
  }

  allocatedBytes(): number | undefined {
    // Windows has no block count: Node answers with undefined there, which its types do not admit.
    const blocks: bigint | undefined = this.#stat().blocks
    return blocks === undefined ? undefined : Number(blocks * statBlock)
  }

  times(): FileTimes {
    const stats = this.#stat()
    return {
      modifiedAt: Number(stats.mtimeMs),
      createdAt: stats.birthtimeMs > 0n ? Number(stats.birthtimeMs) : undefined,
    }
  }

  readNow(into: Uint8Array, at: number, _tag: IoTag): void {
    let filled = 0
    try {
      while (filled < into.length && at + filled <= lastPosition) {
        const count = readSync(this.fd, into, filled, into.length - filled, at + filled)
        if (count === 0) break
        filled += count
      }
    } catch (error) {
      throw fromSystemError(error, { path: this.name, offset: at + filled })
    }
    into.fill(0, filled)
  }

  async read(into: Uint8Array, at: number, _tag: IoTag): Promise<void> {
    let filled = 0
    while (filled < into.length && at + filled <= lastPosition) {
      const count = await this.#readSome(into, filled, at + filled)
      if (count === 0) break
      filled += count
    }
    into.fill(0, filled)
  }

  hostRun(at: number): HostRun {
    const size = this.size()
    return hostCalls()?.runAt(this.fd, at, size) ?? { kind: 'data', end: size }
  }

  close(): Promise<void> {
    const fd = this.#fd
    if (fd === undefined) return Promise.resolve()
    this.#fd = undefined
    return new Promise((resolve, reject) => {
      closeFd(fd, (error) => {
        if (error) reject(this.whyNotClosed(error))
        else resolve()
      })
    })
  }

  /** What it means that closing failed; for a file that was only read, nothing is lost. */
  protected whyNotClosed(error: unknown): ImageError {
    return fromSystemError(error, { path: this.name })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #stat(): BigIntStats {
    try {
      return fstatSync(this.fd, { bigint: true })
    } catch (error) {
      throw fromSystemError(error, { path: this.name })
    }
  }

  #readSome(into: Uint8Array, start: number, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      readFd(this.fd, into, start, into.length - start, at, (error, count) => {
        if (error) reject(fromSystemError(error, { path: this.name, offset: at }))
        else resolve(count)
      })
    })
  }
}
