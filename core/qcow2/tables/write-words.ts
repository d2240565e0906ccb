import type { IoTag } from '../../storage/io-tag.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { WordTable } from '../word-table.ts'

/** Writes bytes [from, to) of a table of 64-bit entries that lies at host offset `at`, big-endian again. */
export function writeWords(
  file: WritableFile,
  words: WordTable,
  { at, from, to, tag }: Readonly<{ at: number; from: number; to: number; tag: IoTag }>,
): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + from, to - from).slice()
  Buffer.from(bytes.buffer).swap64()
  file.writeNow(bytes, at + from, tag)
}
