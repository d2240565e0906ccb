An image by QEMU with some data and a snapshot, an overlay over it, and a raw disk.

  $ qemu-img create -q -f qcow2 base.qcow2 64M
  $ qemu-io -c 'write -q -P 1 0 1M' -c 'write -q -P 2 32M 64k' -c 'write -q -z 2M 64k' base.qcow2
  $ qemu-img snapshot -c before base.qcow2
  $ qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 overlay.qcow2
  $ truncate -s 1M disk.raw
  $ mkdir elsewhere; qemu-img create -q -f qcow2 -b ../base.qcow2 -F qcow2 elsewhere/over.qcow2

One line each.

  $ platter list .
  IMAGE                 FORMAT    VIRTUAL  ON DISK  SNAPSHOTS  NOTES
  base.qcow2            qcow2 v3   64 MiB  <bytes>          1
  disk.raw              raw         1 MiB      <bytes>          -
  elsewhere/over.qcow2  qcow2 v3   64 MiB  <bytes>          0  on ../base.qcow2 (outside)
  overlay.qcow2         qcow2 v3   64 MiB  <bytes>          0  on base.qcow2
  4 images.
  $ platter list --output text disk.raw missing.qcow2
  IMAGE          FORMAT  VIRTUAL  ON DISK  SNAPSHOTS  NOTES
  disk.raw       raw       1 MiB      <bytes>          -
  missing.qcow2  -             -        -          -  missing.qcow2 is not there
  2 images, 1 of them could not be read.
  [1]
  $ platter list --json overlay.qcow2
  [
      {
          "version": 1,
          "filename": "overlay.qcow2",
          "format": "qcow2",
          "format-label": "qcow2 v3",
          "virtual-size": 67108864,
          "actual-size": <number>,
          "file-length": 196616,
          "cluster-size": 65536,
          "modified-at": "<...>",
          "dirty-flag": false,
          "corrupt-flag": false,
          "snapshot-count": 0,
          "backing-filename": "base.qcow2",
          "backing-state": "present",
          "use-state": "free",
          "holders": []
      }
  ]
  $ platter list --output json disk.raw | grep -c '"format"'
  1

All about them.

  $ platter info overlay.qcow2
  overlay.qcow2
    Format        qcow2 v3
    Virtual size  64 MiB (67,108,864 bytes)
    On disk       <...>
    Modified      <date>
    Use           not in use
    Cluster size  64 KiB
    Compression   zlib
    Refcounts     16 bits
    Clusters      0 of 1,024 allocated (0.0 %)
    Backing file  base.qcow2 (qcow2)
  $ platter info --format raw base.qcow2
  base.qcow2
    Format        raw
    Virtual size  1.4 MiB (1,507,840 bytes)
    On disk       <...>
    Modified      <date>
    Use           not in use
  $ platter info --format qcow2 --output text base.qcow2 disk.raw
  platter: disk.raw is not a disk image we know (PLT-1200)
    <folder>/disk.raw starts with 0x0, which belongs to no format Platter knows.
    Nothing was changed. If you know that it is a raw disk, say so: “Treat as raw disk” in the window, --format raw on the command line.
  base.qcow2
    Format        qcow2 v3
    Virtual size  64 MiB (67,108,864 bytes)
    On disk       <...>
    Modified      <date>
    Use           not in use
    Cluster size  64 KiB
    Compression   zlib
    Refcounts     16 bits
    Clusters      17 of 1,024 allocated (1.7 %), 1 zero
  
    SNAPSHOT  NAME    TAKEN                      DISK  VM STATE  VM CLOCK
    1         before  <date>  64 MiB         -         -
  platter: 2 images: 1 done, 1 not done
  [1]
  $ platter info --json $PWD/overlay.qcow2 > ours; qemu-img info --output=json $PWD/overlay.qcow2 > theirs; diff ours theirs && echo same
  same
  $ platter info --output json base.qcow2 disk.raw | grep '"format"'
          "format": "qcow2",
          "format": "raw",

What is stored, and where.

  $ platter map base.qcow2
             START      LENGTH  STATE        DEPTH            OFFSET  FILE
               0x0       1 MiB  data             0           0x50000  <folder>/base.qcow2
          0x100000       1 MiB  unallocated      0                 -
          0x200000      64 KiB  zero             0                 -
          0x210000    29.9 MiB  unallocated      0                 -
         0x2000000      64 KiB  data             0          0x150000  <folder>/base.qcow2
         0x2010000    31.9 MiB  unallocated      0                 -
  $ platter map --output text overlay.qcow2
             START      LENGTH  STATE        DEPTH            OFFSET  FILE
               0x0       1 MiB  data             1           0x50000  <folder>/base.qcow2
          0x100000       1 MiB  unallocated      1                 -
          0x200000      64 KiB  zero             1                 -
          0x210000    29.9 MiB  unallocated      1                 -
         0x2000000      64 KiB  data             1          0x150000  <folder>/base.qcow2
         0x2010000    31.9 MiB  unallocated      1                 -
  $ platter map --format qcow2 --json base.qcow2 > ours; qemu-img map --output=json base.qcow2 > theirs; diff ours theirs && echo same
  same
  $ platter map --output json --format raw disk.raw
  [{ "start": 0, "length": 1048576, "depth": 0, "present": true, "zero": true, "data": false, "offset": 0}]

Links out of the folder are followed only when that is allowed.

  $ platter map --links same-folder elsewhere/over.qcow2
  platter: over.qcow2 links outside its folder (PLT-1300)
    It names ../base.qcow2 as its backing file; that was not opened.
    Nothing was changed. If you trust this image, allow the link for it.
  [1]
  $ platter map --links deny overlay.qcow2
  platter: overlay.qcow2 links outside its folder (PLT-1300)
    It names base.qcow2 as its backing file; that was not opened.
    Nothing was changed. If you trust this image, allow the link for it.
  [1]
  $ platter map --links allow elsewhere/over.qcow2
             START      LENGTH  STATE        DEPTH            OFFSET  FILE
               0x0       1 MiB  data             1           0x50000  <folder>/base.qcow2
          0x100000       1 MiB  unallocated      1                 -
          0x200000      64 KiB  zero             1                 -
          0x210000    29.9 MiB  unallocated      1                 -
         0x2000000      64 KiB  data             1          0x150000  <folder>/base.qcow2
         0x2010000    31.9 MiB  unallocated      1                 -
  $ platter info --links deny elsewhere/over.qcow2
  elsewhere/over.qcow2
    Format        qcow2 v3
    Virtual size  64 MiB (67,108,864 bytes)
    On disk       <...>
    Modified      <date>
    Use           not in use
    Cluster size  64 KiB
    Compression   zlib
    Refcounts     16 bits
    Clusters      0 of 1,024 allocated (0.0 %)
    Backing file  ../base.qcow2 (not opened: outside the image's folder; --links allow opens it)
  $ platter info --links same-folder elsewhere/over.qcow2 | grep -i backing
    Backing file  ../base.qcow2 (not opened: outside the image's folder; --links allow opens it)
  $ platter info --links allow elsewhere/over.qcow2 | grep -i backing
    Backing file  ../base.qcow2 (qcow2)
  $ platter check --links deny overlay.qcow2 && platter check --links same-folder overlay.qcow2 && platter check --links allow overlay.qcow2
  overlay.qcow2: Healthy, no problems found
    Clusters    0 of 1,024 allocated (0.0 %), 0.0 % fragmented
    Image ends  at 262,144 bytes (256 KiB)
  overlay.qcow2: Healthy, no problems found
    Clusters    0 of 1,024 allocated (0.0 %), 0.0 % fragmented
    Image ends  at 262,144 bytes (256 KiB)
  overlay.qcow2: Healthy, no problems found
    Clusters    0 of 1,024 allocated (0.0 %), 0.0 % fragmented
    Image ends  at 262,144 bytes (256 KiB)
