import { readBitmaps } from '../../core/qcow2/bitmap-list.ts'
import { entryOffset } from '../../core/qcow2/format/l1-entry.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import { readWordTable } from '../../core/qcow2/word-table.ts'
import type { BlockFile } from '../../core/storage/block-file.ts'

export interface BitmapPlaces {
  readonly name: string
  readonly flags: number
  readonly granularityBits: number
  /** Host offset of each part of its bits; 0 where there is none. */
  readonly parts: readonly number[]
}

/** The persistent bitmaps of an image, and where their bits lie. */
export function bitmapPlaces(file: BlockFile): readonly BitmapPlaces[] {
  return readBitmaps(file, readHeaderArea(file)).map((entry) => {
    const { name, flags, granularityBits, tableOffset: at, tableSize: entries } = entry
    const words = readWordTable(file, { at, entries, tag: 'bitmap' })
    const parts = Array.from({ length: entries }, (_, index) =>
      entryOffset(words[2 * index + 1] ?? 0, words[2 * index] ?? 0),
    )
    return { name, flags, granularityBits, parts }
  })
}

/** What the bitmaps of an image say, as text to compare. */
export function bitmapContents(file: BlockFile): string {
  const bits = new Uint8Array(readHeaderArea(file).geometry.clusterSize)
  const lines = bitmapPlaces(file).map(({ name, flags, granularityBits, parts }) => {
    const contents = parts.map((at) => {
      if (at === 0) return 'none'
      file.readNow(bits, at, 'bitmap')
      return Buffer.from(bits).toString('base64')
    })
    return `${name} ${flags} ${granularityBits} ${contents.join(' ')}`
  })
  return lines.join('\n')
}
