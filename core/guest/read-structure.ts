import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { DiskPartition, DiskStructure } from './disk-layout.ts'
import type { GuestBytes } from './guest-bytes.ts'
import { readPartitionTable } from './partition-table.ts'
import { readFileSystem } from './read-file-system.ts'

/** Partitions whose superblock is looked for; a table may list a thousand, and a hostile one will. */
const MAX_LOOKED_INTO = 128

/**
 * The disk's own structures: its partition table, and the file system in each partition; the one of the whole
 * disk where there is no table. Reads a few sectors of each. A superblock that lies in damaged clusters is
 * left out; what makes the table unreadable is thrown.
 */
export async function readStructure(
  disk: GuestBytes,
  signal: AbortSignal | undefined,
): Promise<DiskStructure> {
  throwIfAborted(signal)
  const found = await readPartitionTable(disk)
  if (found === undefined) {
    const wholeDisk = await readFileSystem(disk, { start: 0, end: disk.length })
    return { table: undefined, partitions: [], wholeDisk }
  }
  const partitions: DiskPartition[] = []
  for (const { isContainer, ...partition } of found.partitions) {
    throwIfAborted(signal)
    const isLookedInto = !isContainer && partitions.length < MAX_LOOKED_INTO
    const fileSystem = isLookedInto
      ? await ifSound(() => readFileSystem(disk, partition))
      : undefined
    partitions.push({ ...partition, fileSystem })
  }
  const { kind, sectorSize, reservedAtEnd, backupHeaderAt, fault } = found
  return {
    table: { kind, sectorSize, reservedAtEnd, backupHeaderAt, fault },
    partitions,
    wholeDisk: undefined,
  }
}

async function ifSound<Answer>(look: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof ImageError && error.kind === 'corrupt') return undefined
    throw error
  }
}
