import type { DiskLayout, DiskPartition, FileSystem } from '../../../ipc/schemas/disk.ts'
import { formatBytes } from '../../format/bytes.ts'
import { unreachable } from '../../unreachable.ts'
import { fileSystemWords } from '../disk/disk-words.ts'
import { guestTexts } from './guest-texts.ts'

/** One thing to do inside the guest, with the command that does it where there is one. */
export interface GuestStep {
  readonly text: string
  readonly command?: string
}

/** The disk as Linux guests mostly call it; the card says so. */
const device = '/dev/vda'

/** What is left to do after the disk grew: partition and file system still have their old sizes. */
export function growSteps(layout: DiskLayout, gptMoved: boolean): readonly GuestStep[] {
  const { grow } = guestTexts()
  if (layout.wholeDisk !== undefined) return fillSteps(layout.wholeDisk, device)
  const last = lastPartition(layout)
  if (last === undefined) {
    return layout.table === undefined && layout.storedEnd === 0 ? [] : [{ text: grow.unknown }]
  }
  const number = String(last.number)
  const table: readonly GuestStep[] =
    layout.table?.kind === 'gpt' && !gptMoved
      ? [{ text: grow.moveGpt, command: `sgdisk -e ${device}` }]
      : []
  if (last.fileSystem?.kind === 'swap') return [...table, { text: grow.swapLast(number) }]
  if (isRecovery(last)) return [{ text: grow.recoveryLast(number) }]
  if (last.fileSystem === undefined) return [...table, { text: grow.unknownPartition(number) }]
  if (isWindows(last.fileSystem)) return fillSteps(last.fileSystem, '')
  return [
    ...table,
    { text: grow.partition(number), command: `growpart ${device} ${number}` },
    ...fillSteps(last.fileSystem, `${device}${number}`),
  ]
}

function fillSteps(fileSystem: FileSystem, place: string): readonly GuestStep[] {
  const { grow } = guestTexts()
  switch (fileSystem.kind) {
    case 'ext2':
    case 'ext3':
    case 'ext4':
      return [{ text: grow.ext, command: `resize2fs ${place}` }]
    case 'xfs':
      return [{ text: grow.xfs, command: 'xfs_growfs /' }]
    case 'btrfs':
      return [{ text: grow.btrfs, command: 'btrfs filesystem resize max /' }]
    case 'lvm':
      return [
        { text: grow.lvmPhysical, command: `pvresize ${place}` },
        { text: grow.lvmLogical, command: 'lvextend -r -l +100%FREE /dev/VG/LV' },
      ]
    case 'luks':
      return [{ text: grow.luks, command: 'cryptsetup resize NAME' }]
    case 'ntfs':
      return [
        {
          text: grow.windows,
          command:
            'Resize-Partition -DriveLetter C -Size (Get-PartitionSupportedSize -DriveLetter C).SizeMax',
        },
      ]
    case 'bitlocker':
      return [{ text: grow.bitlocker }]
    case 'fat12':
    case 'fat16':
    case 'fat32':
    case 'exfat':
      return [{ text: grow.fat(fileSystemWords(fileSystem)) }]
    case 'swap':
      return [{ text: grow.unknown }]
    default:
      return unreachable(fileSystem.kind)
  }
}

/** What has to be done in the guest before the disk can get this small. */
export function shrinkSteps(layout: DiskLayout, wanted: number): readonly GuestStep[] {
  const { shrink } = guestTexts()
  const last = lastPartition(layout)
  if (last === undefined) return [{ text: shrink.backup }, { text: shrink.wholeDisk }]
  const number = String(last.number)
  const place = `${device}${number}`
  // The table keeps a copy of itself behind the last partition; a whole MiB holds every such copy.
  const reserve = Math.max(mebibyte, layout.table?.reservedAtEnd ?? 0)
  const end = Math.floor((wanted - reserve) / mebibyte) * mebibyte
  const room = end - last.start
  if (room <= 0) return [{ text: shrink.backup }, { text: shrink.other(number) }]
  const endPartition: GuestStep = {
    text: shrink.partition(number, formatBytes(end, 'binary')),
    command: `parted ${device} resizepart ${number} ${end}B`,
  }
  const size = `${Math.floor(room / mebibyte)}M`
  const kind = last.fileSystem?.kind
  switch (kind) {
    case 'ext2':
    case 'ext3':
    case 'ext4':
      return [
        { text: shrink.backup },
        { text: shrink.ext, command: `e2fsck -f ${place} && resize2fs ${place} ${size}` },
        endPartition,
      ]
    case 'btrfs':
      return [
        { text: shrink.backup },
        { text: shrink.btrfs, command: `btrfs filesystem resize ${size} /` },
        endPartition,
      ]
    case 'xfs':
      return [{ text: shrink.xfs }]
    case 'lvm':
      return [
        { text: shrink.backup },
        {
          text: shrink.lvm,
          command: `lvreduce -r -L SIZE /dev/VG/LV && pvresize --setphysicalvolumesize ${size} ${place}`,
        },
        endPartition,
      ]
    case 'ntfs':
      return [
        { text: shrink.backup },
        {
          text: shrink.windows,
          command: `Resize-Partition -DriveLetter C -Size ${Math.floor(room / mebibyte)}MB`,
        },
      ]
    case 'swap':
      return [{ text: shrink.swap(number) }]
    case 'luks':
    case 'bitlocker':
    case 'fat12':
    case 'fat16':
    case 'fat32':
    case 'exfat':
    case undefined:
      return [{ text: shrink.backup }, { text: shrink.other(number) }]
    default:
      return unreachable(kind)
  }
}

/** Lets the guest say what it no longer needs. */
export function trimSteps(): readonly GuestStep[] {
  const { trim } = guestTexts()
  return [
    { text: trim.linux, command: 'fstrim -av' },
    { text: trim.windows, command: 'Optimize-Volume -DriveLetter C -ReTrim' },
    { text: trim.discard },
  ]
}

const mebibyte = 1024 ** 2

export const lastPartition = ({ partitions }: DiskLayout): DiskPartition | undefined =>
  partitions.toSorted((one, other) => other.end - one.end)[0]

const isWindows = ({ kind }: FileSystem): boolean => kind === 'ntfs' || kind === 'bitlocker'

const isRecovery = ({ typeName = '', name = '' }: DiskPartition): boolean =>
  /recovery/i.test(`${typeName} ${name}`)
