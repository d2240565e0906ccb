The file that is named is made, with the size as people write it.

  $ platter create disk.qcow2 10G
  disk.qcow2: qcow2 image made
    Format           qcow2 version 3, clusters of 64 KiB, refcounts of 16 bits, zlib compression
    Virtual size     10 GiB (10,737,418,240 bytes)
    File length      192 KiB (196,768 bytes)
    On disk          <...>
    As QEMU does it  qemu-img create -f qcow2 <folder>/disk.qcow2 10737418240
  $ ls
  disk.qcow2
  $ qemu-img check -q disk.qcow2 && qemu-img info disk.qcow2 | grep 'virtual size'
  virtual size: 10 GiB (10737418240 bytes)
  $ platter create --size 1.5GiB --output text --no-history other.qcow2 | head -n 1
  other.qcow2: qcow2 image made
  $ platter create --format qcow2 --size 10M --dry-run planned.qcow2
  planned.qcow2: qcow2 image would be made
    Format           qcow2 version 3, clusters of 64 KiB, refcounts of 16 bits, zlib compression
    Virtual size     10 MiB (10,485,760 bytes)
    File length      192 KiB (196,616 bytes)
    Takes at once    192 KiB
    As QEMU does it  qemu-img create -f qcow2 <folder>/planned.qcow2 10485760
    Nothing was changed.
  $ platter create --size 1M --json json.qcow2
  {
      "version": 1,
      "filename": "json.qcow2",
      "plan": {
          "format": "qcow2",
          "virtualSize": 1048576,
          "sizeFrom": "option",
          "fileLength": 196616,
          "preallocation": "off",
          "initialBytes": 196616,
          "qcow2": {
              "version": 3,
              "clusterSize": 65536,
              "refcountBits": 16,
              "lazyRefcounts": false,
              "extendedL2": false,
              "compressionType": "zlib",
              "l1Bytes": 8,
              "l2Bytes": 0,
              "refcountBytes": 131072
          },
          "warnings": [],
          "qemuCommand": [
              "qemu-img",
              "create",
              "-f",
              "qcow2",
              "<folder>/json.qcow2",
              "1048576"
          ]
      },
      "result": {
          "allocatedBytes": <number>
      }
  }
  $ platter create --size 1M --output json --dry-run json2.qcow2 | grep -c '"version": 1'
  1

Nothing is overwritten unless told so.

  $ platter create --size 1M disk.qcow2
  platter: disk.qcow2 is there already (PLT-1111)
    There is a file at <folder>/disk.qcow2; Platter overwrites none unasked.
    Nothing was changed. Choose another name, remove the file first, or ask for it to be overwritten where that is offered.
  [1]
  $ platter create --size 1M --overwrite disk.qcow2
  disk.qcow2: qcow2 image made
    Format           qcow2 version 3, clusters of 64 KiB, refcounts of 16 bits, zlib compression
    Virtual size     1 MiB (1,048,576 bytes)
    File length      192 KiB (196,616 bytes)
    On disk          <...>
    As QEMU does it  qemu-img create -f qcow2 <folder>/disk.qcow2 1048576
  $ platter create --size 10X nothing.qcow2
  platter: --size: "10X" is not a size. Write bytes (1073741824, 0x40000000) or a number with a unit: 512K, 1.5G, 10GiB, 2TB.
  Run "platter help create" for what it takes.
  [64]
  $ platter create nothing.qcow2
  platter: A size is missing, and no backing file gives one: create disk.qcow2 10G.
  Run "platter help create" for what it takes.
  [64]
  $ platter create nothing.qcow2 1M --size 2M
  platter: "1M" and --size are two different sizes: give one of them.
  Run "platter help create" for what it takes.
  [64]
  $ ls nothing.qcow2
  ls: cannot access 'nothing.qcow2': No such file or directory
  [2]

Everything a header says can be chosen, and QEMU agrees.

  $ for bits in 1 2 4 8 16 32 64; do platter create --overwrite --refcount-bits $bits --quiet a.qcow2 1M > /dev/null && qemu-img check -q a.qcow2 && qemu-img info a.qcow2 | grep 'refcount bits'; done
      refcount bits: 1
      refcount bits: 2
      refcount bits: 4
      refcount bits: 8
      refcount bits: 16
      refcount bits: 32
      refcount bits: 64
  $ platter create --overwrite --cluster-size 4K --compat 0.10 a.qcow2 1M > /dev/null; qemu-img info a.qcow2 | grep -E 'compat|cluster'
  cluster_size: 4096
      compat: 0.10
  $ platter create --overwrite --cluster-bits 21 --compat 1.1 --lazy-refcounts --extended-l2 --compression-type zstd a.qcow2 1M > /dev/null; qemu-img info a.qcow2 | grep -E 'compat|cluster|lazy|extended|compression'
  cluster_size: 2097152
      compat: 1.1
      compression type: zstd
      lazy refcounts: true
      extended l2: true
  $ platter create --overwrite --strict-refcounts --compression-type zlib a.qcow2 1M > /dev/null; qemu-img info a.qcow2 | grep -E 'lazy|compression'
      compression type: zlib
      lazy refcounts: false
  $ platter create --overwrite -o cluster_size=512,lazy_refcounts=on --option compat=1.1 a.qcow2 1M > /dev/null; qemu-img info a.qcow2 | grep -E 'lazy|cluster'
  cluster_size: 512
      lazy refcounts: true
  $ platter create --overwrite --cluster-bits 9 --cluster-size 4K a.qcow2 1M
  platter: --cluster-bits is said twice, and not the same: give it once.
  Run "platter help create" for what it takes.
  [64]
  $ platter create --overwrite -o nonsense=1 a.qcow2 1M
  platter: -o nonsense: there is no such option. Known are size, compat, refcount_bits, lazy_refcounts, cluster_size, extended_l2, compression_type, preallocation, backing_file, backing_fmt, data_file, data_file_raw.
  Run "platter help create" for what it takes.
  [64]
  $ for how in off metadata falloc full; do platter create --overwrite --preallocation $how a.qcow2 1M > /dev/null && qemu-img check -q a.qcow2 && qemu-img map --output=json a.qcow2 | grep -c '"present": true'; done
  0
  1
  1
  1
  $ platter create --overwrite --format raw disk.raw 1M; stat -c %s disk.raw
  disk.raw: raw image made
    Format           raw
    Virtual size     1 MiB (1,048,576 bytes)
    File length      1 MiB (1,048,576 bytes)
    On disk          <...>
    As QEMU does it  qemu-img create -f raw <folder>/disk.raw 1048576
  1048576

An image on top of another, and one whose data is in a file of its own.

  $ platter create --backing other.qcow2 --links same-folder top.qcow2
  top.qcow2: qcow2 image made
    Format           qcow2 version 3, clusters of 64 KiB, refcounts of 16 bits, zlib compression
    Virtual size     1.5 GiB (1,610,612,736 bytes), that of the backing file
    File length      192 KiB (196,632 bytes)
    On disk          <...>
    Backing file     other.qcow2 (qcow2, 1.5 GiB)
    As QEMU does it  qemu-img create -f qcow2 -b other.qcow2 -F qcow2 <folder>/top.qcow2 1610612736
  $ platter create --backing disk.raw --backing-format raw --links deny top2.qcow2
  top2.qcow2: qcow2 image made
    Format           qcow2 version 3, clusters of 64 KiB, refcounts of 16 bits, zlib compression
    Virtual size     1 MiB (1,048,576 bytes), that of the backing file
    File length      192 KiB (196,616 bytes)
    On disk          <...>
    Backing file     disk.raw (raw, 1 MiB)
    As QEMU does it  qemu-img create -f qcow2 -b disk.raw -F raw <folder>/top2.qcow2 1048576
  $ platter create --backing disk.raw --backing-format raw top2.qcow2 | head -n 1
  platter: top2.qcow2 is there already (PLT-1111)
    There is a file at <folder>/top2.qcow2; Platter overwrites none unasked.
    Nothing was changed. Choose another name, remove the file first, or ask for it to be overwritten where that is offered.
  $ mkdir below; platter create --backing ../other.qcow2 --backing-format qcow2 below/top.qcow2
  below/top.qcow2: qcow2 image made
    Format           qcow2 version 3, clusters of 64 KiB, refcounts of 16 bits, zlib compression
    Virtual size     1.5 GiB (1,610,612,736 bytes), that of the backing file
    File length      192 KiB (196,632 bytes)
    On disk          <...>
    Backing file     ../other.qcow2 (qcow2, 1.5 GiB)
    As QEMU does it  qemu-img create -f qcow2 -b ../other.qcow2 -F qcow2 <folder>/below/top.qcow2 1610612736
  $ platter create --backing ../other.qcow2 --backing-format qcow2 --links allow below/top.qcow2 | head -n 1
  platter: top.qcow2 is there already (PLT-1111)
    There is a file at <folder>/below/top.qcow2; Platter overwrites none unasked.
    Nothing was changed. Choose another name, remove the file first, or ask for it to be overwritten where that is offered.
  $ qemu-img info below/top.qcow2 | grep backing
  backing file: ../other.qcow2 (actual path: below/../other.qcow2)
  backing file format: qcow2
  $ platter create --data-file data.raw --data-file-raw with-data.qcow2 1M
  with-data.qcow2: qcow2 image made
    Format           qcow2 version 3, clusters of 64 KiB, refcounts of 16 bits, zlib compression
    Virtual size     1 MiB (1,048,576 bytes)
    File length      320 KiB (327,680 bytes)
    On disk          <...>
    Preallocation    metadata
    Data file        data.raw (raw, new)
    Note             QEMU looks for data.raw in the folder it is started in, not in that of the image. An absolute path is found from everywhere.
    As QEMU does it  qemu-img create -f qcow2 -o data_file=data.raw,data_file_raw=on <folder>/with-data.qcow2 1048576
  $ truncate -s 1M old.raw; platter create --data-file old.raw --data-file-raw --existing-data-file --compat 1.1 with-old.qcow2 | head -n 1
  with-old.qcow2: qcow2 image made
  $ qemu-img check -q with-data.qcow2 && qemu-img check -q with-old.qcow2 && ls
  a.qcow2
  below
  data.raw
  disk.qcow2
  disk.raw
  json.qcow2
  old.raw
  other.qcow2
  top.qcow2
  top2.qcow2
  with-data.qcow2
  with-old.qcow2
