/** Images in any order of clusters, read in one pass: what comes out is right, or it is refused. */
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { codecs } from '../../../../core/io/codecs.ts'
import type { DiskOutput } from '../../../../core/qcow2/stream/disk-output.ts'
import { GuestOrder } from '../../../../core/qcow2/stream/guest-order.ts'
import { PipeReader } from '../../../../core/qcow2/stream/pipe-reader.ts'
import { SparseOutput } from '../../../../core/qcow2/stream/sparse-output.ts'
import { decodeStream } from '../../../../core/qcow2/stream/stream-decoder.ts'
import { readStreamHeader } from '../../../../core/qcow2/stream/stream-header.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../../../core/qcow2/qcow2-image.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { brokenImage } from '../../../helpers/broken-images.ts'
import { seededRandom } from '../../../helpers/random.ts'
import { scatteredImage } from '../../../helpers/scattered-image.ts'
import { someRounds } from '../../../helpers/some-of.ts'

interface Pass {
  readonly bytes: Uint8Array
  /** Bytes that come at once. */
  readonly piece: number
  readonly budget: number
  readonly blockBytes: number | undefined
}

async function* inPieces(bytes: Uint8Array, piece: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece)
}

/** The disk as a file, or the reason why it was refused. */
/** The disk, or the reason why it was refused. */
type Outcome = Buffer | ImageError

async function toFile(pass: Pass): Promise<Outcome> {
  let file: MemoryFile | undefined
  const refusal = await decoded(pass, (virtualSize) => {
    file = new MemoryFile({ size: virtualSize })
    return new SparseOutput(file)
  })
  if (refusal !== undefined) return refusal
  const bytes = Buffer.alloc(file?.size() ?? 0)
  file?.readNow(bytes, 0)
  return bytes
}

async function toSink(pass: Pass): Promise<Outcome> {
  const pieces: Buffer[] = []
  const sink = { write: async (data: Uint8Array) => void pieces.push(Buffer.from(data)) }
  const refusal = await decoded(pass, () => new GuestOrder(sink, pass.budget))
  return refusal ?? Buffer.concat(pieces)
}

async function decoded(
  { bytes, piece, ...rest }: Pass,
  outputFor: (virtualSize: number) => DiskOutput,
): Promise<ImageError | undefined> {
  try {
    const options = { name: 'pipe', signal: undefined, codecs, ...rest }
    await using input = new PipeReader(inPieces(bytes, piece), options)
    const header = await readStreamHeader(input, 'pipe')
    await decodeStream(input, header, outputFor(header.area.geometry.virtualSize), options)
    return undefined
  } catch (error) {
    if (error instanceof ImageError && error.kind !== 'internal') return error
    throw error
  }
}

/** In one word: `read`, `wrong`, or the reason of the refusal. */
function verdictOf(outcome: Outcome, content: Buffer): string {
  if (outcome instanceof ImageError) return outcome.reason
  return outcome.equals(content) ? 'read' : 'wrong'
}

/** How often each verdict came, and the images with one that should not have come. */
class Verdicts {
  readonly counts: Record<string, number> = {}
  readonly unexpected: string[] = []

  add(verdict: string, expected: readonly string[], story: string): void {
    this.counts[verdict] = (this.counts[verdict] ?? 0) + 1
    if (!expected.includes(verdict)) this.unexpected.push(`${verdict}: ${story}`)
  }
}

describe('clusters in any order', () => {
  const rounds = someRounds(250, { oneIn: 4 })
  const plenty = 2 ** 30
  const blockOf = (clusterSize: number) => Math.max(4096, clusterSize)

  test('with room for all of them, nearly every image is read', async () => {
    const verdicts = new Verdicts()
    for (let seed = 0; seed < rounds; seed++) {
      const { bytes, clusterSize, content, story } = scatteredImage(seededRandom(seed))
      const pass = { bytes, piece: 1000, budget: plenty, blockBytes: blockOf(clusterSize) }
      // A compressed cluster that is all inside sectors of its neighbours may be taken for a part of them.
      const expected = story.endsWith('packs 0') ? ['read'] : ['read', 'stream-order']
      for (const outcome of [await toFile(pass), await toSink(pass)]) {
        verdicts.add(verdictOf(outcome, content), expected, `seed ${seed}: ${story}`)
      }
    }
    expect(verdicts.unexpected).toEqual([])
    expect(verdicts.counts['stream-order'] ?? 0).toBeLessThan(rounds / 25)
  })

  test('with little room an image is read or refused, and never read wrong', async () => {
    const files = new Verdicts()
    const sinks = new Verdicts()
    for (let seed = 0; seed < rounds; seed++) {
      const random = seededRandom(seed)
      const { bytes, clusterSize, content, story } = scatteredImage(random)
      const blockBytes = random.chance(0.5) ? undefined : blockOf(clusterSize)
      const budget = clusterSize * random.pick([0, 1, 3, 20, 200])
      const pass = { bytes, piece: 777, budget, blockBytes }
      const where = `seed ${seed}: ${story}, budget ${budget}`
      files.add(verdictOf(await toFile(pass), content), ['read', 'stream-order'], where)
      const refusals = ['stream-order', 'stream-output-order']
      sinks.add(verdictOf(await toSink(pass), content), ['read', ...refusals], where)
    }
    expect([files.unexpected, sinks.unexpected]).toEqual([[], []])
    // All of it happens often enough for the above to mean something.
    expect(Object.keys(sinks.counts).length).toBe(3)
    const counts = [...Object.values(files.counts), ...Object.values(sinks.counts)]
    expect(Math.min(...counts)).toBeGreaterThan(rounds / 20)
  })

  test('the refusal says what came where, and what to do', async () => {
    const sentences = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      const { bytes, clusterSize } = scatteredImage(seededRandom(seed))
      const pass = { bytes, piece: 5000, budget: 0, blockBytes: blockOf(clusterSize) }
      for (const outcome of [await toFile(pass), await toSink(pass)]) {
        if (!(outcome instanceof ImageError)) continue
        const { detail, advice } = outcome.explanation
        sentences.add(`${detail} ${advice}`.replaceAll(/offset 0x[\da-f]+/g, 'N'))
      }
    }
    const tail =
      'is at N, and what says so came later, before N. Clusters that nothing has spoken of yet are kept, ' +
      '0 bytes of them at most, and this one is not there any more. ' +
      'Save the image to a file first: platter decode reads files in any order.'
    expect([...sentences].toSorted()).toEqual([
      `The L2 table for guest N ${tail}`,
      'The bytes for guest N have not come yet, and those for guest N would have to wait for them; 0 bytes are ' +
        'kept for that. Decode it to a file instead of a pipe: a file takes the pieces in any order.',
      `The compressed cluster for guest N ${tail}`,
      `The data cluster for guest N ${tail}`,
    ])
  })

  test('pieces of any size come to the same', async () => {
    const verdicts = new Verdicts()
    for (let seed = 0; seed < someRounds(12, { oneIn: 4 }); seed++) {
      const { bytes, content, story } = scatteredImage(seededRandom(seed))
      for (const piece of [1, 511, 512, 65_536, 2 ** 20]) {
        const outcome = await toFile({ bytes, piece, budget: plenty, blockBytes: undefined })
        verdicts.add(
          verdictOf(outcome, content),
          ['read'],
          `${piece} bytes, seed ${seed}: ${story}`,
        )
      }
    }
    expect(verdicts.unexpected).toEqual([])
  })

  test('a stream that ends early says so, wherever something was still to come', async () => {
    const verdicts = new Verdicts()
    const expected = ['read', 'stream-cut-short', 'header-cut-short', 'file-empty']
    for (let seed = 0; seed < 60; seed++) {
      const random = seededRandom(seed)
      const { bytes, content, story } = scatteredImage(random)
      const cut = bytes.subarray(0, random.below(bytes.length))
      const outcome = await toFile({
        bytes: cut,
        piece: 4096,
        budget: plenty,
        blockBytes: undefined,
      })
      verdicts.add(verdictOf(outcome, content), expected, `seed ${seed}: ${story}`)
    }
    expect(verdicts.unexpected).toEqual([])
    expect(verdicts.counts['stream-cut-short']).toBeGreaterThan(40)
  })
})

describe('damaged images read the same from a pipe as from a file, or are refused', () => {
  test('with one thing wrong or several', async () => {
    const verdicts = await besideReading(600, (seed) => {
      const { image, story } = brokenImage(seed)
      return { bytes: image.bytes, story: story.join(', ') }
    })
    expect(verdicts.unexpected).toEqual([])
    expect(verdicts.counts['read']).toBeGreaterThan(100)
  })

  test('with noise in them, in any order of clusters', async () => {
    const verdicts = await besideReading(250, (seed) => {
      const random = seededRandom(seed)
      const { bytes, clusterSize, story } = scatteredImage(random)
      const cluster = () => clusterSize * random.below(bytes.length / clusterSize)
      for (let left = 1 + random.below(4); left > 0; left--) {
        const from = cluster()
        const word = 8 * random.below(bytes.length / 8)
        if (random.chance(0.3)) bytes.copy(bytes, cluster(), from, from + clusterSize)
        else bytes.writeBigUInt64BE(random.word() >> BigInt(random.below(64)), word)
      }
      return { bytes, story }
    })
    expect(verdicts.unexpected).toEqual([])
    expect(verdicts.counts['read']).toBeGreaterThan(100)
  })
})

async function besideReading(
  rounds: number,
  imageOf: (seed: number) => { readonly bytes: Buffer; readonly story: string },
): Promise<Verdicts> {
  const verdicts = new Verdicts()
  for (let seed = 0; seed < rounds; seed++) {
    const { bytes, story } = imageOf(seed)
    const started = performance.now()
    const outcome = await toFile({ bytes, piece: 4096, budget: 2 ** 20, blockBytes: undefined })
    const seconds = (performance.now() - started) / 1000
    const read = await readAll(bytes)
    const where = `seed ${seed}: ${story}, ${seconds} s`
    if (outcome instanceof ImageError) {
      const words = Object.values(outcome.explanation).join(' ')
      if (/undefined|NaN|\?/.test(words)) verdicts.add('puzzling', [], `${where}: ${words}`)
    }
    if (seconds > 5) verdicts.add('slow', [], where)
    if (read instanceof Buffer) {
      // A file reads as zeroes past its end; of a stream nobody knows whether that was its end.
      const expected = ['read', 'stream-cut-short', 'stream-data-file', 'stream-order']
      verdicts.add(verdictOf(outcome, read), expected, where)
    } else if (read !== 'too large') {
      verdicts.add(outcome instanceof Buffer ? 'read' : 'refused', ['refused'], where)
    }
  }
  return verdicts
}

/** What reading the file gives: nothing of disks that are too large to be compared. */
async function readAll(bytes: Buffer): Promise<Buffer | ImageError | 'too large'> {
  try {
    const file = new MemoryFile(bytes)
    const area = readHeaderArea(file)
    if (area.geometry.virtualSize > 2 ** 26) return 'too large'
    const image = new Qcow2Image({ file, area, codecs })
    const content = Buffer.alloc(image.virtualSize)
    await image.read(content, 0)
    return content
  } catch (error) {
    if (error instanceof ImageError && error.kind !== 'internal') return error
    throw error
  }
}
