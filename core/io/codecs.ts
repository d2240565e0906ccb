import process from 'node:process'
import type { ZlibOptions, ZstdOptions } from 'node:zlib'
import type { Codecs } from '../image/codec.ts'
import { zstdFrameLength } from './zstd-frame.ts'

/** Loaded when there is something to unpack: most runs never need it, and a start counts milliseconds. */
const zlib = () => process.getBuiltinModule('node:zlib')

/** Node's zlib behind the engine's codecs. Output and memory are bounded by `limit` whatever comes in. */
export const codecs: Codecs = {
  inflateRaw,
  zstd,
  inflateRawAside,
  zstdAside,
  deflateRaw,
  packZstd,
  deflateRawNow: (content) => zlib().deflateRawSync(content, deflateOptions(content)),
  packZstdNow: (content) => zlib().zstdCompressSync(content, zstdOptions(content)),
}

function inflateRaw(packed: Uint8Array, limit: number): Uint8Array {
  const unpacked = inflateUpTo(packed, limit) ?? inflatePrefix(packed, limit)
  if (unpacked.length < limit) {
    throw new Error(`the deflate stream ends after ${unpacked.length} of ${limit} bytes`)
  }
  return unpacked.subarray(0, limit)
}

/**
 * A deflate stream that goes on past the cluster is accepted, as QEMU accepts it, but zlib's one-shot
 * call answers with all of the output or none. So this looks for a piece of the input that unpacks to
 * just enough: output only grows with input, and one more byte adds at most 1,032 bytes (zlib's own
 * figure for deflate's best ratio), so a piece that lands inside the slack exists.
 */
function inflatePrefix(packed: Uint8Array, limit: number): Uint8Array {
  const slack = 4096
  let low = 0
  let high = packed.length
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const unpacked = inflateUpTo(packed.subarray(0, middle), limit + slack)
    if (unpacked === undefined) high = middle
    else if (unpacked.length < limit) low = middle
    else return unpacked
  }
  throw new Error('the deflate stream does not unpack piece by piece')
}

/** What comes out of `packed`; undefined when that is more than `limit`. A cut stream gives what it can. */
function inflateUpTo(packed: Uint8Array, limit: number): Uint8Array | undefined {
  try {
    return zlib().inflateRawSync(packed, inflateOptions(limit))
  } catch (error) {
    if (isTooLarge(error)) return undefined
    throw error
  }
}

const inflateOptions = (limit: number) => ({
  maxOutputLength: limit,
  // A chunk that was just filled makes zlib ask for another one, for nothing.
  chunkSize: limit + 64,
  finishFlush: zlib().constants.Z_SYNC_FLUSH,
})

async function inflateRawAside(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  const unpacked = await whenUnpacked((done) => {
    zlib().inflateRaw(packed, inflateOptions(limit), done)
  })
  // Short ones and those that go on are rare: they get the whole treatment, and its words.
  return unpacked?.length === limit ? unpacked : inflateRaw(packed, limit)
}

/** One frame is what QEMU writes; anything else is taken apart here. */
async function zstdAside(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  const length = zstdFrameLength(packed)
  if (length === undefined) return zstd(packed, limit)
  const unpacked = await whenUnpacked((done) => {
    zlib().zstdDecompress(packed.subarray(0, length), { maxOutputLength: limit }, done)
  })
  return unpacked?.length === limit ? unpacked : zstd(packed, limit)
}

/**
 * Whole frames only, as QEMU asks for. Node's decoder refuses the padding that follows the last frame
 * of a cluster, so each frame is cut out by its own block headers first.
 */
function zstd(packed: Uint8Array, limit: number): Uint8Array {
  const unpacked = new Uint8Array(limit)
  let filled = 0
  let at = 0
  while (filled < limit) {
    const rest = packed.subarray(at)
    const length = zstdFrameLength(rest)
    if (length === undefined) {
      throw new Error(`the zstd data ends after ${filled} of ${limit} bytes`)
    }
    const frame = unpackFrame(rest.subarray(0, length), limit - filled)
    unpacked.set(frame, filled)
    filled += frame.length
    at += length
  }
  return unpacked
}

function unpackFrame(frame: Uint8Array, limit: number): Uint8Array {
  try {
    return zlib().zstdDecompressSync(frame, { maxOutputLength: limit })
  } catch (error) {
    if (!isTooLarge(error)) throw error
    throw new Error(`the zstd data unpacks to more than the ${limit} bytes left`, { cause: error })
  }
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'

function deflateRaw(content: Uint8Array): Promise<Uint8Array> {
  return whenPacked((done) => {
    zlib().deflateRaw(content, deflateOptions(content), done)
  })
}

function packZstd(content: Uint8Array): Promise<Uint8Array> {
  return whenPacked((done) => {
    zlib().zstdCompress(content, zstdOptions(content), done)
  })
}

const deflateOptions = (content: Uint8Array): ZlibOptions => ({
  windowBits: 12,
  memLevel: 9,
  chunkSize: chunkFor(content),
})

/** With the window that the content needs: the usual one takes megabytes, and most of the time, a cluster. */
function zstdOptions(content: Uint8Array): ZstdOptions {
  const windowLog = Math.max(leastZstdWindow, Math.ceil(Math.log2(content.length)))
  return {
    pledgedSrcSize: content.length,
    chunkSize: chunkFor(content),
    params: { [zlib().constants.ZSTD_c_windowLog]: windowLog },
  }
}

/** All of what is worth keeping comes out at once: every chunk is a way to another thread and back. */
const chunkFor = (content: Uint8Array): number => Math.max(leastChunk, content.length)

/** Node's Z_MIN_CHUNK. */
const leastChunk = 64

/** ZSTD_WINDOWLOG_MIN. */
const leastZstdWindow = 10

type PackedCallback = (error: Error | null, result: Uint8Array) => void

/** zlib's callback form works on libuv's threads, so that clusters are packed side by side. */
function whenPacked(pack: (done: PackedCallback) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pack((error, result) => {
      if (error === null) resolve(result)
      else reject(error)
    })
  })
}

/** undefined when more than the limit would come out. */
async function whenUnpacked(
  unpack: (done: PackedCallback) => void,
): Promise<Uint8Array | undefined> {
  try {
    return await whenPacked(unpack)
  } catch (error) {
    if (isTooLarge(error)) return undefined
    throw error
  }
}
