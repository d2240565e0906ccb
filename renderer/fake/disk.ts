/** How made-up guests have divided their disks: as installers do it, by the kind of system. */
import type { DiskLayout, DiskPartition } from '../../ipc/schemas/disk.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3
const gptReserve = 34 * 512

export function madeUpDisk(row: LibraryRow): DiskLayout {
  const virtualSize = row.virtualSize ?? row.fileLength
  // Guests leave a tenth of the disk after their last partition now and then: there is something to shrink.
  const used = row.id % 3 === 0 ? Math.floor((virtualSize * 0.8) / MiB) * MiB : virtualSize
  const end = used === virtualSize ? virtualSize - MiB : used
  const storedEnd = Math.min(virtualSize, Math.floor(end * 0.93))
  const base = { virtualSize, storedEnd, contentEnd: storedEnd }
  if (row.id % 11 === 0) return { ...base, partitions: [], safeSize: storedEnd, ...byContent }
  if (row.id % 7 === 0) {
    return {
      ...base,
      partitions: [],
      wholeDisk: { kind: 'xfs', label: 'data', size: virtualSize },
      safeSize: virtualSize,
      safeBecause: { kind: 'file-system' },
    }
  }
  const partitions = row.id % 5 === 0 ? windowsDisk(end) : linuxDisk(row, end)
  const last = partitions.at(-1)
  return {
    ...base,
    table: {
      kind: 'gpt',
      sectorSize: 512,
      reservedAtEnd: gptReserve,
      backupHeaderAt: virtualSize - 512,
    },
    partitions,
    safeSize: Math.ceil((end + gptReserve) / 512) * 512,
    safeBecause: { kind: 'partition', number: last?.number ?? 1 },
  }
}

const byContent = { safeBecause: { kind: 'content' } } as const

function linuxDisk(row: LibraryRow, end: number): DiskPartition[] {
  const efi = MiB + 512 * MiB
  const hasSwap = row.id % 2 === 0
  const rootEnd = hasSwap ? Math.max(efi + GiB, end - 2 * GiB) : end
  return [
    {
      number: 1,
      start: MiB,
      end: efi,
      typeName: 'EFI System',
      fileSystem: { kind: 'fat32', label: 'EFI', size: 512 * MiB },
    },
    {
      number: 2,
      start: efi,
      end: rootEnd,
      typeName: 'Linux filesystem',
      fileSystem:
        row.id % 4 === 1 ? { kind: 'lvm' } : { kind: 'ext4', label: 'root', size: rootEnd - efi },
    },
    ...(hasSwap
      ? [
          {
            number: 3,
            start: rootEnd,
            end,
            typeName: 'Linux swap',
            fileSystem: { kind: 'swap' as const },
          },
        ]
      : []),
  ]
}

function windowsDisk(end: number): DiskPartition[] {
  const efi = MiB + 100 * MiB
  const reserved = efi + 16 * MiB
  return [
    {
      number: 1,
      start: MiB,
      end: efi,
      typeName: 'EFI System',
      name: 'EFI system partition',
      fileSystem: { kind: 'fat32' },
    },
    { number: 2, start: efi, end: reserved, typeName: 'Microsoft reserved' },
    {
      number: 3,
      start: reserved,
      end,
      typeName: 'Microsoft basic data',
      fileSystem: { kind: 'ntfs', label: 'Windows', size: end - reserved },
    },
  ]
}
