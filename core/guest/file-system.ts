/** File systems, and what else fills a partition, that are told by their superblock. */
export type FileSystemKind =
  | 'ext2'
  | 'ext3'
  | 'ext4'
  | 'xfs'
  | 'btrfs'
  | 'ntfs'
  | 'fat12'
  | 'fat16'
  | 'fat32'
  | 'exfat'
  | 'lvm'
  | 'swap'
  | 'luks'
  | 'bitlocker'

/** Told by its superblock, which nobody vouches for. */
export interface FileSystem {
  readonly kind: FileSystemKind
  readonly label: string | undefined
  /** As the guest's own tools print it. */
  readonly uuid: string | undefined
  /** Bytes it says it has, from its first one; undefined where it does not say. */
  readonly size: number | undefined
}
