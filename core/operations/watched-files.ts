import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'

interface FileState {
  readonly length: number
  readonly modifiedAt: number | undefined
}

/**
 * Files that are read from beginning to end and must stay what they are. Holding them keeps out whoever asks for
 * locks, as QEMU does; a download or a copy that still goes on does not ask, and what it cuts off would be read
 * as zeroes.
 */
export class WatchedFiles {
  readonly #states = new Map<BlockFile, FileState>()

  add(file: BlockFile): void {
    this.#states.set(file, stateOf(file))
  }

  get files(): readonly BlockFile[] {
    return [...this.#states.keys()]
  }

  /** To be asked after the last byte was read. Throws `source-changed`. */
  mustBeUnchanged(): void {
    for (const [file, before] of this.#states) {
      const now = stateOf(file)
      if (now.length === before.length && now.modifiedAt === before.modifiedAt) continue
      const lengths = { found: now.length, expected: before.length }
      throw new ImageError('source-changed', {
        link: file.name,
        ...(now.length === before.length ? {} : lengths),
      })
    }
  }
}

const stateOf = (file: BlockFile): FileState => ({
  length: file.size(),
  modifiedAt: file.times()?.modifiedAt,
})
