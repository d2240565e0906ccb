import type { HostRun } from '../../core/storage/block-file.ts'
import type { IoTag } from '../../core/storage/io-tag.ts'
import type { WritableFile } from '../../core/storage/writable-file.ts'

/**
 * Writes down, in order, what changes a file and what makes it durable: `write l2-table 8192+8`,
 * `flush`, `truncate 16384`. For tests that state an order, and for reading one.
 */
export class TraceFile implements WritableFile {
  readonly #file: WritableFile
  readonly lines: string[]

  /** `lines` may be shared, so that several files are traced in one order. */
  constructor(file: WritableFile, lines: string[] = []) {
    this.#file = file
    this.lines = lines
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): WritableFile['identity'] {
    return this.#file.identity
  }

  size(): number {
    return this.#file.size()
  }

  allocatedBytes(): number | undefined {
    return this.#file.allocatedBytes()
  }

  times(): ReturnType<WritableFile['times']> {
    return this.#file.times()
  }

  hostRun(at: number): HostRun {
    return this.#file.hostRun(at)
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#file.readNow(into, at, tag)
  }

  read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    return this.#file.read(into, at, tag)
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.lines.push(`write ${tag} ${at}+${from.length}`)
    this.#file.writeNow(from, at, tag)
  }

  async write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.lines.push(`write ${tag} ${at}+${from.length}`)
    await this.#file.write(from, at, tag)
  }

  async flush(): Promise<void> {
    await this.#file.flush()
    this.lines.push('flush')
  }

  truncate(size: number): void {
    this.lines.push(`truncate ${size}`)
    this.#file.truncate(size)
  }

  punchHole(at: number, length: number): 'punched' | 'unsupported' {
    this.lines.push(`punch ${at}+${length}`)
    return this.#file.punchHole(at, length)
  }

  allocate(at: number, length: number): 'allocated' | 'unsupported' {
    this.lines.push(`allocate ${at}+${length}`)
    return this.#file.allocate(at, length)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
