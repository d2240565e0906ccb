import { breather, throwIfAborted } from '../base/abort.ts'
import { alignDown, alignUp } from '../base/bits.ts'
import type { OperationContext } from '../progress.ts'
import type { LaidOutPattern } from './pattern-layouts.ts'
import { SectorWriter } from './pattern-sector.ts'
import type { PatternStretch } from './pattern-stretch.ts'

/** A disk that is made of zeroes so far. */
export interface PatternTarget {
  write(from: Uint8Array, at: number): Promise<unknown>
  discard(at: number, length: number): Promise<unknown>
  flush(): Promise<void>
  /** Where text is to be stored compressed; each call is one whole cluster. */
  readonly packing?:
    | {
        readonly clusterSize: number
        readonly write: (from: Uint8Array, at: number) => Promise<unknown>
      }
    | undefined
}

export interface PatternWork {
  readonly writtenBytes: number
  readonly discardedBytes: number
}

/**
 * Writes a pattern: both turns of writes, a flush, then the discards, so that what they free lies between
 * what is kept. Memory: two buffers of 4 MiB. Stops for a cancel between two of them.
 */
export async function fillWithPattern(
  target: PatternTarget,
  { size, seed, stretches }: LaidOutPattern,
  { signal, pause, onProgress }: OperationContext = {},
): Promise<PatternWork> {
  const sectors = new SectorWriter(seed)
  const writes = new GatheredWrites(target)
  const breathe = breather(signal, { pause, everyCalls: 16 })
  let writtenBytes = 0
  let discardedBytes = 0
  let passed = 0

  const pass = async (phase: string, { length }: PatternStretch): Promise<void> => {
    passed += length
    onProgress?.({ phase, done: passed, total: size, unit: 'bytes' })
    const turn = breathe()
    if (turn !== undefined) await turn
  }

  try {
    for (const turn of [0, 1] as const) {
      for (const stretch of stretches()) {
        if (stretch.turn !== turn) continue
        if (stretch.written !== undefined) {
          await writeStretch({ target, sectors, writes }, stretch, signal)
          writtenBytes += stretch.length
        }
        await pass('data', stretch)
      }
    }
    await writes.finish()
  } catch (error) {
    // A write that is on its way must end before the caller closes the file.
    await writes.settled()
    throw error
  }
  await target.flush()
  passed = 0
  for (const stretch of stretches()) {
    if (stretch.isDiscarded) {
      await target.discard(stretch.at, stretch.length)
      discardedBytes += stretch.length
    }
    await pass('discards', stretch)
  }
  await target.flush()
  return { writtenBytes, discardedBytes }
}

interface Filling {
  readonly target: PatternTarget
  readonly sectors: SectorWriter
  readonly writes: GatheredWrites
}

async function writeStretch(
  { target: { packing }, sectors, writes }: Filling,
  { at, length, written: content = 'zeroes' }: PatternStretch,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = at + length
  const isPacked = content === 'text' && packing !== undefined
  // Only whole clusters can be packed; what sticks out at either end is stored as it is.
  const from = isPacked ? Math.min(alignUp(at, packing.clusterSize), end) : end
  const to = isPacked ? Math.max(alignDown(end, packing.clusterSize), from) : end
  const plain = async (start: number, stop: number): Promise<void> => {
    for (let next = start; next < stop;) {
      throwIfAborted(signal)
      const into = await writes.room(next, stop - next)
      sectors.put(into, next, content)
      next += into.length
    }
  }
  await plain(at, from)
  if (packing !== undefined && to > from) {
    const cluster = new Uint8Array(packing.clusterSize)
    for (let next = from; next < to; next += cluster.length) {
      throwIfAborted(signal)
      sectors.put(cluster, next, content)
      await packing.write(cluster, next)
    }
  }
  await plain(to, end)
}

const BUFFER_BYTES = 4 * 1024 * 1024

/** Joins what lies next to each other into long writes: one is on its way while the next is filled. */
class GatheredWrites {
  readonly #target: PatternTarget
  #filling = new Uint8Array(BUFFER_BYTES)
  #spare = new Uint8Array(BUFFER_BYTES)
  #start = 0
  #length = 0
  #onItsWay: Promise<unknown> = Promise.resolve()

  constructor(target: PatternTarget) {
    this.#target = target
  }

  /** Bytes to be filled at once, before anything else is asked of this: some of the `length` at `at`. */
  async room(at: number, length: number): Promise<Uint8Array> {
    const continues = at === this.#start + this.#length && this.#length < BUFFER_BYTES
    if (!continues) {
      await this.#send()
      this.#start = at
    }
    const from = this.#length
    this.#length = Math.min(from + length, BUFFER_BYTES)
    return this.#filling.subarray(from, this.#length)
  }

  async finish(): Promise<void> {
    await this.#send()
    await this.#onItsWay
  }

  /** Nothing is on its way any more; throws nothing. */
  async settled(): Promise<void> {
    await this.#onItsWay.catch(() => undefined)
  }

  async #send(): Promise<void> {
    if (this.#length === 0) return
    await this.#onItsWay
    const sent = this.#filling
    this.#onItsWay = this.#target.write(sent.subarray(0, this.#length), this.#start)
    // Told when its turn comes; until then somebody must listen.
    this.#onItsWay.catch(() => undefined)
    this.#filling = this.#spare
    this.#spare = sent
    this.#length = 0
  }
}
