import type { BlockFile, FileIdentity, FileTimes, HostRun } from './block-file.ts'
import type { AccessSink } from './file-access.ts'
import type { IoTag } from './io-tag.ts'
import { watch, watchNow } from './watched-access.ts'

/**
 * Tells of every access to another file and changes nothing about it. Questions that move no data (length,
 * times, holes) are not told: a walk asks them for every cluster.
 */
export class TracedFile implements BlockFile {
  readonly #file: BlockFile
  readonly #sink: AccessSink

  constructor(file: BlockFile, sink: AccessSink) {
    this.#file = file
    this.#sink = sink
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
    const facts = { action: 'read', file: this.name, tag, offset: at, length: into.length } as const
    watchNow(this.#sink, facts, () => this.#file.readNow(into, at, tag))
  }

  read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    const facts = { action: 'read', file: this.name, tag, offset: at, length: into.length } as const
    return watch(this.#sink, facts, () => this.#file.read(into, at, tag))
  }

  close(): Promise<void> {
    return watch(this.#sink, { action: 'close', file: this.name }, () => this.#file.close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
