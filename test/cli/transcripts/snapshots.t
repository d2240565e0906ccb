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
    Nothing was changed. Choose another name.
  [1]
  $ platter snapshot disk.qcow2 frobnicate
  platter: "frobnicate" is no action: list, create, apply, delete, rename. Snapshots are named after it.
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
