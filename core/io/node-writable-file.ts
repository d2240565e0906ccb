import { constants, fdatasync, ftruncateSync, writeSync } from 'node:fs'
import { invariant } from '../base/assert.ts'
import { ImageError } from '../errors/image-error.ts'
import type { IoTag } from '../storage/io-tag.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { FileFlushes } from './file-flushes.ts'
import { GatheredWrites } from './gathered-writes.ts'
import { hostCalls } from './host-calls.ts'
import { NodeFile } from './node-file.ts'
import { makeRegular, openRegular } from './open-regular.ts'
import { lockingFlags } from './whole-file-lock.ts'
import type { Reason } from '../errors/catalogue.ts'
import { fromChangeError, fromFlushError, fromWriteError } from './system-error.ts'

/** What is wrong with a file that cannot be made is wrong with its folder. */
const ofFolder: Partial<Record<Reason, Reason>> = {
  'file-missing': 'folder-missing',
  'file-not-writable': 'folder-not-writable',
}

/** A regular file of the host, opened for reading and writing. Byte locks are taken by who opens it. */
export class NodeWritableFile extends NodeFile implements WritableFile {
  /** Set by the first flush that failed. */
  #lost: ImageError | undefined
  readonly #writes = new GatheredWrites(() => this.fd)
  readonly #flushes = new FileFlushes(() => this.#sync())

  /**
   * Throws `file-missing`, `file-not-writable`, `file-is-folder`, `file-not-regular`,
   * `invalid-argument` or `read-failed`.
   */
  static override open(path: string): NodeWritableFile {
    try {
      return new NodeWritableFile(openRegular(path, constants.O_RDWR | lockingFlags('writer')))
    } catch (error) {
      throw fromChangeError(error, { path })
    }
  }

  /** Makes the file, with the usual rights unless `mode` says. Throws `file-exists`, `folder-missing`, `folder-not-writable`, `no-space`, or as `open`. */
  static create(path: string, mode?: number): NodeWritableFile {
    try {
      return new NodeWritableFile(makeRegular(path, lockingFlags('writer'), mode))
    } catch (thrown) {
      const error = fromChangeError(thrown, { path })
      const reason = ofFolder[error.reason]
      if (reason === undefined) throw error
      throw new ImageError(reason, error.context, { cause: error.cause })
    }
  }

  writeNow(from: Uint8Array, at: number, _tag: IoTag): void {
    this.#assertKept()
    let written = 0
    try {
      while (written < from.length) {
        written += progress(writeSync(this.fd, from, written, from.length - written, at + written))
      }
    } catch (error) {
      throw fromWriteError(error, { path: this.name, offset: at + written })
    }
  }

  async write(from: Uint8Array, at: number, _tag: IoTag): Promise<void> {
    this.#assertKept()
    try {
      await this.#writes.write(from, at)
    } catch (error) {
      throw fromWriteError(error, { path: this.name, offset: at })
    }
  }

  async flush(): Promise<void> {
    this.#assertKept()
    try {
      await this.#flushes.run()
    } catch (thrown) {
      const error = fromFlushError(thrown, { path: this.name })
      this.#lost ??= error
      throw error
    }
  }

  truncate(size: number): void {
    this.#assertKept()
    try {
      ftruncateSync(this.fd, size)
    } catch (error) {
      throw fromWriteError(error, { path: this.name, offset: size })
    }
  }

  punchHole(at: number, length: number): 'punched' | 'unsupported' {
    this.#assertKept()
    if (length === 0) return 'punched'
    try {
      return hostCalls()?.punchHole(this.fd, at, length) === true ? 'punched' : 'unsupported'
    } catch (error) {
      throw fromWriteError(error, { path: this.name, offset: at })
    }
  }

  allocate(at: number, length: number): 'allocated' | 'unsupported' {
    this.#assertKept()
    if (length === 0) return 'allocated'
    try {
      return hostCalls()?.allocate(this.fd, at, length) === true ? 'allocated' : 'unsupported'
    } catch (error) {
      throw fromWriteError(error, { path: this.name, offset: at })
    }
  }

  /** A network file system may send the last writes only now, and find no space for them. */
  protected override whyNotClosed(error: unknown): ImageError {
    return fromFlushError(error, { path: this.name })
  }

  /**
   * After a failed flush the system may have dropped what it could not write and forgotten about it: the
   * next fdatasync succeeds without it. So the first failure is the answer to everything from then on.
   */
  #assertKept(): void {
    if (this.#lost !== undefined) throw this.#lost
  }

  #sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.fd, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  }
}

/** A write that takes nothing and reports no error would be tried for ever. */
function progress(count: number): number {
  invariant(count > 0, 'a write to a file makes progress or fails')
  return count
}
