import { open, stat } from 'node:fs/promises'
import { noise } from './noise.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** What lies where in a raw disk; everything else of it is a hole. */
export interface RawDisk {
  readonly length: number
  readonly parts: readonly { readonly at: number; readonly bytes: Uint8Array }[]
}

/** Noise, text that packs well, zeroes that are stored, single bytes at borders, and an odd length. */
export function mixedDisk(length = 3 * MIB + 777): RawDisk {
  const parts = [
    { at: 0, bytes: noise(1, 512) },
    { at: 300 * KIB - 5, bytes: noise(2, 200 * KIB + 17) },
    { at: MIB - 1, bytes: Buffer.from('x') },
    { at: MIB + 64 * KIB, bytes: Buffer.alloc(300 * KIB, 'a line of a log file\n') },
    { at: 2 * MIB, bytes: Buffer.alloc(256 * KIB) },
    { at: length - 1, bytes: Buffer.from('z') },
  ]
  return { length, parts }
}

export async function writeRawDisk(path: string, { length, parts }: RawDisk): Promise<void> {
  await using file = await open(path, 'w')
  await file.truncate(length)
  for (const { at, bytes } of parts) await file.write(bytes, 0, bytes.length, at)
}

/** Of a disk that fits into memory. */
export function rawBytes({ length, parts }: RawDisk): Buffer {
  const bytes = Buffer.alloc(length)
  for (const part of parts) bytes.set(part.bytes, part.at)
  return bytes
}

/** Bytes as they come out of a pipe: in pieces that fit nothing. */
export async function* inPieces(bytes: Uint8Array, length = 65_521): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) {
    yield await Promise.resolve(bytes.subarray(at, at + length))
  }
}

export const lengthOf = async (path: string): Promise<number> => (await stat(path)).size
