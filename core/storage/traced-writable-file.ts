import type { AccessSink } from './file-access.ts'
import type { IoTag } from './io-tag.ts'
import { TracedFile } from './traced-file.ts'
import { watch, watchNow } from './watched-access.ts'
import type { WritableFile } from './writable-file.ts'

/** Tells of every access to another file, changes included. */
export class TracedWritableFile extends TracedFile implements WritableFile {
  readonly #file: WritableFile
  readonly #sink: AccessSink

  constructor(file: WritableFile, sink: AccessSink) {
    super(file, sink)
    this.#file = file
    this.#sink = sink
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    const facts = {
      action: 'write',
      file: this.name,
      tag,
      offset: at,
      length: from.length,
    } as const
    watchNow(this.#sink, facts, () => this.#file.writeNow(from, at, tag))
  }

  write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    const facts = {
      action: 'write',
      file: this.name,
      tag,
      offset: at,
      length: from.length,
    } as const
    return watch(this.#sink, facts, () => this.#file.write(from, at, tag))
  }

  flush(): Promise<void> {
    return watch(this.#sink, { action: 'flush', file: this.name }, () => this.#file.flush())
  }

  truncate(size: number): void {
    const facts = { action: 'truncate', file: this.name, offset: size } as const
    watchNow(this.#sink, facts, () => this.#file.truncate(size))
  }

  punchHole(at: number, length: number): 'punched' | 'unsupported' {
    const facts = { action: 'punch', file: this.name, offset: at, length } as const
    return watchNow(this.#sink, facts, () => this.#file.punchHole(at, length))
  }

  allocate(at: number, length: number): 'allocated' | 'unsupported' {
    const facts = { action: 'allocate', file: this.name, offset: at, length } as const
    return watchNow(this.#sink, facts, () => this.#file.allocate(at, length))
  }
}
