import { alignUp } from '../base/bits.ts'
import type { FileSystem } from './file-system.ts'

/** The disk as a guest lays it out, for a picture to scale. Positions are guest bytes. */
export interface DiskLayout {
  readonly virtualSize: number
  readonly table: LayoutTable | undefined
  /** In the order of the table; those that contradict themselves are left out. */
  readonly partitions: readonly DiskPartition[]
  /** A file system that begins at byte 0, without a table. */
  readonly wholeDisk: FileSystem | undefined
  /** The first byte after the last that is stored in this image; 0 when nothing is, undefined when not known. */
  readonly storedEnd: number | undefined
  /** The first byte after the last that is not zero; undefined when nobody looked, or not at everything. */
  readonly contentEnd: number | undefined
  /**
   * The smallest size that cuts nothing off, in whole sectors and never above the size it has: the end of the
   * last partition (and of the file system in it, when that is larger) with what the table keeps at the end; of
   * the file system, or of all content, where there is no table. A table that is at fault may have more
   * partitions than were read: then all content counts. undefined when none of that is known.
   */
  readonly safeSize: number | undefined
  readonly safeBecause: SafeBecause | undefined
}

export interface LayoutTable {
  readonly kind: 'gpt' | 'mbr'
  readonly sectorSize: 512 | 4096
  /** Bytes that the table keeps behind the last partition (GPT's copy). */
  readonly reservedAtEnd: number
  /** Where GPT's second header is; undefined without one that is sound. */
  readonly backupHeaderAt: number | undefined
  readonly fault: string | undefined
}

export interface DiskPartition {
  readonly number: number
  readonly start: number
  /** The first byte after it; may lie past the end of the disk in a damaged table. */
  readonly end: number
  /** What the table calls it: "Linux filesystem", "EFI System"… */
  readonly typeName: string | undefined
  /** The partition's own name; GPT only. */
  readonly name: string | undefined
  readonly fileSystem: FileSystem | undefined
}

/** What decides the smallest size that is safe; without a number the file system of the whole disk. */
export type SafeBecause =
  | { readonly kind: 'partition'; readonly number: number }
  | { readonly kind: 'file-system'; readonly number: number | undefined }
  | { readonly kind: 'content' }

/** What reading the disk's own structures found. */
export type DiskStructure = Pick<DiskLayout, 'table' | 'partitions' | 'wholeDisk'>

/** Where content ends, as far as that was looked at. */
export type ContentEnds = Pick<DiskLayout, 'storedEnd' | 'contentEnd'>

export const nothingFound: DiskStructure = {
  table: undefined,
  partitions: [],
  wholeDisk: undefined,
}

interface Floor {
  readonly size: number
  readonly because: SafeBecause
}

export function layoutOf(
  virtualSize: number,
  structure: DiskStructure,
  ends: ContentEnds,
): DiskLayout {
  const floor = floorOf(structure, ends)
  const sector = structure.table?.sectorSize ?? 512
  return {
    virtualSize,
    ...structure,
    ...ends,
    safeSize:
      floor &&
      Math.min(Math.max(alignUp(Math.min(floor.size, virtualSize), sector), sector), virtualSize),
    safeBecause: floor?.because,
  }
}

function floorOf(structure: DiskStructure, ends: ContentEnds): Floor | undefined {
  const { table, wholeDisk } = structure
  const content = contentFloor(ends)
  const partitions = partitionFloor(structure)
  if (partitions !== undefined) {
    const isTrusted = table?.fault === undefined || content === undefined
    return isTrusted || content.size <= partitions.size ? partitions : content
  }
  if (wholeDisk !== undefined) {
    // What does not say how large it is fills what it has: LUKS, BitLocker.
    const { size = Infinity } = wholeDisk
    return { size, because: { kind: 'file-system', number: undefined } }
  }
  return content
}

/** What is stored is not less than what is not zero in it; with a backing image it may be less than there is. */
const contentFloor = ({ contentEnd }: ContentEnds): Floor | undefined =>
  contentEnd === undefined ? undefined : { size: contentEnd, because: { kind: 'content' } }

function partitionFloor({ table, partitions }: DiskStructure): Floor | undefined {
  let floor: Floor | undefined
  for (const partition of partitions) {
    const { number, end } = partition
    const filled = fileSystemEnd(partition)
    const size = Math.max(end, filled)
    if (floor !== undefined && size <= floor.size) continue
    floor = { size, because: { kind: filled > end ? 'file-system' : 'partition', number } }
  }
  return floor && { ...floor, size: floor.size + (table?.reservedAtEnd ?? 0) }
}

/** The first byte after what the partition's file system says it has; 0 where it does not say. */
export function fileSystemEnd({ start, fileSystem }: DiskPartition): number {
  const end = start + (fileSystem?.size ?? -start)
  return Number.isSafeInteger(end) ? end : 0
}
