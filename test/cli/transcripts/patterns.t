Disks whose every byte is known.

  $ platter pattern --size 1M one.qcow2
  one.qcow2: qcow2 image with a pattern made
    Virtual size     1 MiB (1,048,576 bytes)
    Written          4 KiB
    Discarded again  0 B
    File length      769 KiB (786,944 bytes)
    On disk          <...>
  $ platter read --hex --bytes 16 --offset 128K one.qcow2
  00020000  00 00 00 00 00 00 01 00  00 00 00 00 00 00 01 00  |................|
  00020010
  $ platter pattern --pattern 1 --verify one.qcow2
  one.qcow2: OK
  $ platter pattern --pattern 2 --size 1M --cluster-bits 12 --output text --no-history two.qcow2 | head -n 1
  two.qcow2: qcow2 image with a pattern made
  $ platter pattern --pattern 2 --cluster-bits 12 --verify --links deny two.qcow2
  two.qcow2: OK
  $ platter pattern --pattern random --size 4M --seed 7 --fill 30 --compress zlib random.qcow2 | head -n 1
  random.qcow2: qcow2 image with a pattern made
  $ platter pattern --pattern random --size 4M --seed 7 --fill 30 --compress zstd --overwrite --format qcow2 random.qcow2 | head -n 1
  random.qcow2: qcow2 image with a pattern made
  $ platter pattern --pattern random --size 4M --seed 7 --fill 30 --verify --links same-folder random.qcow2
  random.qcow2: OK
  $ platter pattern --pattern random --size 4M --seed 8 --fill 30 --verify --links allow random.qcow2
  random.qcow2: FAILED at offset 2,560 (0xa00, sector 5): expected 0000000000000000, found 17186e8481aff7aa
  [1]
  $ platter pattern --pattern 2 --size 1M --format raw --json two.raw
  {
      "version": 1,
      "filename": "two.raw",
      "pattern": {
          "name": "2",
          "clusterSize": 65536
      },
      "format": "raw",
      "virtualSize": 1048576,
      "writtenBytes": 1048576,
      "discardedBytes": 524288,
      "fileLength": 1048576,
      "allocatedBytes": <number>
  }
  $ platter pattern --pattern 2 --format raw --verify --output json two.raw
  {
      "version": 1,
      "filename": "two.raw",
      "pattern": {
          "name": "2",
          "clusterSize": 65536
      },
      "matches": true,
      "virtualSize": 1048576,
      "bytesRead": <number>
  }
  $ qemu-img check -q one.qcow2 && qemu-img check -q two.qcow2 && qemu-img check -q random.qcow2

They hold through whatever is done to an image.

  $ platter compact two.qcow2 > /dev/null; platter pattern --pattern 2 --cluster-bits 12 --verify two.qcow2
  two.qcow2: OK
  $ qemu-img convert -O qcow2 -c one.qcow2 packed.qcow2; platter pattern --verify packed.qcow2
  packed.qcow2: OK
  $ qemu-io -c 'write -q -P 9 130k 512' one.qcow2; platter pattern --verify one.qcow2
  one.qcow2: FAILED at offset 133,120 (0x20800, sector 260): expected 0000000000000000, found 0909090909090909
  [1]
  $ platter pattern --size 1M one.qcow2
  platter: one.qcow2 is there already (PLT-1600)
    There is a file at <folder>/one.qcow2; it is replaced only when somebody asks for it.
    Nothing was changed. Choose another name, or ask for it to be overwritten (--overwrite).
  [1]
  $ platter pattern --pattern 3 --size 1M three.qcow2
  platter: option '--pattern <name>' argument '3' is invalid. Allowed choices are 1, 2, random.
  Run "platter help pattern" for what it takes.
  [64]
  $ platter pattern three.qcow2
  platter: A size is missing: pattern disk.qcow2 --size 1G.
  Run "platter help pattern" for what it takes.
  [64]
