import { isAligned } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { hostOffset } from '../../units.ts'
import type { Geometry } from '../format/geometry.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { isCompressed } from '../format/l2-entry.ts'
import type { EntryWords, ImageTables } from '../tables/image-tables.ts'
import { allUnits, entryWords } from '../write/cluster-state.ts'

/** Refers to nothing; without a backing image it reads as zeroes. */
export const unallocatedWords: Readonly<EntryWords> = { high: 0, low: 0, alloc: 0, zeroes: 0 }

/** Reads as zeroes whatever lies below, without a cluster. Version 3 only. */
export const zeroPlainWords = (geometry: Geometry): Readonly<EntryWords> =>
  entryWords(
    { place: 'none', hostOffset: hostOffset(0), data: 0, zero: allUnits(geometry) },
    { geometry },
  )

/** A cluster of our own, with its content or (version 3) reading as zeroes whatever is in it. */
export function storedWords(
  geometry: Geometry,
  { offset, reads }: { readonly offset: number; readonly reads: 'content' | 'zeroes' },
): Readonly<EntryWords> {
  const all = allUnits(geometry)
  const [data, zero] = reads === 'content' ? [all, 0] : [0, all]
  return entryWords({ place: 'own', hostOffset: hostOffset(offset), data, zero }, { geometry })
}

export const isUnallocated = ({ high, low, alloc, zeroes }: Readonly<EntryWords>): boolean =>
  high === 0 && low === 0 && alloc === 0 && zeroes === 0

/**
 * Throws `structure-damaged` for an entry whose reference cannot be believed: lowering the wrong count
 * would give a cluster away that is in use. To be asked before the first one of a table is let go.
 */
export function mustBeReference(tables: ImageTables, { high, low }: HostWords): void {
  if (isCompressed(high) || tables.area.dataFileName !== undefined) return
  const { clusterSize } = tables.geometry
  const offset = entryOffset(high, low)
  if (isAligned(offset, clusterSize)) return
  throw new ImageError('structure-damaged', {
    path: tables.file.name,
    structure: 'L2 table entry',
    offset,
    found: 'a host offset inside a cluster',
    expected: `a multiple of ${clusterSize}`,
  })
}

/** Counts one reference less for what an entry refers to; those into a data file were never counted. */
export function unreferenceEntry(tables: ImageTables, { high, low }: HostWords): void {
  if (isCompressed(high)) {
    tables.unreferencePacked(high, low)
    return
  }
  const offset = entryOffset(high, low)
  if (offset === 0 || tables.area.dataFileName !== undefined) return
  tables.unreference({ offset: hostOffset(offset), clusters: 1 })
}

type HostWords = Pick<Readonly<EntryWords>, 'high' | 'low'>
