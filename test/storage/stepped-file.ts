import type { HostRun } from '../../core/storage/block-file.ts'
import type { IoTag } from '../../core/storage/io-tag.ts'
import type { WritableFile } from '../../core/storage/writable-file.ts'
import type { Random } from '../helpers/random.ts'

/** Accesses that wait for a test to let them happen, in any order: a disk with a queue. */
export class Steps {
  readonly #waiting: (() => void)[] = []
  #isOpen = false

  get waiting(): number {
    return this.#waiting.length
  }

  /** Lets one of those that wait happen. */
  next(random: Random): void {
    const [step] = this.#waiting.splice(random.below(this.#waiting.length), 1)
    step?.()
  }

  /** Nothing waits from now on. */
  open(): void {
    this.#isOpen = true
    for (const step of this.#waiting.splice(0)) step()
  }

  turn(): Promise<void> {
    if (this.#isOpen) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}

/**
 * A file whose accesses that do not block happen when `Steps` says: until then nothing of a write is in the
 * file, and of a read nothing was read. What blocks happens at once, as it does.
 */
export class SteppedFile implements WritableFile {
  readonly #file: WritableFile
  readonly #steps: Steps

  constructor(file: WritableFile, steps: Steps) {
    this.#file = file
    this.#steps = steps
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

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    await this.#steps.turn()
    await this.#file.read(into, at, tag)
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.#file.writeNow(from, at, tag)
  }

  async write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    await this.#steps.turn()
    await this.#file.write(from, at, tag)
  }

  async flush(): Promise<void> {
    await this.#steps.turn()
    await this.#file.flush()
  }

  truncate(size: number): void {
    this.#file.truncate(size)
  }

  punchHole(at: number, length: number): 'punched' | 'unsupported' {
    return this.#file.punchHole(at, length)
  }

  allocate(at: number, length: number): 'allocated' | 'unsupported' {
    return this.#file.allocate(at, length)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
