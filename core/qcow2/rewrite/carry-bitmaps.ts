import { breather } from '../../base/abort.ts'
import { ceilDiv } from '../../base/bits.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { readBitmaps } from '../bitmap-list.ts'
import {
  decodeBitmapTableEntry,
  encodeBitmapDirectory,
  encodeBitmapTableEntry,
  type BitmapEntry,
} from '../format/bitmap-directory.ts'
import type { BitmapsExtension } from '../format/extensions.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { fileBytesOf, readWordTable } from '../word-table.ts'
import type { NewFileSpace } from './new-file-space.ts'
import { PieceOutput } from './piece-output.ts'

/** Bits that are written at once. */
const GATHERED_BYTES = 4 * 1024 * 1024

export interface CarryBitmapsOptions extends OperationContext {
  readonly area: HeaderArea
  readonly space: NewFileSpace
}

/**
 * Copies the bitmaps that are to be believed, bit by bit the same, those in use among them: the content that
 * they speak of is the same. Gives what the header will say of them. Throws `structure-damaged`.
 */
export async function carryBitmaps(
  from: BlockFile,
  to: WritableFile,
  { area, space, signal, pause }: CarryBitmapsOptions,
): Promise<BitmapsExtension | undefined> {
  const { bitmaps, geometry } = area
  if (bitmaps === undefined) return undefined
  const { clusterSize } = geometry
  const entries: BitmapEntry[] = []
  const directoryOffset = space.structure(ceilDiv(bitmaps.directorySize, clusterSize))
  const breathe = breather(signal, { pause })
  const buffer = new Uint8Array(clusterSize)
  const output = new PieceOutput(to, 'bitmap', Math.max(GATHERED_BYTES, clusterSize))
  for (const entry of readBitmaps(from, area)) {
    const { tableSize } = entry
    const table = readWordTable(from, { at: entry.tableOffset, entries: tableSize, tag: 'bitmap' })
    const tableOffset = space.structure(ceilDiv(tableSize * 8, clusterSize))
    for (let index = 0; index < tableSize; index++) {
      const old = decodeBitmapTableEntry(table[2 * index + 1] ?? 0, table[2 * index] ?? 0)
      if (old.offset === 0) continue
      await from.read(buffer, old.offset, 'bitmap')
      const offset = space.structure(1)
      await output.put(buffer, offset)
      const word = encodeBitmapTableEntry({ offset, allOnes: false })
      table[2 * index] = word.low
      table[2 * index + 1] = word.high
      const turn = breathe()
      if (turn !== undefined) await turn
    }
    await to.write(fileBytesOf(table), tableOffset, 'bitmap')
    entries.push({ ...entry, tableOffset })
  }
  await output.flush()
  const directory = encodeBitmapDirectory(entries)
  await to.write(directory, directoryOffset, 'bitmap')
  return { ...bitmaps, directoryOffset, directorySize: directory.length }
}
