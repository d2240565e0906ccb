/** What is left to do inside the guest; commands are the guest's own and stay as they are. */
export const guest = {
  title: 'Next step in the guest',
  shrinkTitle: 'Make it smaller in the guest first',
  trimTitle: 'Space that only the guest knows to be free',
  device: 'The disk is called /dev/vda here; lsblk shows what your guest calls it.',
  copy: 'Copy command',
  command: 'Command',
  grow: {
    intro: (more: string) => `The disk has ${more} more. The guest uses it after these steps:`,
    partition: (number: string) => `Let partition ${number} take the new space`,
    ext: 'Let the file system fill it (works while it is in use)',
    xfs: 'Let the file system fill it, by where it is mounted',
    btrfs: 'Let the file system fill it, by where it is mounted',
    lvmPhysical: 'Tell LVM that its disk has grown',
    lvmLogical: 'Give the space to a volume and its file system (names as lvs shows them)',
    luks: 'Tell the encrypted volume, by its name in lsblk, then grow what is inside it',
    windows:
      'In Windows: Disk Management, right-click the volume, Extend Volume. Or in PowerShell:',
    fat: (name: string) =>
      `${name} cannot grow where it is. Make a second partition in the new space, or copy the files to a larger one.`,
    bitlocker: 'In Windows: unlock the volume, then Disk Management, Extend Volume.',
    swapLast: (number: string) =>
      `Partition ${number} at the end is swap. Switch it off and delete it, let the partition before it grow, then make swap anew.`,
    recoveryLast: (number: string) =>
      `Partition ${number} at the end is Windows’ recovery partition. Windows extends a volume only into space right behind it: delete the recovery partition first (reagentc /disable), and make it again afterwards.`,
    unknownPartition: (number: string) =>
      `Partition ${number} is the last. Let it grow with the guest’s own tools, then what is on it.`,
    unknown:
      'No partition table was recognised. If a file system is on the disk itself, let it grow with the guest’s own tools.',
    moveGpt: 'Move the second copy of the partition table to the new end',
  },
  shrink: {
    backup: 'Have a backup. A file system that is made smaller moves its data.',
    ext: 'With the partition not mounted, make the file system smaller',
    partition: (number: string, end: string) => `Then end partition ${number} at ${end}`,
    xfs: 'XFS cannot be made smaller. Copy the files to a smaller disk instead.',
    btrfs: 'Make the file system smaller, by where it is mounted',
    lvm: 'Make a volume smaller, then what LVM takes of the disk',
    windows:
      'In Windows: Disk Management, right-click the volume, Shrink Volume. Or in PowerShell:',
    swap: (number: string) =>
      `Partition ${number} is swap: switch it off, delete it, and make it anew further in front.`,
    other: (number: string) =>
      `Make what is on partition ${number} smaller with the guest’s own tools, then the partition.`,
    wholeDisk: 'Make the file system smaller with the guest’s own tools.',
  },
  trim: {
    text: 'Files that the guest deleted may still be stored: they are given back only once the guest says so. Let it say so, then compact again:',
    linux: 'Linux, once for all file systems',
    windows: 'Windows, in PowerShell, for each drive',
    discard: 'The VM has to hand it on: the disk needs discard=unmap (libvirt: discard="unmap").',
  },
}
