import { CountingFile } from './counting-file.ts'
import type { IoTag } from './io-tag.ts'
import type { WritableFile } from './writable-file.ts'

/** Counts what is read from another file, and what is done to it. */
export class CountingWritableFile extends CountingFile implements WritableFile {
  readonly #file: WritableFile
  #bytesWritten = 0
  #flushes = 0
  #isChanged = false

  constructor(file: WritableFile) {
    super(file)
    this.#file = file
  }

  /** Bytes of all writes so far, those that failed included. */
  get bytesWritten(): number {
    return this.#bytesWritten
  }

  get flushes(): number {
    return this.#flushes
  }

  /** Whether anything was tried that changes the file. */
  get isChanged(): boolean {
    return this.#isChanged
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.#wrote(from.length)
    this.#file.writeNow(from, at, tag)
  }

  write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.#wrote(from.length)
    return this.#file.write(from, at, tag)
  }

  flush(): Promise<void> {
    this.#flushes++
    return this.#file.flush()
  }

  truncate(size: number): void {
    this.#wrote(0)
    this.#file.truncate(size)
  }

  punchHole(at: number, length: number): 'punched' | 'unsupported' {
    const outcome = this.#file.punchHole(at, length)
    if (outcome === 'punched') this.#wrote(0)
    return outcome
  }

  allocate(at: number, length: number): 'allocated' | 'unsupported' {
    this.#wrote(0)
    return this.#file.allocate(at, length)
  }

  #wrote(bytes: number): void {
    this.#isChanged = true
    this.#bytesWritten += bytes
  }
}
