import { throwIfAborted } from '../../base/abort.ts'
import { BoundedTasks } from '../../base/bounded-tasks.ts'
import type { OperationContext } from '../../progress.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import type { WritableFile } from '../../storage/writable-file.ts'

/** One read: what lies between two sources is read along with them up to here, if it is short. */
const readAtOnce = 1024 * 1024
/** What nobody asked for is read along with its neighbours up to here: another read costs more. */
const smallGap = 64 * 1024
/** Reads and their writes that are under way: a cancel or a pause waits for 4 MiB at most. */
const atOnce = 4

interface Copy {
  readonly from: number
  readonly to: number
  readonly length: number
}

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
    try {
      for (const group of groups(copies)) {
        throwIfAborted(signal)
        if (pause?.isPaused === true) {
          await tasks.finish()
          await pause.untilResumed(signal)
        }
        await tasks.add(async () => {
          const buffer = buffers.pop() ?? new Uint8Array(readAtOnce)
          await copyGroup(file, group, buffer)
          buffers.push(buffer)
          onCopied(group.reduce((sum, { length }) => sum + length, 0))
        })
      }
      await tasks.finish()
    } finally {
      // Nothing may write to the file any more once the caller goes on.
      await tasks.settled()
    }
  }
}

/** Copies whose sources are read together. */
function* groups(copies: readonly Copy[]): Generator<readonly Copy[]> {
  let group: Copy[] = []
  let start = 0
  let end = 0
  for (const copy of pieces(copies)) {
    const isNear = copy.from <= end + smallGap && copy.from + copy.length - start <= readAtOnce
    if (group.length > 0 && !isNear) {
      yield group
      group = []
    }
    if (group.length === 0) start = end = copy.from
    group.push(copy)
    end = Math.max(end, copy.from + copy.length)
  }
  if (group.length > 0) yield group
}

/** None longer than one read. */
function* pieces(copies: readonly Copy[]): Generator<Copy> {
  for (const { from, to, length } of copies) {
    for (let done = 0; done < length; done += readAtOnce) {
      yield { from: from + done, to: to + done, length: Math.min(readAtOnce, length - done) }
    }
  }
}

const tag: IoTag = 'data'

async function copyGroup(
  file: WritableFile,
  group: readonly Copy[],
  buffer: Uint8Array,
): Promise<void> {
  const start = group[0]?.from ?? 0
  const end = group.reduce((most, { from, length }) => Math.max(most, from + length), 0)
  const bytes = buffer.subarray(0, end - start)
  await file.read(bytes, start, tag)
  const writes = group
    .toSorted((one, other) => one.to - other.to)
    .map(({ from, to, length }) => {
      const part = bytes.subarray(from - start, from - start + length)
      return file.write(part, to, tag)
    })
  const outcomes = await Promise.allSettled(writes)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
