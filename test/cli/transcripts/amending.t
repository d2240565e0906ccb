  $ qemu-img create -q -f qcow2 -o compat=0.10 old.qcow2 1M
  $ qemu-io -c 'write -q -P 1 0 256k' old.qcow2
  $ cp old.qcow2 same.qcow2

  $ platter amend --compat 1.1 --dry-run old.qcow2
  old.qcow2: would be changed
    Version         2 -> 3
    Refcounts       16 bits
    Lazy refcounts  off
    Step            version 3
    Nothing was changed.
  $ cmp old.qcow2 same.qcow2
  $ platter amend --compat 1.1 old.qcow2
  old.qcow2: changed
    Version         2 -> 3
    Refcounts       16 bits
    Lazy refcounts  off
    File length     576 KiB, as before
    Done            version 3
  $ platter amend --compat 1.1 --output text old.qcow2
  old.qcow2: is as wanted already
    Version         3
    Refcounts       16 bits
    Lazy refcounts  off
  $ platter amend --lazy-refcounts --no-history old.qcow2 | head -n 1
  old.qcow2: changed
  $ platter amend --strict-refcounts --format qcow2 old.qcow2 | head -n 1
  old.qcow2: changed
  $ for bits in 1 2 4 8 32 64 16; do platter amend --refcount-bits $bits old.qcow2 > /dev/null && qemu-img check -q old.qcow2 && qemu-img info old.qcow2 | grep 'refcount bits'; done
      refcount bits: 1
      refcount bits: 2
      refcount bits: 4
      refcount bits: 8
      refcount bits: 32
      refcount bits: 64
      refcount bits: 16
  $ platter amend -o lazy_refcounts=on,refcount_bits=16 --option compat=1.1 --json old.qcow2
  {
      "version": 1,
      "filename": "old.qcow2",
      "plan": {
          "before": {
              "version": 3,
              "lazyRefcounts": false,
              "refcountBits": 16
          },
          "after": {
              "version": 3,
              "lazyRefcounts": true,
              "refcountBits": 16
          },
          "steps": [
              {
                  "kind": "lazy-refcounts",
                  "to": true
              }
          ]
      },
      "result": {
          "fileLength": {
              "before": 720896,
              "after": 720896
          }
      }
  }
  $ platter amend --compat 0.10 old.qcow2
  old.qcow2: changed
    Version         3 -> 2
    Refcounts       16 bits
    Lazy refcounts  on -> off
    File length     704 KiB, as before
    Done            version 2
  $ platter amend --compat 0.10 --strict-refcounts --output json old.qcow2 | grep -c '"version": 1'
  1
  $ qemu-img compare old.qcow2 same.qcow2
  Images are identical.
  $ platter amend old.qcow2
  platter: Nothing is to be changed: give --compat, --refcount-bits, --lazy-refcounts or --strict-refcounts.
  Run "platter help amend" for what it takes.
  [64]
  $ platter amend --compat 1.1 old.qcow2 missing.qcow2 > /dev/null
  platter: missing.qcow2 is not there (PLT-1100)
    There is no file at <folder>/missing.qcow2.
    Nothing was changed. Check the name, or connect the volume it is on.
  platter: 2 images: 1 done, 1 not done
  [1]
  $ truncate -s 1M disk.raw; platter amend --format raw --compat 1.1 disk.raw
  platter: disk.raw has no such options (PLT-1560)
    The options that can be changed belong to qcow2; <folder>/disk.raw is a raw image.
    Nothing was changed. Convert it to qcow2 first.
  [63]
