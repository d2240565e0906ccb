import { formatBytes, type ResizePlan } from '../../core/index.ts'

/**
 * What is left to do in the guest after its disk grew: the partition and the file system have their old
 * sizes. From what its partition table says; without one the disk may hold a file system directly, or
 * nothing at all.
 */
export function guestSteps({
  kind,
  before,
  after,
  moveGptBackup,
  layout: { table, partitions, storedEnd },
}: ResizePlan): readonly string[] {
  if (kind !== 'grow') return []
  const more = formatBytes(after.virtualSize - before.virtualSize)
  if (table === undefined) {
    return storedEnd === 0
      ? []
      : [
          `No partition table was found: if a file system is on the disk itself, let it take the new ${more} (resize2fs, xfs_growfs).`,
        ]
  }
  const steps: string[] = []
  if (table.kind === 'gpt' && !moveGptBackup) {
    steps.push(
      'The second copy of the partition table is no longer at the end of the disk: let it be moved there (--move-gpt-backup does it next time; in the guest sgdisk -e, or parted, which offers it).',
    )
  }
  const last = partitions.toSorted((one, other) => other.end - one.end)[0]
  if (last !== undefined) {
    steps.push(
      `Partition ${last.number} is the last: let it take the new ${more} (growpart, or Extend Volume in Windows), then the file system on it (resize2fs, xfs_growfs, pvresize for LVM).`,
    )
  }
  return steps
}
