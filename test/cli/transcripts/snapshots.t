  $ qemu-img create -q -f qcow2 disk.qcow2 1M
  $ qemu-io -c 'write -q -P 1 0 512k' disk.qcow2
  $ platter snapshot disk.qcow2
  disk.qcow2: no snapshots
  $ platter snapshot disk.qcow2 create ones
  disk.qcow2: snapshot "ones" (id 1) taken
    Taken  <date>
  $ qemu-io -c 'write -q -P 2 0 1M' disk.qcow2
  $ platter snapshot --json disk.qcow2 create twos
  {
      "version": 1,
      "filename": "disk.qcow2",
      "action": "create",
      "snapshot": {
          "id": "2",
          "name": "twos",
          "vmStateSize": 0,
          "createdAt": <number>,
          "vmClockMs": 0,
          "diskSize": 1048576,
          "l1Offset": 196608,
          "l1Entries": 1
      },
      "virtualSize": 1048576
  }
  $ platter snapshot disk.qcow2 list
  disk.qcow2:
    ID  NAME  TAKEN                    VM STATE   DISK    ALONE   SHARED
     1  ones  <date>         -  1 MiB  640 KiB      0 B
     2  twos  <date>         -  1 MiB   64 KiB  1.1 MiB
  $ qemu-img snapshot -l disk.qcow2 | sed 1,2d | cut -c 1-16
  1         ones  
  2         twos  
  $ platter snapshot --output json --format qcow2 disk.qcow2 list | grep '"name"'
              "name": "ones",
              "name": "twos",

  $ platter snapshot --dry-run disk.qcow2 apply ones
  disk.qcow2: would go back to snapshot "ones" (id 1)
    Taken         <date>
    Virtual size  1 MiB, as before
    Would lose    nothing: the present state is in a snapshot, too
    Nothing was changed.
  $ platter snapshot --take before disk.qcow2 apply ones
  disk.qcow2: went back to snapshot "ones" (id 1)
    Taken         <date>
    Virtual size  1 MiB, as before
    Kept          what was there before is snapshot "before" (id 3)
  $ qemu-io -c 'read -q -P 1 0 512k' -c 'read -q -P 0 512k 512k' disk.qcow2
  $ platter snapshot disk.qcow2 rename before after
  disk.qcow2: snapshot "before" is called "after" (id 3) now
  $ platter snapshot --id --no-history disk.qcow2 rename 2 two
  disk.qcow2: snapshot "twos" is called "two" (id 2) now
  $ platter snapshot --dry-run --output text disk.qcow2 delete two
  disk.qcow2: snapshot "two" (id 2) would be deleted
    Taken       <date>
    Would free  0 B of data and 64 KiB of tables
    To keep it  add --keep FILE (74 KiB at most, 1.1 MiB with --whole)
    Nothing was changed.
  $ platter snapshot disk.qcow2 delete two
  disk.qcow2: snapshot "two" (id 2) deleted
    Taken  <date>
    Freed  0 B of data and 64 KiB of tables
  $ platter snapshot disk.qcow2 delete two
  platter: disk.qcow2 has no such snapshot (PLT-1523)
    There is no snapshot with the name “two” in <folder>/disk.qcow2.
    Nothing was changed. List the snapshots and choose one of them.
  [1]
  $ platter snapshot disk.qcow2 create ones
  platter: disk.qcow2 has a snapshot of that name already (PLT-1525)
    One of its snapshots is called “ones”; a second one could not be told from it.
    Nothing was changed. Choose another name, or rename the one that has it.
  [1]
  $ platter snapshot disk.qcow2 frobnicate
  platter: "frobnicate" is no action: list, create, apply, delete, rename, restore. Snapshots are named after it.
  Run "platter help snapshot" for what it takes.
  [64]
  $ platter snapshot disk.qcow2 apply
  platter: apply needs the name of the snapshot.
  Run "platter help snapshot" for what it takes.
  [64]
  $ platter snapshot disk.qcow2 list; qemu-img check -q disk.qcow2
  disk.qcow2:
    ID  NAME   TAKEN                    VM STATE   DISK    ALONE   SHARED
     1  ones   <date>         -  1 MiB   64 KiB  576 KiB
     3  after  <date>         -  1 MiB  1.1 MiB      0 B
  $ truncate -s 1M disk.raw; platter snapshot --format raw disk.raw
  platter: disk.raw cannot have snapshots (PLT-1528)
    Images of the format raw have no place for snapshots.
    Nothing was changed. Convert it to qcow2.
  [63]

A snapshot that is deleted and kept

  $ qemu-img create -q -f qcow2 kept.qcow2 1M
  $ qemu-io -c 'write -q -P 1 0 512k' kept.qcow2
  $ platter snapshot kept.qcow2 create ones > /dev/null
  $ qemu-io -c 'write -q -P 2 0 256k' kept.qcow2
  $ platter snapshot --dry-run kept.qcow2 delete ones
  kept.qcow2: snapshot "ones" (id 1) would be deleted
    Taken       <date>
    Would free  256 KiB of data and 128 KiB of tables
    To keep it  add --keep FILE (330 KiB at most, 586 KiB with --whole)
    Nothing was changed.
  $ platter snapshot --keep ones.kept kept.qcow2 delete ones
  kept.qcow2: snapshot "ones" (id 1) deleted
    Taken    <date>
    Freed    256 KiB of data and 128 KiB of tables
    Kept in  <folder>/ones.kept (322 KiB), can be undone until somebody writes
  $ platter undo kept.qcow2 --apply
  kept.qcow2: undone: snapshot "ones" deleted, and kept
    What      snapshot "ones" deleted, and kept
    When      <date>
    Returned  the snapshot "ones"
  $ platter snapshot --keep ones.whole --whole kept.qcow2 delete ones
  kept.qcow2: snapshot "ones" (id 1) deleted
    Taken    <date>
    Freed    256 KiB of data and 128 KiB of tables
    Kept in  <folder>/ones.whole (578 KiB), can be undone at any time
  $ qemu-io -c 'write -q -P 3 0 1M' kept.qcow2
  $ platter undo kept.qcow2 --apply
  kept.qcow2: undone: snapshot "ones" deleted, and kept
    What      snapshot "ones" deleted, and kept
    When      <date>
    Returned  the snapshot "ones"
  $ qemu-img check -q kept.qcow2 && qemu-img convert -l ones kept.qcow2 ones.raw && qemu-io -f raw -c 'read -q -P 1 0 512k' ones.raw
  $ platter snapshot --keep again.kept kept.qcow2 delete ones > /dev/null
  $ qemu-io -c 'write -q -P 4 0 4k' kept.qcow2
  $ platter undo kept.qcow2 --apply
  platter: kept.qcow2 was written to since; the snapshot cannot be put back (PLT-1722)
    Only what the snapshot “ones” had alone was kept. What it shared with the disk may be other data by now (time of its last change: <date>; it was <date>).
    Nothing was changed. What was kept stays in its file. If you have a copy of the image from before, use that one.
  [1]
  $ platter snapshot kept.qcow2 restore again.kept
  platter: kept.qcow2 was written to since; the snapshot cannot be put back (PLT-1722)
    Only what the snapshot “ones” had alone was kept. What it shared with the disk may be other data by now (time of its last change: <date>; it was <date>).
    Nothing was changed. What was kept stays in its file. If you have a copy of the image from before, use that one.
  [1]

It is put back from its file, whatever the history knows

  $ platter snapshot --no-history kept.qcow2 create more > /dev/null
  $ platter snapshot --keep more.kept --whole --no-history kept.qcow2 delete more > /dev/null
  $ qemu-io -c 'write -q -P 5 0 64k' kept.qcow2
  $ qemu-img snapshot -c other kept.qcow2
  $ platter snapshot --dry-run kept.qcow2 restore more.kept
  kept.qcow2: snapshot "more" (id 2) would be put back
    Taken        <date>
    Kept in      <folder>/more.kept (1.1 MiB)
    Would write  1.1 MiB at most
    Note         another snapshot has its id by now, so it gets a new one
    Nothing was changed.
  $ platter undo --copy more.kept kept.qcow2 | tail -n 3
    What     snapshot "more" deleted, and kept
    Returns  the snapshot "more"
    Nothing was changed.
  $ platter snapshot --json --dry-run kept.qcow2 restore more.kept
  {
      "version": 1,
      "filename": "kept.qcow2",
      "action": "restore",
      "plan": {
          "kept": {
              "path": "<folder>/more.kept",
              "image": "<folder>/kept.qcow2",
              "snapshot": {
                  "id": "1",
                  "name": "more",
                  "vmStateSize": 0,
                  "createdAt": <number>,
                  "vmClockMs": 0,
                  "diskSize": 1048576,
                  "l1Offset": 458752,
                  "l1Entries": 1
              },
              "content": "whole",
              "bytes": <number>
          },
          "snapshot": {
              "id": "2",
              "name": "more",
              "vmStateSize": 0,
              "createdAt": <number>,
              "vmClockMs": 0,
              "diskSize": 1048576,
              "l1Offset": 458752,
              "l1Entries": 1
          },
          "bytesWritten": 1115152,
          "warnings": [
              "id-taken"
          ]
      }
  }
  $ platter snapshot kept.qcow2 restore more.kept
  kept.qcow2: snapshot "more" (id 2) put back
    Taken    <date>
    Kept in  <folder>/more.kept (1.1 MiB)
    Note     another snapshot has its id by now, so it gets a new one
  $ qemu-img check -q kept.qcow2 && qemu-img convert -l more kept.qcow2 more.raw && qemu-io -f raw -c 'read -q -P 4 0 4k' more.raw
  $ platter snapshot kept.qcow2 restore more.kept
  platter: kept.qcow2 has a snapshot of that name already (PLT-1525)
    One of its snapshots is called “more”; a second one could not be told from it.
    Nothing was changed. Choose another name, or rename the one that has it.
  [1]
  $ platter snapshot kept.qcow2 restore more.raw
  platter: more.raw keeps no snapshot that could be put back (PLT-1720)
    It is another kind of file; a file that Platter wrote when it deleted a snapshot is needed.
    Nothing was changed. If you have another copy of that file, use it.
  [1]
  $ platter snapshot kept.qcow2 restore
  platter: restore needs the file that keeps the snapshot.
  Run "platter help snapshot" for what it takes.
  [64]
  $ platter snapshot --id kept.qcow2 restore more.kept
  platter: --id goes with apply, delete and rename.
  Run "platter help snapshot" for what it takes.
  [64]
  $ platter snapshot --whole kept.qcow2 list
  platter: --whole goes with --keep.
  Run "platter help snapshot" for what it takes.
  [64]
  $ platter snapshot --keep file kept.qcow2 create more
  platter: --keep goes with delete.
  Run "platter help snapshot" for what it takes.
  [64]
