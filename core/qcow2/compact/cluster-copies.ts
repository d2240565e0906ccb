import { throwIfAborted } from '../../base/abort.ts'
import { BoundedTasks } from '../../base/bounded-tasks.ts'
import type { OperationContext } from '../../progress.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { copyGroups, type Copy, type CopyGroup } from './copy-groups.ts'

/** Bytes of one buffer. */
const groupBytes = 1024 * 1024
/** Buffers and their writes that are under way: a cancel or a pause waits for 4 MiB at most. */
const atOnce = 4

/** Stretches of a file that are going to be copied to other places in it, which none of them reads. */
export class ClusterCopies {
  #copies: Copy[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(from: number, to: number, length: number): void {
    this.#copies.push({ from, to, length })
    this.#bytes += length
  }

  clear(): void {
    this.#copies = []
    this.#bytes = 0
  }

  /**
   * Copies in the order of the sources, neighbours together, and forgets them. Not durable. Stops for a
   * cancel and stands still for a pause between two reads. `onCopied` hears of bytes as they are done.
   */
  async run(
    file: WritableFile,
    { signal, pause, onCopied }: OperationContext & { readonly onCopied: (bytes: number) => void },
  ): Promise<void> {
    const copies = this.#copies.toSorted((one, other) => one.from - other.from)
    this.clear()
    const tasks = new BoundedTasks(atOnce)
    const buffers: Uint8Array[] = []
    const turns = new Turns()
    try {
      for (const group of copyGroups(copies, groupBytes)) {
        throwIfAborted(signal)
        if (pause?.isPaused === true) {
          await tasks.finish()
          await pause.untilResumed(signal)
        }
        await tasks.add(async () => {
          const buffer = buffers.pop() ?? new Uint8Array(groupBytes)
          const writes = await readGroup(file, group, buffer)
          await turns.take(() => writeAll(file, writes))
          buffers.push(buffer)
          onCopied(writes.reduce((sum, { bytes }) => sum + bytes.length, 0))
        })
      }
      await tasks.finish()
    } finally {
      // Nothing may write to the file any more once the caller goes on.
      await tasks.settled()
    }
  }
}

interface Write {
  readonly bytes: Uint8Array
  readonly at: number
}

const tag: IoTag = 'data'

/** Gives what is to be written, in the order of the file. */
async function readGroup(
  file: WritableFile,
  { spans }: CopyGroup,
  buffer: Uint8Array,
): Promise<readonly Write[]> {
  const writes: Write[] = []
  const reads: Promise<void>[] = []
  let filled = 0
  for (const { start, end, copies } of spans) {
    const bytes = buffer.subarray(filled, filled + end - start)
    filled += bytes.length
    reads.push(file.read(bytes, start, tag))
    for (const { from, to, length } of copies) {
      writes.push({ bytes: bytes.subarray(from - start, from - start + length), at: to })
    }
  }
  await allOf(reads)
  return writes.toSorted((one, other) => one.at - other.at)
}

const writeAll = (file: WritableFile, writes: readonly Write[]): Promise<void> =>
  allOf(writes.map(({ bytes, at }) => file.write(bytes, at, tag)))

/** Waits for all, also when one fails: the buffer is theirs until then. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** One after the other: the system lets one at a time write to a file, and who waits there waits busily. */
class Turns {
  #last: Promise<void> = Promise.resolve()

  take(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
