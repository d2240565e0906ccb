import type { DiskLayout, DiskPartition, FileSystem } from '../../../ipc/schemas/disk.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'

/** "ext4 “root”", "NTFS"; what the table calls it where no file system was recognised. */
export function contentWords({ fileSystem, typeName, name }: DiskPartition): string {
  const { disk } = texts()
  if (fileSystem !== undefined) return fileSystemWords(fileSystem)
  return name ?? typeName ?? disk.unknownContent
}

export function fileSystemWords({ kind, label }: FileSystem): string {
  const { disk } = texts()
  const name = disk.fileSystems[kind]
  return label === undefined || label === '' ? name : disk.labelled(name, label)
}

/** "partition 2 (ext4, 38 GiB)". */
export function partitionWords(partition: DiskPartition, units: ByteUnits): string {
  return texts().disk.partitionWith(
    String(partition.number),
    contentWords(partition),
    formatBytes(Math.max(0, partition.end - partition.start), units),
  )
}

/** What decides the smallest size, as a sentence; undefined where nothing does. */
export function floorWords(layout: DiskLayout, units: ByteUnits): string | undefined {
  const { disk } = texts()
  const { safeBecause, partitions, wholeDisk } = layout
  if (safeBecause === undefined) return undefined
  switch (safeBecause.kind) {
    case 'content':
      return layout.contentEnd === undefined
        ? undefined
        : disk.contentEnds(formatBytes(layout.contentEnd, units))
    case 'partition':
    case 'file-system': {
      const partition = partitions.find(({ number }) => number === safeBecause.number)
      if (partition === undefined) {
        return wholeDisk === undefined || layout.safeSize === undefined
          ? undefined
          : disk.fileSystemEnds(fileSystemWords(wholeDisk), formatBytes(layout.safeSize, units))
      }
      const end =
        safeBecause.kind === 'file-system' && partition.fileSystem?.size !== undefined
          ? Math.max(partition.end, partition.start + partition.fileSystem.size)
          : partition.end
      return disk.partitionEnds(partitionWords(partition, units), formatBytes(end, units))
    }
    default:
      return unreachable(safeBecause)
  }
}

/** The disk in one sentence, for who does not see the picture. */
export function layoutWords(layout: DiskLayout, units: ByteUnits): string {
  const { disk } = texts()
  const size = formatBytes(layout.virtualSize, units)
  if (layout.wholeDisk !== undefined) return disk.wholeDisk(size, fileSystemWords(layout.wholeDisk))
  if (layout.partitions.length === 0) {
    return layout.table === undefined ? disk.noTable(size) : disk.emptyTable(size)
  }
  return disk.withPartitions(
    size,
    layout.partitions.map((partition) => partitionWords(partition, units)).join(', '),
  )
}
