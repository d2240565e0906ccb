/** Bytes that stand for what a guest has stored, in the shapes in which they could pass for something else. */
import type { Random } from './random.ts'

export type GuestShape = 'noise' | 'text' | 'wide text'

export function guestBytes(shape: GuestShape, length: number, random: Random): Buffer {
  const bytes = Buffer.alloc(length)
  if (shape === 'noise') {
    for (let at = 0; at < length; at++) bytes[at] = 1 + random.below(255)
    return bytes
  }
  const step = shape === 'text' ? 1 : 2
  let word = ''
  for (let at = 0; at < length; at += step) {
    if (word === '') word = `guest ${random.below(1e9)} `
    // Big-endian UTF-16: the zeroes come first, as in a small refcount.
    bytes[Math.min(at + step - 1, length - 1)] = word.charCodeAt(0)
    word = word.slice(1)
  }
  return bytes
}

const gramBytes = 6

/**
 * Every stretch of six bytes, as a number, as far as it says anything: zeroes and single letters are everywhere.
 */
export function* gramsOf(bytes: Buffer): Generator<number> {
  let letters = 0
  for (let end = 1; end <= bytes.length; end++) {
    if (bytes[end - 1] !== 0) letters++
    const at = end - gramBytes
    if (at > 0 && bytes[at - 1] !== 0) letters--
    if (at >= 0 && letters >= 3) yield bytes.readUIntBE(at, gramBytes)
  }
}
