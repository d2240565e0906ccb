  $ qemu-img create -q -f qcow2 base.qcow2 4M; qemu-io -c 'write -q -P 1 0 1M' base.qcow2
  $ qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 disk.qcow2
  $ qemu-io -c 'write -q -P 2 2M 64k' disk.qcow2; qemu-img snapshot -c then disk.qcow2; qemu-io -c 'write -q -P 3 3M 64k' disk.qcow2
  $ qemu-img convert -O raw disk.qcow2 theirs.raw

An image with all that is below it becomes a raw disk with holes.

  $ platter decode disk.qcow2
  disk.raw: raw file made
    Virtual size  4 MiB (4,194,304 bytes)
    Not zero      1.1 MiB (1,179,648 bytes)
    On disk       <...>
    Read          <...>
  $ cmp disk.raw theirs.raw; stat -c %s disk.raw
  4194304
  $ platter decode disk.qcow2
  platter: disk.raw is there already (PLT-1600)
    There is a file at <folder>/disk.raw; it is replaced only when somebody asks for it.
    Nothing was changed. Choose another name, or ask for it to be overwritten (--overwrite).
  [1]
  $ platter decode --overwrite --json --no-history disk.qcow2
  {
      "version": 1,
      "filename": "disk.qcow2",
      "virtualSize": 4194304,
      "bytesRead": <number>,
      "bytesWritten": 1179648,
      "target": {
          "filename": "disk.raw",
          "replaced": true,
          "fileLength": 4194304,
          "allocatedBytes": <number>
      }
  }
  $ platter decode --overwrite --output text --format qcow2 --links same-folder disk.qcow2 other.raw | head -n 1
  other.raw: raw file made
  $ platter decode --snapshot then --output json disk.qcow2 then.raw | grep -c '"version": 1'
  1
  $ qemu-img convert -l then -O raw disk.qcow2 theirs-then.raw; cmp then.raw theirs-then.raw
  $ platter decode --snapshot never disk.qcow2 never.raw
  platter: disk.qcow2 has no such snapshot (PLT-1523)
    There is no snapshot with the name “never” in <folder>/disk.qcow2.
    Nothing was changed. List the snapshots and choose one of them.
  [1]
  $ platter decode --links deny disk.qcow2 denied.raw
  platter: disk.qcow2 links outside its folder (PLT-1300)
    It names base.qcow2 as its backing file; that was not opened.
    Nothing was changed. If you trust this image, allow the link for it.
  [1]
  $ platter decode --links allow disk.qcow2 - | cmp - theirs.raw
  $ platter decode --format raw base.qcow2 copy.raw > /dev/null; cmp base.qcow2 copy.raw 2>&1 | cut -c 1-40

An image comes out of a pipe in one pass.

  $ qemu-img convert -O qcow2 disk.qcow2 flat.qcow2
  $ cat flat.qcow2 | platter stream-decode - streamed.raw; cmp streamed.raw theirs.raw
  streamed.raw: raw file made
    Virtual size  4 MiB (4,194,304 bytes)
    Not zero      1.1 MiB (1,179,648 bytes)
    On disk       <...>
    Read          <...>
  $ cat flat.qcow2 | platter stream-decode | cmp - theirs.raw
  $ platter stream-decode --overwrite --json --no-history flat.qcow2 streamed.raw
  {
      "version": 1,
      "filename": "flat.qcow2",
      "virtualSize": 4194304,
      "bytesRead": 1507328,
      "bytesWritten": 1179648,
      "target": {
          "filename": "streamed.raw",
          "replaced": true,
          "fileLength": 4194304,
          "allocatedBytes": <number>
      }
  }
  $ platter stream-decode --overwrite --output json flat.qcow2 streamed.raw | grep -c '"version": 1'
  1
  $ cat disk.qcow2 | platter stream-decode --output text - other.raw
  platter: other.raw is there already (PLT-1600)
    There is a file at <folder>/other.raw; it is replaced only when somebody asks for it.
    Nothing was changed. Choose another name, or ask for it to be overwritten (--overwrite).
  [1]
  $ head -c 300000 flat.qcow2 | platter stream-decode - cut.raw
  platter: Standard input ended too early (PLT-1623)
    It ended after 300000 bytes; the L2 table at offset 0x493e0 goes on up to byte 327680.
    No file was made, and one that was to be replaced is as it was. Send it again, and see whether what writes to the pipe fails.
  [1]
  $ echo Dear diary | platter stream-decode - cut.raw
  platter: Standard input is not a qcow2 image (PLT-1626)
    It starts with 44 65 61 72 20 64 69 61; only qcow2 is read from a pipe.
    No file was made, and one that was to be replaced is as it was. See what writes to the pipe. A raw disk needs no decoding.
  [1]
  $ ls *.raw
  copy.raw
  disk.raw
  other.raw
  streamed.raw
  theirs-then.raw
  theirs.raw
  then.raw
