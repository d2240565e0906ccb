import { readGpt } from './partition-table-gpt.ts'
import { readMbr } from './partition-table-mbr.ts'

/** One partition of a guest's disk. All positions are guest bytes. */
export interface Partition {
  /** As the guest's tools count: from 1; logical partitions of an MBR from 5. */
  readonly number: number
  readonly start: number
  /** The first byte after it; may lie past the end of the disk in a damaged table. */
  readonly end: number
}

/** What a guest's partition table says. Read from guest data, which nobody vouches for. */
export interface PartitionTable {
  readonly kind: 'gpt' | 'mbr'
  readonly sectorSize: 512 | 4096
  /** In the order of the table; those that contradict themselves are left out. */
  readonly partitions: readonly Partition[]
  /** The first byte after the last partition; 0 without any. */
  readonly end: number
  /** Bytes that the table itself keeps behind the last partition, at the disk's very end (GPT's copy). */
  readonly reservedAtEnd: number
  /** What is wrong with the table, for people; undefined when nothing is. */
  readonly fault: string | undefined
}

/** Guest bytes to look for a table in. */
export interface PartitionSource {
  /** Bytes of the disk. */
  readonly length: number
  /** Fills `into` from guest byte `at`; the range lies inside the disk. */
  read(into: Uint8Array, at: number): Promise<void>
}

/**
 * The partition table at the start of a disk: GPT with sectors of 512 or 4,096 bytes, else MBR with its
 * chain of logical partitions; undefined when there is none. Any content is answered in bounded time and
 * memory: at most a thousand entries of either kind are looked at.
 */
export async function readPartitionTable(
  source: PartitionSource,
): Promise<PartitionTable | undefined> {
  return (await readGpt(source, 512)) ?? (await readGpt(source, 4096)) ?? (await readMbr(source))
}
