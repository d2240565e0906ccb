Images by QEMU and by hand, sound and not.

  $ qemu-img create -q -f qcow2 sound.qcow2 64M
  $ qemu-img create -q -f raw disk.raw 1M
  $ make-image leaky leaky.qcow2
  $ make-image corrupt corrupt.qcow2
  $ make-image unpackable unpackable.qcow2
  $ mkdir shelf; cp sound.qcow2 leaky.qcow2 shelf

A sound image, one with leaks, one with corruptions, and what has nothing to check.

  $ platter check sound.qcow2
  sound.qcow2: Healthy, no problems found
    Clusters    0 of 1,024 allocated (0.0 %), 0.0 % fragmented
    Image ends  at 262,144 bytes (256 KiB)
  $ platter check leaky.qcow2
  leaky.qcow2: Leaks, 12 KiB wasted (3 leaked clusters)
    leak         Wasted space: 3 leaked clusters at 0x6000, counted once but used never.
    Clusters    1 of 16 allocated (6.3 %), 0.0 % fragmented
    Image ends  at 36,864 bytes (36 KiB)
  [3]
  $ platter check corrupt.qcow2
  corrupt.qcow2: Needs repair, 2 corruptions
    corruption   The cluster at 0x4000 is used once but counted never: the next write could overwrite data. It holds guest offset 0x0.
    corruption   Entry 0 of the L2 table at 0x5000 is marked COPIED, but its cluster has the refcount 0.
    Clusters    1 of 16 allocated (6.3 %), 0.0 % fragmented
    Image ends  at 24,576 bytes (24 KiB)
  [2]
  $ platter check disk.raw
  platter: disk.raw has nothing to check (PLT-1209)
    The raw format has no structures of its own that could be checked.
    Nothing was changed. Compute its SHA-256 to compare it with a known good copy.
  [63]
  $ platter check --format raw sound.qcow2
  platter: sound.qcow2 has nothing to check (PLT-1209)
    The raw format has no structures of its own that could be checked.
    Nothing was changed. Compute its SHA-256 to compare it with a known good copy.
  [63]
  $ platter check --format qcow2 disk.raw
  platter: disk.raw is not a disk image we know (PLT-1200)
    <folder>/disk.raw starts with 0x0, which belongs to no format Platter knows.
    Nothing was changed. If you know that it is a raw disk, say so: “Treat as raw disk” in the window, --format raw on the command line.
  [1]
  $ platter check missing.qcow2
  platter: missing.qcow2 is not there (PLT-1100)
    There is no file at <folder>/missing.qcow2.
    Nothing was changed. Check the name, or connect the volume it is on.
  [1]

Compressed data is looked at only when asked.

  $ platter check unpackable.qcow2
  unpackable.qcow2: Healthy, no problems found
    Clusters    1 of 16 allocated (6.3 %), 100.0 % fragmented, 100.0 % compressed
    Image ends  at 24,576 bytes (24 KiB)
  $ platter check --deep unpackable.qcow2
  unpackable.qcow2: Damaged, 1 warning
    warning      The compressed cluster at 0x4000 does not unpack (invalid block type); the guest bytes from 0x0 on are lost.
    Clusters    1 of 16 allocated (6.3 %), 100.0 % fragmented, 100.0 % compressed
    Image ends  at 24,576 bytes (24 KiB)
  [2]

Several are a table, and the worst of them is the answer.

  $ platter check sound.qcow2 leaky.qcow2 disk.raw
  IMAGE        HEALTH   CORRUPTIONS  LEAKS  WASTED  ALLOCATED  NOTES
  sound.qcow2  Healthy            0      0     0 B        0 B
  leaky.qcow2  Leaks              0      3  12 KiB      4 KiB
  disk.raw     Skipped                                         disk.raw has nothing to check.
  
  3 images in <time>: 1 healthy, 1 skipped, 1 leaks.
  [3]
  $ platter check --quiet shelf
  IMAGE              HEALTH   CORRUPTIONS  LEAKS  WASTED  ALLOCATED  NOTES
  shelf/leaky.qcow2  Leaks              0      3  12 KiB      4 KiB
  shelf/sound.qcow2  Healthy            0      0     0 B        0 B
  [3]
  $ platter check --output text --report shelf.csv shelf corrupt.qcow2; cut -d , -f 1,2,4 shelf.csv
  IMAGE              HEALTH        CORRUPTIONS  LEAKS  WASTED  ALLOCATED  NOTES
  shelf/leaky.qcow2  Leaks                   0      3  12 KiB      4 KiB
  shelf/sound.qcow2  Healthy                 0      0     0 B        0 B
  corrupt.qcow2      Needs repair            2      0     0 B      4 KiB
  
  3 images in <time>: 1 healthy, 1 leaks, 1 needs repair.
  path,outcome,corruptions
  shelf/leaky.qcow2,leaks,0
  shelf/sound.qcow2,healthy,0
  corrupt.qcow2,needs-repair,2

JSON is what qemu-img prints, an array of it for several.

  $ platter check --output json leaky.qcow2
  {
      "filename": "leaky.qcow2",
      "format": "qcow2",
      "check-errors": 0,
      "image-end-offset": 36864,
      "leaks": 3,
      "total-clusters": 16,
      "allocated-clusters": 1
  }
  [3]
  $ qemu-img check --output=json leaky.qcow2
  Leaked cluster 6 refcount=1 reference=0
  Leaked cluster 7 refcount=1 reference=0
  Leaked cluster 8 refcount=1 reference=0
  {
      "image-end-offset": 36864,
      "total-clusters": 16,
      "check-errors": 0,
      "leaks": 3,
      "allocated-clusters": 1,
      "filename": "leaky.qcow2",
      "format": "qcow2"
  }
  [3]
  $ platter check --json --no-history shelf missing.qcow2
  [
      {
          "filename": "shelf/leaky.qcow2",
          "format": "qcow2",
          "check-errors": 0,
          "image-end-offset": 36864,
          "leaks": 3,
          "total-clusters": 16,
          "allocated-clusters": 1
      },
      {
          "filename": "shelf/sound.qcow2",
          "format": "qcow2",
          "check-errors": 0,
          "image-end-offset": 262144,
          "total-clusters": 1024
      },
      {
          "filename": "missing.qcow2",
          "error": {
              "code": "PLT-1100",
              "reason": "file-missing",
              "kind": "not-found",
              "title": "missing.qcow2 is not there",
              "detail": "There is no file at <folder>/missing.qcow2.",
              "safety": "Nothing was changed.",
              "advice": "Check the name, or connect the volume it is on."
          }
      }
  ]
  [1]
