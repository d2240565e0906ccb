  $ qemu-img create -q -f qcow2 disk.qcow2 1M
  $ qemu-io -c 'write -q -P 0x61 0 64k' disk.qcow2

What is written is there, and nothing around it changes.

  $ platter write --sector 2 --text 'Hello, world' disk.qcow2
  disk.qcow2: 12 bytes written at offset 1,024 (0x400)
  $ platter read --offset 1020 --bytes 20 disk.qcow2
  aaaaHello, worldaaaa (no-eol)
  $ platter read --sector 2 --length 1 --hex disk.qcow2 | head -n 2
  00000400  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 61 61 61 61  |Hello, worldaaaa|
  00000410  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  |aaaaaaaaaaaaaaaa|
  $ echo from a file > words; platter write --offset 1M --from words disk.qcow2
  platter: Outside the disk in disk.qcow2 (PLT-1003)
    The range ends at byte 1048588; the disk ends at byte 1048576.
    Nothing was changed. Choose a range that lies inside the disk.
  [1]
  $ platter write --offset 512K --from words --no-history --format qcow2 disk.qcow2
  disk.qcow2: 12 bytes written at offset 524,288 (0x80000)
  $ echo from a pipe | platter write --offset 1K --from - --output text --links deny disk.qcow2
  disk.qcow2: 12 bytes written at offset 1,024 (0x400)
  $ platter write --pattern 0xab --bytes 4K --offset 8K --dry-run disk.qcow2
  disk.qcow2: 4,096 bytes at offset 8,192 (0x2000) would be written, which changes 4,096 bytes. Nothing was changed.
  $ platter write --pattern 0xab --length 8 --sector 16 --json --links same-folder disk.qcow2
  {
      "version": 1,
      "filename": "disk.qcow2",
      "virtualSize": 1048576,
      "offset": 8192,
      "length": 4096,
      "written": true
  }
  $ platter write --zero --bytes 32K --offset 16K --output json --links allow disk.qcow2 | grep -c '"version": 1'
  1
  $ qemu-io -c 'read -q -P 0x61 0 1k' -c 'read -q -P 0xab 8k 4k' -c 'read -q -P 0 16k 32k' -c 'read -q -P 0x61 48k 16k' disk.qcow2; qemu-img check -q disk.qcow2
  $ truncate -s 4K disk.raw; platter write --format raw --text x disk.raw > /dev/null; od -A d -c disk.raw
  0000000   x  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0
  0000016  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0
  *
  0004096

Reading, into a file and of other formats.

  $ platter read --offset 1K --bytes 11 --to out --format qcow2 --links deny disk.qcow2; cat out
  from a pipe (no-eol)
  $ platter read --bytes 1 --to out disk.qcow2
  platter: out is there already (PLT-1600)
    There is a file at <folder>/out; it is replaced only when somebody asks for it.
    Nothing was changed. Choose another name, or ask for it to be overwritten (--overwrite).
  [1]
  $ platter read --bytes 1 --to out --overwrite --links same-folder disk.qcow2; cat out; echo
  a
  $ platter read --format raw --bytes 3 --links allow disk.qcow2; echo
  QFI

The end of the disk is where it is.

  $ platter read --sector 2048 disk.qcow2
  platter: Outside the disk in disk.qcow2 (PLT-1003)
    The range ends at byte 1049088; the disk ends at byte 1048576.
    Nothing was changed. Choose a range that lies inside the disk.
  [1]
  $ platter read --sector 2047 --length 2 disk.qcow2
  platter: Outside the disk in disk.qcow2 (PLT-1003)
    The range ends at byte 1049088; the disk ends at byte 1048576.
    Nothing was changed. Choose a range that lies inside the disk.
  [1]
  $ platter write --sector 999999999 --text x disk.qcow2
  platter: Outside the disk in disk.qcow2 (PLT-1003)
    The range ends at byte 511999999489; the disk ends at byte 1048576.
    Nothing was changed. Choose a range that lies inside the disk.
  [1]
  $ platter write --text x --zero disk.qcow2
  platter: write needs one of --text, --from, --pattern and --zero. --text and --zero were given.
  Run "platter help write" for what it takes.
  [64]
  $ platter read --sector 1 --offset 512 disk.qcow2
  platter: --sector and --offset both say where it begins; one is enough.
  Run "platter help read" for what it takes.
  [64]
  $ script -qec 'platter read disk.qcow2' typescript < /dev/null | head -n 1
  platter: The bytes of a disk are not for a terminal: add --hex, or --to FILE.
