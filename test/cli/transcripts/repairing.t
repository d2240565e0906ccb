  $ make-image leaky leaky.qcow2
  $ make-image corrupt corrupt.qcow2
  $ make-image shared shared.qcow2
  $ make-image dirty dirty.qcow2
  $ cp leaky.qcow2 leaky2.qcow2; cp corrupt.qcow2 corrupt2.qcow2

The plan touches nothing.

  $ platter repair --dry-run corrupt.qcow2
  corrupt.qcow2: would be repaired: 2 corruptions fixed, clean then
    Before       2 corruptions
    Would be     clean
    Would write  8.5 KiB in 3 writes
    Safety copy  8.9 KiB, written first
  
    refcounts (safe): The refcounts of 1 cluster are set to the number of references found. What is shared stays shared and is copied before it is written.
  
    Found:
    COUNT  RULE               WHERE           EXAMPLE
        1  refcount-too-low   refcount block  The cluster at 0x4000 is used once but counted never: the next write could overwrite data. It holds guest offset 0x0.
        1  copied-flag-wrong  L2 table        Entry 0 of the L2 table at 0x5000 is marked COPIED, but its cluster has the refcount 0.
  
    OFFSET  BYTES  WRITES          NOW                           THEN
    0x6000  4,096  refcount block  past the end of the file      CRC-32 8f6b3eaf
    0x7000  4,096  refcount table  past the end of the file      CRC-32 40a3811d
       0x0    512  header          refcount_table_offset 0x1000  refcount_table_offset 0x7000
    Nothing was changed.
  $ cmp corrupt.qcow2 corrupt2.qcow2

What can be repaired is, and what a guest reads stays the same.

  $ platter sha *.qcow2 > sums
  $ platter repair --mode leaks --output text leaky.qcow2
  leaky.qcow2: repaired: 3 leaks fixed, clean now
    Before       3 leaks
    Now          clean
    Written      512 B in 1 write
    Safety copy  <folder>/leaky.qcow2.repair-undo-1, with which "platter undo" takes the repair back
  
    refcounts (safe): The refcounts of 3 clusters are set to the number of references found. What is shared stays shared and is copied before it is written.
  $ platter repair --mode all corrupt.qcow2 dirty.qcow2
  corrupt.qcow2: repaired: 2 corruptions fixed, clean now
    Before       2 corruptions
    Now          clean
    Written      8.5 KiB in 3 writes
    Safety copy  <folder>/corrupt.qcow2.repair-undo-1, with which "platter undo" takes the repair back
  
    refcounts (safe): The refcounts of 1 cluster are set to the number of references found. What is shared stays shared and is copied before it is written.
  
  dirty.qcow2: repaired: 2 corruptions fixed, clean now
    Before       2 corruptions, 1 warning
    Now          clean
    Written      9 KiB in 4 writes
    Safety copy  <folder>/dirty.qcow2.repair-undo-1, with which "platter undo" takes the repair back
  
    refcounts (safe): The refcounts of 1 cluster are set to the number of references found. What is shared stays shared and is copied before it is written.
    header-bits (safe): 1 feature bit of the header is set to what is true.
  platter: 2 images: 2 done
  $ platter repair --unsafe-buffering --no-history --format qcow2 leaky2.qcow2
  leaky2.qcow2: repaired: 3 leaks fixed, clean now
    Before       3 leaks
    Now          clean
    Written      512 B in 1 write
    Safety copy  <folder>/leaky2.qcow2.repair-undo-1, with which "platter undo" takes the repair back
  
    refcounts (safe): The refcounts of 3 clusters are set to the number of references found. What is shared stays shared and is copied before it is written.
  $ platter repair --mode leaks corrupt2.qcow2
  corrupt2.qcow2: needs the full repair; to repair leaks alone does nothing here
    Before  2 corruptions
    Now     2 corruptions
  
    Remains:
    COUNT  RULE               WHERE           EXAMPLE
        1  refcount-too-low   refcount block  The cluster at 0x4000 is used once but counted never: the next write could overwrite data. It holds guest offset 0x0.
        1  copied-flag-wrong  L2 table        Entry 0 of the L2 table at 0x5000 is marked COPIED, but its cluster has the refcount 0.
  [2]
  $ mkdir copies; platter repair --json --safety-copy-folder copies corrupt2.qcow2 | grep -E '"(version|filename)"'; ls copies
      "version": 1,
      "filename": "corrupt2.qcow2",
  corrupt2.qcow2.repair-undo-1
  $ platter check leaky.qcow2 corrupt.qcow2 dirty.qcow2 | head -n 4
  IMAGE          HEALTH   CORRUPTIONS  LEAKS  WASTED  ALLOCATED  NOTES
  leaky.qcow2    Healthy            0      0     0 B      4 KiB
  corrupt.qcow2  Healthy            0      0     0 B      4 KiB
  dirty.qcow2    Healthy            0      0     0 B      8 KiB
  $ platter sha --check sums | grep -v shared
  corrupt.qcow2: OK
  corrupt2.qcow2: OK
  dirty.qcow2: OK
  leaky.qcow2: OK
  leaky2.qcow2: OK

Two owners of one cluster get one each.

  $ platter repair shared.qcow2
  shared.qcow2: repaired: 1 corruption and 1 leak fixed, clean now
    Before       1 corruption, 1 leak
    Now          clean
    Written      16.5 KiB in 5 writes
    Safety copy  <folder>/shared.qcow2.repair-undo-1, with which "platter undo" takes the repair back
  
    refcounts (safe): The refcounts of 2 clusters are set to the number of references found. What is shared stays shared and is copied before it is written.
    copied-flags (safe): 2 COPIED flags are set to match the refcounts.

What gives something up needs a word.

  $ make-image past-end past-end.qcow2
  $ platter repair --dry-run past-end.qcow2
  past-end.qcow2: would be repaired: 1 corruption and 1 leak fixed, corruption remains
    Before       2 corruptions, 1 leak
    Would be     1 corruption
    Would write  16.5 KiB in 5 writes
    Safety copy  17.1 KiB, written first
  
    refcounts (safe): The refcounts of 1 cluster are set to the number of references found. What is shared stays shared and is copied before it is written.
    copied-flags (safe): 1 COPIED flag is set to match the refcounts.
    unmap-past-end (not done without --allow unmap-past-end): 1 table entry refers past the end of the file. The guest bytes will read as zeroes for good.
      guest 0x1000: 4 KiB
  
    Found:
    COUNT  RULE                WHERE           EXAMPLE
        1  reference-past-end  data cluster    The data cluster at 0x40000000 lies past the end of the file (28672 bytes).
        1  copied-flag-wrong   L2 table        Entry 1 of the L2 table at 0x5000 is marked COPIED, but its cluster has the refcount 0.
        1  leaked-clusters     refcount block  Wasted space: 1 leaked cluster at 0x6000, counted once but used never.
  
    Remains:
    COUNT  RULE                WHERE         EXAMPLE
        1  reference-past-end  data cluster  The data cluster at 0x40000000 lies past the end of the file (45056 bytes).
  
    OFFSET  BYTES  WRITES          NOW                                                   THEN
    0x7000  4,096  L2 table        past the end of the file                              CRC-32 179ac16d
    0x8000  4,096  L1 table        past the end of the file                              CRC-32 a67d275f
    0x9000  4,096  refcount block  past the end of the file                              CRC-32 f42a1afc
    0xa000  4,096  refcount table  past the end of the file                              CRC-32 d77245c2
       0x0    512  header          l1_table_offset 0x3000, refcount_table_offset 0x1000  l1_table_offset 0x8000, refcount_table_offset 0xa000
    Nothing was changed.
  [2]
  $ platter repair past-end.qcow2
  past-end.qcow2: repaired: 1 corruption and 1 leak fixed, corruption remains
    Before       2 corruptions, 1 leak
    Now          1 corruption
    Written      16.5 KiB in 5 writes
    Safety copy  <folder>/past-end.qcow2.repair-undo-1, with which "platter undo" takes the repair back
  
    refcounts (safe): The refcounts of 1 cluster are set to the number of references found. What is shared stays shared and is copied before it is written.
    copied-flags (safe): 1 COPIED flag is set to match the refcounts.
    unmap-past-end (not done without --allow unmap-past-end): 1 table entry refers past the end of the file. The guest bytes will read as zeroes for good.
      guest 0x1000: 4 KiB
  
    Remains:
    COUNT  RULE                WHERE         EXAMPLE
        1  reference-past-end  data cluster  The data cluster at 0x40000000 lies past the end of the file (45056 bytes).
  [2]
  $ platter repair --allow unmap-past-end past-end.qcow2
  past-end.qcow2: repaired: 1 corruption fixed, clean now
    Before       1 corruption
    Now          clean
    Written      16.5 KiB in 5 writes
    Safety copy  <folder>/past-end.qcow2.repair-undo-2, with which "platter undo" takes the repair back
  
    unmap-past-end (agreed to): 1 table entry refers past the end of the file. The guest bytes will read as zeroes for good.
      guest 0x1000: 4 KiB
  $ platter repair --allow nonsense past-end.qcow2
  platter: --allow nonsense: the steps are unmap-past-end, unmap-unaligned, unmap-contradicting, drop-broken-snapshots, drop-bitmaps.
  Run "platter help repair" for what it takes.
  [64]
  $ platter repair --output json missing.qcow2
  {"error":{"code":"PLT-1100","reason":"file-missing","kind":"not-found","title":"missing.qcow2 is not there","detail":"There is no file at <folder>/missing.qcow2.","safety":"Nothing was changed.","advice":"Check the name, or connect the volume it is on."}}
  [1]
  $ platter repair --format raw leaky.qcow2
  platter: leaky.qcow2 has nothing to check (PLT-1209)
    The raw format has no structures of its own that could be checked.
    Nothing was changed. Compute its SHA-256 to compare it with a known good copy.
  [63]

It can be taken back.

  $ platter undo corrupt.qcow2
  corrupt.qcow2:
    ID        WHEN                     WHAT    RETURNS                                                      POSSIBLE
    repair-1  <date>  repair  the tables from before (1.5 KiB); the file is 8 KiB shorter  yes
    "--apply" undoes the newest that can be undone, "--apply ID" another one.
  $ platter undo --dry-run --apply corrupt.qcow2
  corrupt.qcow2: can be undone: repair
    What         repair
    When         <date>
    Returns      the tables from before (1.5 KiB); the file is 8 KiB shorter
    Safety copy  <folder>/corrupt.qcow2.repair-undo-1
    Nothing was changed.
  $ platter undo --apply --no-history corrupt.qcow2
  corrupt.qcow2: undone: repair
    What         repair
    When         <date>
    Returned     the tables from before (1.5 KiB); the file is 8 KiB shorter
    Safety copy  <folder>/corrupt.qcow2.repair-undo-1
  $ platter check corrupt.qcow2 | head -n 1
  corrupt.qcow2: Needs repair, 2 corruptions
  $ platter undo --output text corrupt.qcow2
  corrupt.qcow2:
    ID        WHEN                     WHAT    RETURNS                                    POSSIBLE
    repair-1  <date>  repair  nothing: the tables are those from before  undone already
  $ platter undo --copy copies/* --links deny corrupt2.qcow2 | head -n 3
  corrupt2.qcow2: can be undone: repair
    What         repair
    Returns      the tables from before (1.5 KiB); the file is 8 KiB shorter
  $ platter undo --json --links same-folder leaky.qcow2 | grep '"version"'
      "version": 1,
  $ platter undo --output json --links allow leaky2.qcow2 | grep '"version"'
      "version": 1,

  $ qemu-img create -q -f qcow2 grown.qcow2 1M; platter resize grown.qcow2 2M > /dev/null; platter undo grown.qcow2
  grown.qcow2:
    ID  WHEN                     WHAT                      RETURNS          POSSIBLE
    <number>  <date>  grew from 1 MiB to 2 MiB  a disk of 1 MiB  yes
    "--apply" undoes the newest that can be undone, "--apply ID" another one.
  $ platter undo --apply grown.qcow2; qemu-img info grown.qcow2 | grep virtual
  grown.qcow2: undone: grew from 1 MiB to 2 MiB
    What      grew from 1 MiB to 2 MiB
    When      <date>
    Returned  a disk of 1 MiB
  virtual size: 1 MiB (1048576 bytes)

A copy is repaired instead

  $ make-image leaky copied.qcow2; cp copied.qcow2 as-it-was.qcow2
  $ platter repair --dry-run --copy-to mended.qcow2 copied.qcow2 | head -n 5
  copied.qcow2: would be repaired: 3 leaks fixed, clean then
    Before       3 leaks
    Would be     clean
    Would write  512 B in 1 write
    Copy         mended.qcow2 would be made and repaired; the image stays as it is
  $ platter repair --copy-to mended.qcow2 copied.qcow2 | head -n 5
  copied.qcow2: repaired: 3 leaks fixed, clean now
    Before   3 leaks
    Now      clean
    Written  512 B in 1 write
    Copy     mended.qcow2 was repaired; the image is as it was
  $ cmp copied.qcow2 as-it-was.qcow2; qemu-img check -q mended.qcow2; qemu-img compare -q copied.qcow2 mended.qcow2; ls copied* mended*
  copied.qcow2
  mended.qcow2
  $ platter repair --copy-to mended.qcow2 copied.qcow2
  platter: There is a mended.qcow2 already (PLT-1748)
    <folder>/mended.qcow2 is taken; Platter replaces no file by moving another.
    Nothing was changed. Choose another name or another folder.
  [1]
  $ platter repair --copy-to /tmp/mended.qcow2 copied.qcow2
  platter: The copy is not valid (PLT-1002)
    Expected a name in <folder>, found /tmp/mended.qcow2.
    Nothing was changed. Correct the value and try again.
  [1]
  $ platter repair --copy-to mended.qcow2 --safety-copy-folder . copied.qcow2
  platter: --copy-to leaves the image as it is: it goes without a safety copy, and without --unsafe-buffering.
  Run "platter help repair" for what it takes.
  [64]
  $ platter repair --copy-to mended.qcow2 copied.qcow2 leaky.qcow2
  platter: --copy-to goes with one image.
  Run "platter help repair" for what it takes.
  [64]
