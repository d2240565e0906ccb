import type { BlockFile, HostRun } from './block-file.ts'

/**
 * Which bytes of host files are holes. Remembers the last answer of each file: one stored stretch of a
 * file, or one hole, usually holds many runs of an image, and every question is two system calls.
 */
export class HoleFinder {
  readonly #last = new Map<BlockFile, HostRun & { readonly start: number }>()

  /** The run that byte `at` lies in. Past its end a file reads as zeroes for ever, as if by a hole. */
  at(file: BlockFile, at: number): HostRun {
    const last = this.#last.get(file)
    if (last !== undefined && at >= last.start && at < last.end) return last
    const size = file.size()
    const run: HostRun = at < size ? file.hostRun(at) : { kind: 'hole', end: size }
    const isTail = run.kind === 'hole' && run.end >= size
    // Damaged entries point up to 2^56, past every safe integer.
    const found = { kind: run.kind, start: at, end: isTail ? Infinity : run.end }
    this.#last.set(file, found)
    return found
  }
}
