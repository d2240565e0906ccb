import type { BlockDevice } from '../core/index.ts'
import { seededRandom } from '../test/helpers/random.ts'

/** How long a guest waited for one request, seconds. */
export interface Latencies {
  readonly mean: number
  readonly p95: number
  readonly p99: number
}

const PAGE = 4096
/** Requests under way at a time. */
const DEPTH = 4
/** Each of them flushes after so many requests, as a file system with a journal does. */
const FLUSH_EVERY = 128

/**
 * Reads and writes pages at random, as many of one as of the other, until `isEnough` says so of the
 * number of requests. What is measured is each request, not the flushes between them: those wait for
 * the disk anyway, and what waits for them shows.
 */
export async function guestLatencies(
  device: BlockDevice,
  isEnough: (requests: number) => boolean,
): Promise<{ readonly latencies: Latencies; readonly requests: number }> {
  const random = seededRandom(11)
  const pages = device.info().virtualSize / PAGE
  const seconds: number[] = []
  const client = async (): Promise<void> => {
    const buffer = new Uint8Array(PAGE).fill(0x5a)
    for (let count = 1; !isEnough(seconds.length); count++) {
      const at = random.below(pages) * PAGE
      const from = performance.now()
      if (random.chance(0.5)) await device.write(buffer, at)
      else await device.read(buffer, at)
      seconds.push((performance.now() - from) / 1000)
      if (count % FLUSH_EVERY === 0) await device.flush()
    }
  }
  await Promise.all(Array.from({ length: DEPTH }, client))
  return { latencies: latenciesOf(seconds), requests: seconds.length }
}

function latenciesOf(seconds: readonly number[]): Latencies {
  const sorted = Float64Array.from(seconds).toSorted()
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  const sum = sorted.reduce((total, value) => total + value, 0)
  return { mean: sum / sorted.length, p95: at(0.95), p99: at(0.99) }
}
