import { throwIfAborted } from '../base/abort.ts'
import { unreachable } from '../base/assert.ts'
import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import { mostRanges, MetadataRanges } from '../qcow2/dehydrate/metadata-ranges.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'

/** What the second of the seed's two files says. */
export interface DehydratedMap {
  readonly ranges: MetadataRanges
  /** Length of the image. */
  readonly totalSize: number
}

const rangesAtOnce = 4096

/**
 * The map as qcow-tool writes it, an s-expression with the first and the last byte of every range:
 *
 *     ((blocks ((0 1023) (65536 65543))) (total_size 262144))
 */
export async function writeMap(
  file: WritableFile,
  { ranges, totalSize }: DehydratedMap,
): Promise<void> {
  const encoder = new TextEncoder()
  let at = 0
  const write = async (text: string): Promise<void> => {
    const bytes = encoder.encode(text)
    await file.write(bytes, at, 'data')
    at += bytes.length
  }
  await write('((blocks (')
  for (let first = 0; first < ranges.count; first += rangesAtOnce) {
    const pairs: string[] = []
    for (let index = first; index < Math.min(first + rangesAtOnce, ranges.count); index++) {
      const range = ranges.at(index)
      pairs.push(`(${range.at} ${range.at + range.length - 1})`)
    }
    await write(`${first === 0 ? '' : ' '}${pairs.join(' ')}`)
  }
  await write(`)) (total_size ${totalSize}))\n`)
}

/**
 * Reads a map of which nobody says that we made it, piece by piece: memory is bounded by the number of its
 * ranges, each of which takes at least five bytes of the file. `metaBytes` is how many bytes its other file
 * has. Throws `rehydrate-no-container`, `rehydrate-damaged` and `cancelled`.
 */
export async function readMap(
  file: BlockFile,
  metaBytes: number,
  context: OperationContext,
): Promise<DehydratedMap> {
  const parser = new MapParser(file)
  for await (const tokens of tokensOf(file, context)) {
    for (const token of tokens) parser.take(token)
  }
  const map = parser.finish()
  if (map.ranges.end > map.totalSize) {
    throw damaged(file, `its last range ends at ${map.ranges.end}`, `${map.totalSize} at most`)
  }
  if (map.ranges.streamBytes !== metaBytes) {
    const found = `its ranges have ${map.ranges.streamBytes} bytes`
    throw damaged(file, found, `${metaBytes}, which the .meta file has`)
  }
  return map
}

/** Whether a file begins as a map does. */
export function isMap(file: BlockFile): boolean {
  const start = new Uint8Array(Math.min(64, file.size()))
  file.readNow(start, 0, 'data')
  return /^\s*\(\s*\(\s*(?:blocks|total_size)[\s(]/.test(new TextDecoder().decode(start))
}

/**
 * The tokens that follow each other in every map; fields come in any order, as in any record of this kind.
 * `(blocks (` pairs `))` and `(total_size` number `)` between one pair of parentheses.
 */
class MapParser {
  readonly #file: BlockFile
  readonly #ranges = new MetadataRanges()
  #state: State = 'start'
  #first = 0
  #last = 0
  #hasBlocks = false
  #totalSize: number | undefined

  constructor(file: BlockFile) {
    this.#file = file
  }

  take(token: string): void {
    this.#state = this.#next(token)
  }

  finish(): DehydratedMap {
    if (this.#state !== 'end' || !this.#hasBlocks || this.#totalSize === undefined) {
      throw damaged(this.#file, 'it ends too early', 'a whole list of ranges')
    }
    return { ranges: this.#ranges, totalSize: this.#totalSize }
  }

  #next(token: string): State {
    const state = this.#state
    switch (state) {
      case 'start':
        return this.#mustBe(token, '(', 'fields')
      case 'fields':
        return token === ')' ? 'end' : this.#mustBe(token, '(', 'field')
      case 'field':
        if (token === 'blocks' && !this.#hasBlocks) return 'blocks'
        if (token === 'total_size' && this.#totalSize === undefined) return 'total'
        throw this.#unexpected(token)
      case 'blocks':
        return this.#mustBe(token, '(', 'pairs')
      case 'pairs':
        this.#hasBlocks = true
        return token === ')' ? 'field-end' : this.#mustBe(token, '(', 'first')
      case 'first':
        this.#first = this.#number(token)
        return 'last'
      case 'last':
        this.#last = this.#number(token)
        return 'pair-end'
      case 'pair-end':
        this.#addRange()
        return this.#mustBe(token, ')', 'pairs')
      case 'total':
        this.#totalSize = this.#number(token)
        return 'field-end'
      case 'field-end':
        return this.#mustBe(token, ')', 'fields')
      case 'end':
        throw this.#unexpected(token)
      default:
        return unreachable(state)
    }
  }

  #addRange(): void {
    const length = this.#last - this.#first + 1
    if (this.#first < this.#ranges.end || length < 1) {
      const found = `the range (${this.#first} ${this.#last}) is out of order`
      throw damaged(this.#file, found, 'ranges in the order of the file')
    }
    if (this.#ranges.count >= mostRanges) {
      throw damaged(this.#file, 'it has too many ranges', `${mostRanges} at most`)
    }
    this.#ranges.add(this.#first, length)
  }

  #mustBe(token: string, expected: string, next: State): State {
    if (token === expected) return next
    throw this.#unexpected(token)
  }

  #number(token: string): number {
    const value = /^[0-9]{1,16}$/.test(token) ? Number(token) : Number.NaN
    if (Number.isSafeInteger(value)) return value
    throw this.#unexpected(token)
  }

  #unexpected(token: string): ImageError {
    return damaged(this.#file, `it has “${token.slice(0, 40)}”`, 'a list of ranges')
  }
}

type State =
  | 'start'
  | 'fields'
  | 'field'
  | 'blocks'
  | 'pairs'
  | 'first'
  | 'last'
  | 'pair-end'
  | 'total'
  | 'field-end'
  | 'end'

const pieceBytes = 64 * 1024
/** Of a number or a field's name; the longest are `total_size` and numbers of 16 digits. */
const longestAtom = 64

/** Parentheses, and what stands between them and white space; a piece of the file at a time. */
async function* tokensOf(
  file: BlockFile,
  { signal }: OperationContext,
): AsyncGenerator<readonly string[]> {
  const length = file.size()
  const decoder = new TextDecoder()
  let begun = ''
  for (let at = 0; at < length; at += pieceBytes) {
    throwIfAborted(signal)
    const piece = new Uint8Array(Math.min(pieceBytes, length - at))
    await file.read(piece, at, 'data')
    const text = begun + decoder.decode(piece, { stream: true })
    let end = text.length
    while (end > 0 && !' ()\t\n\r'.includes(text.charAt(end - 1))) end--
    begun = text.slice(end)
    if (begun.length > longestAtom) throw damaged(file, 'it is no text', 'a list of ranges')
    yield text.slice(0, end).match(/[()]|[^()\s]+/g) ?? []
  }
  if (begun !== '') yield [begun]
}

const damaged = (file: BlockFile, found: string, expected: string) =>
  new ImageError('rehydrate-damaged', { path: file.name, found, expected })
