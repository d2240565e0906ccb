  $ qemu-img create -q -f qcow2 disk.qcow2 1G
  $ qemu-io -c 'write -q -P 1 0 1M' -c 'write -q -P 2 900M 1M' disk.qcow2

Growing, by a size or by a difference.

  $ platter resize --dry-run --size 2G disk.qcow2
  disk.qcow2: would grow by 1 GiB
    Virtual size  1 GiB -> 2 GiB
    Would take    next to nothing: space comes with what is written
    In the guest  No partition table was found: if a file system is on the disk itself, let it take the new 1 GiB (resize2fs, xfs_growfs).
    Nothing was changed.
  $ platter resize disk.qcow2 2G
  disk.qcow2: grew by 1 GiB
    Virtual size  1 GiB -> 2 GiB
    File length   2,490,368 -> 2,490,880 bytes
    On disk       <...>
    In the guest  No partition table was found: if a file system is on the disk itself, let it take the new 1 GiB (resize2fs, xfs_growfs).
  $ platter resize --size +512M --no-history --output text disk.qcow2 | head -n 1
  disk.qcow2: grew by 512 MiB
  $ platter resize --size 0xc0000000 --format qcow2 --links same-folder disk.qcow2 | head -n 1
  disk.qcow2: grew by 512 MiB
  $ qemu-img info disk.qcow2 | grep 'virtual size'
  virtual size: 3 GiB (3221225472 bytes)
  $ platter resize --json --size 3G disk.qcow2
  {
      "version": 1,
      "filename": "disk.qcow2",
      "plan": {
          "format": "qcow2",
          "kind": "none",
          "before": {
              "virtualSize": 3221225472,
              "fileLength": 2490880
          },
          "after": {
              "virtualSize": 3221225472
          },
          "preallocation": "off",
          "moveGptBackup": false,
          "allowed": true,
          "consentNeeded": [],
          "layout": {
              "virtualSize": 3221225472,
              "partitions": [],
              "storedEnd": 944766976
          },
          "partitionsCut": [],
          "snapshots": [],
          "bitmapsLost": [],
          "refusals": []
      },
      "guestSteps": [],
      "result": {
          "before": {
              "virtualSize": 3221225472,
              "fileLength": 2490880,
              "allocatedBytes": <number>
          },
          "after": {
              "virtualSize": 3221225472,
              "fileLength": 2490368,
              "allocatedBytes": <number>
          },
          "freedBytes": 0
      }
  }

Shrinking is refused where it costs something, and says what.

  $ platter resize --size 800M disk.qcow2
  platter: disk.qcow2 was not made smaller (PLT-1538)
    The disk would end at byte 838860800. What lies past that, 1 MiB of data, is lost for ever then.
    Nothing was changed. Choose 944766976 bytes or more, which keep all there is, make it smaller in the guest first, agree to the loss with --ignore-data-loss, or keep what is cut off with --keep-cut FILE.
  [1]
  $ platter resize --size 800M --dry-run disk.qcow2
  disk.qcow2: would shrink by 2.2 GiB
    Virtual size                  3 GiB -> 800 MiB
    Would lose                    1 MiB of data
    Gives back                    1 MiB in 16 clusters
    Smallest size that keeps all  901 MiB (944,766,976 bytes)
    Needs                         --ignore-data-loss, or --keep-cut
    Nothing was changed.
  $ platter resize --size -2272M --ignore-data-loss --output json disk.qcow2 | grep -c '"version": 1'
  1
  $ platter resize --size 1G disk.qcow2 > /dev/null; qemu-io -c 'read -q -P 0 800M 224M' -c 'read -q -P 1 0 1M' disk.qcow2; qemu-img check -q disk.qcow2
  $ platter resize --size 2X disk.qcow2
  platter: --size: "2X" is not a size. Write bytes (1073741824, 0x40000000) or a number with a unit: 512K, 1.5G, 10GiB, 2TB.
  Run "platter help resize" for what it takes.
  [64]
  $ platter resize disk.qcow2
  platter: A size is missing: resize disk.qcow2 20G, or +10G, or -10G.
  Run "platter help resize" for what it takes.
  [64]
  $ platter resize --size 1G missing.qcow2
  platter: missing.qcow2 is not there (PLT-1100)
    There is no file at <folder>/missing.qcow2.
    Nothing was changed. Check the name, or connect the volume it is on.
  [1]

Space can be taken at once; a raw disk has no more than its length.

  $ for how in off metadata falloc full; do platter resize --preallocation $how --size +1M --links allow disk.qcow2 | head -n 1; done; qemu-img check -q disk.qcow2
  disk.qcow2: grew by 1 MiB
  disk.qcow2: grew by 1 MiB
  disk.qcow2: grew by 1 MiB
  disk.qcow2: grew by 1 MiB
  $ truncate -s 1M disk.raw; platter resize --format raw --links deny disk.raw 2M; stat -c %s disk.raw
  disk.raw: grew by 1 MiB
    Virtual size  1 MiB -> 2 MiB
    File length   1 MiB -> 2 MiB
    On disk       <...>
  2097152

The table of a guest's disk stays sound when the disk gets another size, and what is cut off can be kept.

  $ make-image partitioned gpt.raw; qemu-img convert -f raw -O qcow2 gpt.raw gpt.qcow2; platter info --partitions gpt.qcow2 | tail -n 9
  
    Partition table               GPT, sectors of 512 bytes
    Second copy                   at the end of the disk
    Smallest size that keeps all  209 KiB (213,504 bytes)
    Decided by                    the end of partition 2
  
    PARTITION   START     SIZE  TYPE              NAME  FILE SYSTEM
            1  32 KiB   32 KiB  Linux filesystem  -     -
            2  64 KiB  128 KiB  Linux filesystem  -     -
  $ platter resize --move-gpt-backup gpt.qcow2 2M
  gpt.qcow2: grew by 1 MiB
    Virtual size            1 MiB -> 2 MiB
    File length             448 KiB -> 512 KiB
    On disk                 <...>
    Second copy of the GPT  moved to byte 2,096,640
    Partitions              GPT: 1 from 32 KiB to 64 KiB, 2 from 64 KiB to 192 KiB
    In the guest            Partition 2 is the last: let it take the new 1 MiB (growpart, or Extend Volume in Windows), then the file system on it (resize2fs, xfs_growfs, pvresize for LVM).
  $ platter info --partitions --filter '."disk-layout".table' gpt.qcow2
  {"kind":"gpt","sectorSize":512,"reservedAtEnd":16896,"backupHeaderAt":2096640}
  $ platter resize --move-gpt-backup --keep-cut end.qcow2 gpt.qcow2 256K
  gpt.qcow2: shrank by 1.8 MiB
    Virtual size            2 MiB -> 256 KiB
    File length             512 KiB -> 576 KiB
    On disk                 <...>
    Kept                    what was cut off, in <folder>/end.qcow2 (576 KiB)
    Gives back              128 KiB in 2 clusters
    Second copy of the GPT  moved to byte 261,632
    Partitions              GPT: 1 from 32 KiB to 64 KiB, 2 from 64 KiB to 192 KiB
  $ platter undo gpt.qcow2
  gpt.qcow2:
    ID  WHEN                     WHAT                                                RETURNS                                 POSSIBLE
    <number>  <date>  shrank from 2 MiB to 256 KiB, and the end was kept  a disk of 2 MiB, with what was cut off  yes
    <number>  <date>  grew from 1 MiB to 2 MiB                            a disk of 1 MiB                         no
    <number> cannot: The virtual size in bytes is 262144 now; the change that would be taken back left 2097152.
    "--apply" undoes the newest that can be undone, "--apply ID" another one.
  $ platter undo --apply gpt.qcow2 | head -n 1; qemu-img check -q gpt.qcow2; qemu-img info gpt.qcow2 | grep virtual
  gpt.qcow2: undone: shrank from 2 MiB to 256 KiB, and the end was kept
  virtual size: 2 MiB (2097152 bytes)
  $ platter resize --move-gpt-backup --keep-cut later.qcow2 --no-history gpt.qcow2 256K > /dev/null; platter undo --copy later.qcow2 gpt.qcow2
  gpt.qcow2: can be undone: shrank from 2 MiB to 256 KiB, and the end was kept
    What     shrank from 2 MiB to 256 KiB, and the end was kept
    Returns  a disk of 2 MiB, with what was cut off
    Nothing was changed.
  $ platter undo --copy later.qcow2 --apply gpt.qcow2 | head -n 1; qemu-img info gpt.qcow2 | grep virtual
  gpt.qcow2: undone: shrank from 2 MiB to 256 KiB, and the end was kept
  virtual size: 2 MiB (2097152 bytes)
  $ platter undo --copy gpt.raw gpt.qcow2
  platter: gpt.raw is no safety copy of a repair (PLT-1544)
    <folder>/gpt.raw is another kind of file; expected was a whole safety copy.
    Nothing was changed. Name the file that the repair said it wrote.
  [1]
  $ platter undo --copy gpt.qcow2 gpt.qcow2
  platter: gpt.qcow2 holds nothing that was cut off (PLT-1706)
    A file that keeps what a smaller size cut off was expected at <folder>/gpt.qcow2; this is none.
    Nothing was changed. Name the file that was written when the disk was made smaller.
  [1]
  $ platter resize --move-gpt-backup --ignore-data-loss gpt.qcow2 64K
  platter: Partition 2 of gpt.qcow2 does not fit (PLT-1702)
    Partition 2 ends at byte 196608, and the second copy of the partition table would have to begin at byte 48640.
    Nothing was changed. Make the partition smaller in the guest first, or choose 213504 bytes or more.
  [1]
  $ platter resize --move-gpt-backup disk.raw 4M
  platter: disk.raw has no GUID partition table (PLT-1700)
    The second copy of a GUID partition table was to be moved to the end of the disk, and there is no such table on it.
    Nothing was changed. Resize it without moving the copy.
  [1]
