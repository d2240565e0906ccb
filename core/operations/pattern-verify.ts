import { breather, throwIfAborted } from '../base/abort.ts'
import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { wholeSectors } from '../qcow2/create/settings.ts'
import { contentSource, type ByteSource } from './byte-source.ts'
import { countingHost } from './counting-host.ts'
import type { Host } from './host.ts'
import { layOutPattern, type LaidOutPattern } from './pattern-layouts.ts'
import type { PatternOptions } from './pattern-options.ts'
import type { PatternDifference, PatternVerdict } from './pattern-result.ts'
import { SectorWriter, type SectorContent } from './pattern-sector.ts'
import { contentOf, type PatternStretch } from './pattern-stretch.ts'
import { stillHost } from './still-host.ts'

export interface VerifyPatternOptions extends ReadOptions {
  /**
   * Of the disk that the pattern was made for, rounded up to whole sectors; what follows must be zeroes.
   * Default: the disk as it is.
   */
  readonly size?: number | undefined
}

/**
 * Reads all of a disk and compares it with a pattern, up to the first difference. Throws `out-of-range`
 * when the disk is shorter than the pattern.
 */
export async function verifyPattern(
  host: Host,
  path: string,
  pattern: PatternOptions,
  { size, ...options }: VerifyPatternOptions = {},
): Promise<PatternVerdict> {
  const counting = countingHost(host)
  await using opened = await openImage(stillHost(counting), path, options)
  const { image } = opened
  const { virtualSize, file } = image
  const madeFor = size === undefined ? virtualSize : wholeSectors(size)
  if (madeFor > virtualSize) {
    throw new ImageError('out-of-range', { path: file.name, found: madeFor, limit: virtualSize })
  }
  const laidOut = layOutPattern(pattern, madeFor)
  const difference = await firstDifferenceFrom(laidOut, contentSource(image), options)
  return { path: file.name, virtualSize, bytesRead: counting.bytesRead(), difference }
}

/** One look, between two chances to cancel. */
const WINDOW = 1024 * 1024
/** Bytes shown of a difference. */
const SHOWN = 8

/** Memory: two buffers of 1 MiB. */
async function firstDifferenceFrom(
  pattern: LaidOutPattern,
  source: ByteSource,
  { signal, pause, onProgress }: OperationContext,
): Promise<PatternDifference | undefined> {
  const breathe = breather(signal, { pause })
  const expected = new ExpectedBytes(pattern)
  const wanted = new Uint8Array(WINDOW)
  const there = new Uint8Array(WINDOW)
  for (let at = 0; at < source.length;) {
    throwIfAborted(signal)
    const run = source.runAt(at, source.length - at)
    const zeroes = expected.zeroesAt(at)
    if (run.isZero && zeroes > 0) {
      at += Math.min(run.length, zeroes)
    } else {
      const length = Math.min(WINDOW, source.length - at)
      const [want, have] = [wanted.subarray(0, length), there.subarray(0, length)]
      expected.fill(want, at)
      await source.read(have, at, signal)
      const differs = firstDifference(want, have)
      if (differs !== undefined) {
        const [expectedThere, found] = [hexAt(want, differs), hexAt(have, differs)]
        return { at: at + differs, expected: expectedThere, found }
      }
      at += length
    }
    onProgress?.({ phase: 'data', done: at, total: source.length, unit: 'bytes' })
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return undefined
}

/** What a pattern's disk reads as, asked for in ascending order; past the pattern's end it is zeroes. */
class ExpectedBytes {
  readonly #sectors: SectorWriter
  readonly #stretches: Iterator<PatternStretch>
  #end = 0
  #content: SectorContent | undefined

  constructor({ seed, stretches }: LaidOutPattern) {
    this.#sectors = new SectorWriter(seed)
    this.#stretches = stretches()[Symbol.iterator]()
  }

  /** How many zeroes come next, at least; 0 when something else does. */
  zeroesAt(at: number): number {
    this.#goTo(at)
    return this.#content === undefined ? this.#end - at : 0
  }

  fill(into: Uint8Array, at: number): void {
    const end = at + into.length
    for (let next = at; next < end;) {
      this.#goTo(next)
      const stop = Math.min(end, this.#end)
      this.#sectors.put(into.subarray(next - at, stop - at), next, this.#content ?? 'zeroes')
      next = stop
    }
  }

  #goTo(at: number): void {
    while (at >= this.#end) {
      const next = this.#stretches.next()
      this.#end = next.done === true ? Infinity : next.value.at + next.value.length
      this.#content = next.done === true ? undefined : contentOf(next.value)
    }
  }
}

function firstDifference(want: Uint8Array, have: Uint8Array): number | undefined {
  if (Buffer.compare(want, have) === 0) return undefined
  const at = want.findIndex((byte, index) => byte !== have[index])
  return at < 0 ? undefined : at
}

const hexAt = (bytes: Uint8Array, at: number): string =>
  Array.from(bytes.subarray(at, at + SHOWN), (byte) => byte.toString(16).padStart(2, '0')).join('')
