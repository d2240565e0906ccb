import type { PauseGate } from '../base/pause-switch.ts'
import type { IoTag } from './io-tag.ts'
import { paced } from './paced-access.ts'
import { PacedFile } from './paced-file.ts'
import type { WritableFile } from './writable-file.ts'

/** As `PacedFile`, for writes and flushes too. */
export class PacedWritableFile extends PacedFile implements WritableFile {
  readonly #file: WritableFile
  readonly #pace: PauseGate

  constructor(file: WritableFile, pace: PauseGate) {
    super(file, pace)
    this.#file = file
    this.#pace = pace
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.#file.writeNow(from, at, tag)
  }

  write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    return paced(this.#pace, () => this.#file.write(from, at, tag))
  }

  flush(): Promise<void> {
    return paced(this.#pace, () => this.#file.flush())
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
}
