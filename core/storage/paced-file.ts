import type { PauseGate } from '../base/pause-switch.ts'
import type { BlockFile, FileIdentity, FileTimes, HostRun } from './block-file.ts'
import type { IoTag } from './io-tag.ts'
import { paced } from './paced-access.ts'

/**
 * Lets no read of another file begin while its work is paused. What blocks the thread goes on: a loop of such
 * reads stands still where it breathes (base/abort.ts). Closing waits for nothing.
 */
export class PacedFile implements BlockFile {
  readonly #file: BlockFile
  readonly #pace: PauseGate

  constructor(file: BlockFile, pace: PauseGate) {
    this.#file = file
    this.#pace = pace
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): FileIdentity | undefined {
    return this.#file.identity
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

  hostRun(at: number): HostRun {
    return this.#file.hostRun(at)
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#file.readNow(into, at, tag)
  }

  read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    return paced(this.#pace, () => this.#file.read(into, at, tag))
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
