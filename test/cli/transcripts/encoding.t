  $ for n in 0 1 2 3 4 5 6 7; do head -c 65536 /dev/zero | tr '\0' $n; head -c 65536 /dev/zero; done > disk.raw; truncate -s 16777301 disk.raw

A raw disk becomes an image without what is zero, and back.

  $ platter encode --dry-run disk.raw
  disk.qcow2: qcow2 version 3 would be made
    Virtual size  16 MiB (16,777,728 bytes)
    Stored        8 of 257 clusters of 64 KiB
    File length   832 KiB (851,968 bytes)
    Read          <...>
    Nothing was changed.
  $ ls
  disk.raw
  $ platter encode disk.raw
  disk.qcow2: qcow2 version 3 made
    Virtual size  16 MiB (16,777,728 bytes)
    Stored        8 of 257 clusters of 64 KiB
    File length   832 KiB (851,968 bytes)
    On disk       <...>
    Read          <...>
  platter: the new image is disk.qcow2
  $ qemu-img check -q disk.qcow2; qemu-img compare -F raw disk.qcow2 disk.raw
  Images are identical.
  $ platter encode disk.raw disk.qcow2
  platter: disk.qcow2 is there already (PLT-1600)
    There is a file at <folder>/disk.qcow2; it is replaced only when somebody asks for it.
    Nothing was changed. Choose another name, or ask for it to be overwritten (--overwrite).
  [1]
  $ platter encode --overwrite --no-history --json disk.raw disk.qcow2
  {
      "version": 1,
      "filename": "disk.raw",
      "target": "disk.qcow2",
      "result": {
          "sourceFormat": "raw",
          "virtualSize": 16777728,
          "clusterSize": 65536,
          "formatVersion": 3,
          "refcountBits": 16,
          "lazyRefcounts": false,
          "compression": "none",
          "guestClusters": 257,
          "dataClusters": 8,
          "bytesRead": 1085952,
          "fileLength": 851968,
          "compressedClusters": 0,
          "compressedBytes": 0,
          "replaced": true,
          "allocatedBytes": <number>
      }
  }
  $ platter encode --output text missing.raw x.qcow2
  platter: missing.raw is not there (PLT-1100)
    There is no file at <folder>/missing.raw.
    Nothing was changed. Check the name, or connect the volume it is on.
  [1]
  $ platter encode disk.raw x.qcow2 --cluster-bits 30
  platter: option '--cluster-bits <bits>' argument '30' is invalid. Expected a whole number from 9 to 21.
  Run "platter help encode" for what it takes.
  [64]

Every kind of image; each has the same disk.

  $ for bits in 1 2 4 8 16 32 64; do platter encode --overwrite --refcount-bits $bits --output json disk.raw a.qcow2 | grep -c '"version": 1' && qemu-img check -q a.qcow2 && qemu-img compare -q disk.qcow2 a.qcow2; done | sort | uniq -c
        7 1
  $ for method in zlib zstd; do platter encode --overwrite --compress $method --cluster-size 64K disk.raw a.qcow2 > /dev/null && qemu-img check -q a.qcow2 && qemu-img compare disk.qcow2 a.qcow2; done
  Images are identical.
  Images are identical.
  $ head -c 65536 /dev/urandom > noise.raw; platter encode --compress zlib noise.raw noise.qcow2 | grep Stored; rm noise.*
    Stored        1 of 1 cluster of 64 KiB, none of them smaller when packed
  $ platter encode --overwrite --compat 0.10 --cluster-bits 9 --strict-refcounts disk.raw a.qcow2 > /dev/null; qemu-img check -q a.qcow2 && qemu-img compare disk.qcow2 a.qcow2
  Images are identical.
  $ platter encode --overwrite --compat 1.1 --lazy-refcounts -o cluster_size=4k disk.raw a.qcow2 > /dev/null; qemu-img check -q a.qcow2 && qemu-img compare disk.qcow2 a.qcow2
  Images are identical.
  $ platter encode --overwrite --option cluster_size=2M --format raw --links deny disk.raw a.qcow2 > /dev/null; qemu-img compare disk.qcow2 a.qcow2
  Images are identical.
  $ platter encode --overwrite --format qcow2 --links same-folder disk.qcow2 a.qcow2 > /dev/null; qemu-img compare disk.qcow2 a.qcow2
  Images are identical.
  $ platter encode --overwrite --links allow disk.qcow2 a.qcow2 > /dev/null; qemu-img compare disk.qcow2 a.qcow2
  Images are identical.

From a pipe, and to one.

  $ cat disk.raw | platter encode - piped.qcow2
  piped.qcow2: qcow2 version 3 made
    Virtual size  16 MiB (16,777,728 bytes)
    Stored        8 of 257 clusters of 64 KiB
    File length   832 KiB (851,968 bytes)
    On disk       <...>
    Read          <...>
  $ qemu-img check -q piped.qcow2; qemu-img compare disk.qcow2 piped.qcow2
  Images are identical.
  $ platter encode disk.raw - | cat > out.qcow2; qemu-img check -q out.qcow2; qemu-img compare disk.qcow2 out.qcow2
  Images are identical.
  $ cat disk.raw | platter encode - - | cat
  platter: From standard input to standard output nothing can be encoded: tables come before data. Name a file.
  Run "platter help encode" for what it takes.
  $ platter encode --compress zlib disk.raw - | cat
  platter: --compress needs a file to write to: tables come before data.
  Run "platter help encode" for what it takes.
