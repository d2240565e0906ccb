import { readGpt } from './gpt.ts'
import type { GuestBytes } from './guest-bytes.ts'
import { readMbr } from './mbr.ts'

/** One partition of a guest's disk. All positions are guest bytes. */
export interface Partition {
  /** As the guest's tools count: from 1; logical partitions of an MBR from 5. */
  readonly number: number
  readonly start: number
  /** The first byte after it; may lie past the end of the disk in a damaged table. */
  readonly end: number
  /** What the table says it is for: "Linux filesystem", "EFI System"; undefined for a type nobody knows. */
  readonly typeName: string | undefined
  /** The partition's own name; GPT only. */
  readonly name: string | undefined
  /** Holds other partitions, no file system. */
  readonly isContainer: boolean
}

/** What a guest's partition table says. Read from guest data, which nobody vouches for. */
export interface PartitionTable {
  readonly kind: 'gpt' | 'mbr'
  readonly sectorSize: 512 | 4096
  /** In the order of the table; those that contradict themselves are left out. */
  readonly partitions: readonly Partition[]
  /** Bytes that the table itself keeps behind the last partition, at the disk's very end (GPT's copy). */
  readonly reservedAtEnd: number
  /** Where GPT's second header is; undefined without one that is sound. */
  readonly backupHeaderAt: number | undefined
  /** What is wrong with the table, for people; undefined when nothing is. */
  readonly fault: string | undefined
}

/**
 * The partition table of a disk: GPT with sectors of 512 or 4,096 bytes, else MBR with its chain of logical
 * partitions; undefined when there is none. Any content is answered in bounded time and memory: at most a
 * thousand entries of either kind are looked at.
 */
export async function readPartitionTable(disk: GuestBytes): Promise<PartitionTable | undefined> {
  return (await readGpt(disk, 512)) ?? (await readGpt(disk, 4096)) ?? (await readMbr(disk))
}
