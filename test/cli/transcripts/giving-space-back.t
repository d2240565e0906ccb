An image with holes: 8 MiB written, half of it discarded, half of the rest zeroes.

  $ qemu-img create -q -f qcow2 disk.qcow2 64M
  $ qemu-io -d unmap -c 'write -q -P 1 0 8M' -c 'discard -q 0 4M' -c 'write -q -P 0 6M 1M' disk.qcow2
  $ platter sha disk.qcow2 > sums

The plan touches nothing.

  $ cp disk.qcow2 same.qcow2
  $ platter compact --dry-run --mode auto disk.qcow2
  disk.qcow2: would give back 1 MiB
    Zero data  1 MiB
    Leaked     0 B
    Holes      4 MiB
    Tail       0 B
    Kept       virtual size 64 MiB
    Mode       in place: the file gets shorter, without space for a second one
  
    MODE         FILE AFTER  ON DISK AFTER  MOVES    NEEDS     TIME  REMARKS
    in place        <bytes>        <bytes>  <bytes>    <bytes>  ~ <time>
    punch           <bytes>        <bytes>    <bytes>      <bytes>  ~ <time>
    rewrite       ~ <bytes>      ~ <bytes>    <bytes>  <bytes>  ~ <time>
    zeroes only     <bytes>        <bytes>    <bytes>      <bytes>  ~ <time>
    Nothing was changed.
  $ platter discard --dry-run disk.qcow2
  disk.qcow2: would give back 0 B
    Zero data  1 MiB
    Leaked     0 B
    Holes      4 MiB
    Tail       0 B
    Kept       virtual size 64 MiB
  
    MODE         FILE AFTER  ON DISK AFTER  MOVES    NEEDS     TIME  REMARKS
    in place        <bytes>        <bytes>  <bytes>    <bytes>  ~ <time>
    punch           <bytes>        <bytes>    <bytes>      <bytes>  ~ <time>
    rewrite       ~ <bytes>      ~ <bytes>    <bytes>  <bytes>  ~ <time>
    zeroes only     <bytes>        <bytes>    <bytes>      <bytes>  ~ <time>
    Nothing was changed.
  $ cmp disk.qcow2 same.qcow2

Zeroes go, and what is free goes back to the host, in each way there is.

  $ platter discard disk.qcow2
  disk.qcow2: 1 MiB of zeroes are no longer stored, the file is as long as before
    Zero data    1 MiB
    Leaked       0 B
    Holes        4 MiB
    Tail         0 B
    File length  8.3 MiB, as before
    On disk      <...>
    Kept         virtual size 64 MiB
    Mode         zeroes only
    Work         <...>
    Proof        the disk reads as before, by SHA-256
  
    STATE        BYTES  SHA-256
    active  67,108,864  3faa568c5c7d19d263b94e6ef1b9731ed6db0b3943ff42d339827992e0e80643
  $ cp disk.qcow2 punched.qcow2; cp disk.qcow2 written.qcow2
  $ platter compact disk.qcow2
  disk.qcow2: <bytes> given back, the file is 5 MiB shorter
    Zero data    0 B
    Leaked       0 B
    Holes        5 MiB
    Tail         0 B
    File length  8.3 MiB -> 3.3 MiB
    On disk      <...>
    Kept         virtual size 64 MiB
    Mode         in place: the file gets shorter, without space for a second one
    Work         <...>
    Proof        the disk reads as before, by SHA-256
  
    STATE        BYTES  SHA-256
    active  67,108,864  3faa568c5c7d19d263b94e6ef1b9731ed6db0b3943ff42d339827992e0e80643
  $ platter compact --mode in-place --format qcow2 --unsafe-buffering disk.qcow2
  disk.qcow2: nothing to give back, so nothing was written
    What a guest has deleted is free once the guest says so: let it discard (fstrim, Optimize Drives).
  $ platter compact --mode punch --links deny --no-verify punched.qcow2
  punched.qcow2: nothing to give back, so nothing was written
    What a guest has deleted is free once the guest says so: let it discard (fstrim, Optimize Drives).
  $ platter compact --mode rewrite --links same-folder --compress zlib --keep-original old.qcow2 written.qcow2
  written.qcow2: <bytes> given back, the file is 7.9 MiB shorter
    Zero data    0 B
    Leaked       0 B
    Holes        5 MiB
    Tail         0 B
    File length  8.3 MiB -> 384 KiB
    On disk      <...>
    Kept         virtual size 64 MiB
    Mode         rewrite
    Work         <...>
    Original     kept as <folder>/old.qcow2
    Proof        the disk reads as before, by SHA-256
  
    STATE        BYTES  SHA-256
    active  67,108,864  3faa568c5c7d19d263b94e6ef1b9731ed6db0b3943ff42d339827992e0e80643
  $ ls
  disk.qcow2
  old.qcow2
  punched.qcow2
  same.qcow2
  sums
  written.qcow2
  $ platter compact --mode rewrite --links allow --compress zstd --output text old.qcow2 > /dev/null; ls -1 old*
  old.qcow2
  $ platter sha --check sums
  disk.qcow2: OK
  $ for file in *.qcow2; do qemu-img check -q $file && qemu-img compare disk.qcow2 $file; done
  Images are identical.
  Images are identical.
  Images are identical.
  Images are identical.
  Images are identical.

What they answer in JSON, and what they refuse.

  $ platter compact --output json --dry-run disk.qcow2 | grep -c '"filename": "disk.qcow2"'
  1
  $ platter compact --json --mode in-place disk.qcow2 | grep -c '"filename": "disk.qcow2"'
  1
  $ platter discard --json --no-verify --unsafe-buffering disk.qcow2 | grep -c '"filename": "disk.qcow2"'
  1
  $ platter discard --output json --format qcow2 --links deny disk.qcow2 | grep -c '"filename": "disk.qcow2"'
  1
  $ platter discard --output text --format raw --links same-folder disk.qcow2
  platter: disk.qcow2 cannot be compacted this way (PLT-1570)
    The mode "zeroes" is not possible: a raw image is the disk, byte for byte: all of it has its place.
    Nothing was changed. Punch it, or convert it to qcow2.
  [1]
  $ truncate -s 1M disk.raw; platter compact --format raw disk.raw
  disk.raw: nothing to give back, so nothing was written
    What a guest has deleted is free once the guest says so: let it discard (fstrim, Optimize Drives).
  $ make-image corrupt corrupt.qcow2; platter compact corrupt.qcow2
  platter: corrupt.qcow2 has to be repaired first (PLT-1536)
    Its tables contradict each other (findings of the check: 2), so nobody knows which of its space is free; changing it could overwrite what a guest stored.
    Nothing was changed. Check the image, repair it, and plan anew.
  [1]
  $ platter discard --links allow missing.qcow2
  platter: missing.qcow2 is not there (PLT-1100)
    There is no file at <folder>/missing.qcow2.
    Nothing was changed. Check the name, or connect the volume it is on.
  [1]
