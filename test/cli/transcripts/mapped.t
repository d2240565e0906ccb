  $ qemu-img create -q -f qcow2 disk.qcow2 1M
  $ qemu-io -c 'write -q -P 1 0 128k' -c 'write -q -P 0 256k 128k' -c 'write -q -P 2 512k 64k' disk.qcow2
  $ truncate -s 8K disk.raw; printf x | dd of=disk.raw bs=1 seek=4096 conv=notrunc status=none

  $ platter mapped disk.qcow2
  # offset (bytes), length (bytes)
  0x0 131072
  0x40000 131072
  0x80000 65536
  $ platter mapped --ignore-zeroes --output text --format qcow2 disk.qcow2
  # offset (bytes), length (bytes)
  0x0 131072
  0x80000 65536
  $ platter mapped --offset 64K --bytes 256K --links deny disk.qcow2
  # offset (bytes), length (bytes)
  0x10000 65536
  0x40000 65536
  $ platter mapped --json --links same-folder disk.qcow2
  { "version": 1, "filename": "disk.qcow2", "extents": [
  { "offset": 0, "length": 131072 },
  { "offset": 262144, "length": 131072 },
  { "offset": 524288, "length": 65536 }], "count": 3, "bytes": 327680 }
  $ platter mapped --output json --links allow disk.qcow2 missing.qcow2
  [
  { "version": 1, "filename": "disk.qcow2", "extents": [
  { "offset": 0, "length": 131072 },
  { "offset": 262144, "length": 131072 },
  { "offset": 524288, "length": 65536 }], "count": 3, "bytes": 327680 },
  {"filename":"missing.qcow2","error":{"code":"PLT-1100","reason":"file-missing","kind":"not-found","title":"missing.qcow2 is not there","detail":"There is no file at <folder>/missing.qcow2.","safety":"Nothing was changed.","advice":"Check the name, or connect the volume it is on."}}
  ]
  platter: 2 images: 1 done, 1 not done
  [1]
  $ platter mapped --format raw disk.raw
  # offset (bytes), length (bytes)
  0x1000 4096
  $ platter info --filter .virtual-size disk.qcow2
  1048576
  $ platter info --filter '.format-specific.data' disk.qcow2
  {"compat":"1.1","compression-type":"zlib","lazy-refcounts":false,"refcount-bits":16,"corrupt":false,"extended-l2":false}
  $ platter info --filter .virtual-sise disk.qcow2
  platter: disk.qcow2 has no .virtual-sise (PLT-1660)
    There is no "virtual-sise" in what is known of it; there is .virtual-size.
    Nothing was changed. Choose one of these, or leave --filter out to see everything.
  [1]
