A backing file that was renamed

  $ qemu-img create -q -f qcow2 base.qcow2 4M
  $ qemu-io -c 'write -q -P 7 0 1M' base.qcow2
  $ qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 top.qcow2
  $ mv base.qcow2 debian.qcow2

  $ platter relink --dry-run top.qcow2 debian.qcow2
  top.qcow2: would be read through debian.qcow2
    Backing file  base.qcow2 (qcow2) -> debian.qcow2 (qcow2)
    Its disk      4 MiB
    Nothing was changed.
  $ platter relink top.qcow2 debian.qcow2
  top.qcow2: is read through debian.qcow2
    Backing file  base.qcow2 (qcow2) -> debian.qcow2 (qcow2)
    Its disk      4 MiB
  $ qemu-img info top.qcow2 | grep backing
  backing file: debian.qcow2
  backing file format: qcow2
  $ qemu-io -c 'read -q -P 7 0 1M' top.qcow2 && qemu-img check top.qcow2
  No errors were found on the image.
  Image end offset: 262144

It can be undone

  $ platter undo top.qcow2 --apply
  top.qcow2: undone: backing file named debian.qcow2
    What      backing file named debian.qcow2
    When      <date>
    Returned  the backing file base.qcow2
  $ platter relink --no-history --backing-format qcow2 --links allow top.qcow2 ./debian.qcow2 | head -n 1
  top.qcow2: is read through ./debian.qcow2

What may be the wrong file

  $ qemu-img create -q -f qcow2 small.qcow2 1M
  $ platter relink --output text top.qcow2 small.qcow2
  top.qcow2: is read through small.qcow2
    Backing file  ./debian.qcow2 (qcow2) -> small.qcow2 (qcow2)
    Its disk      1 MiB
    Note          ./debian.qcow2, which the image names now, is there and is another file.
    Note          The disk in small.qcow2 ends at byte 1048576 and this one at 4194304: between them the guest would read zeroes.
    Note          small.qcow2 was written to after this image last was. What this image holds fits to what was in it before.
  $ platter relink --json --format qcow2 top.qcow2 debian.qcow2
  {
      "version": 1,
      "filename": "top.qcow2",
      "plan": {
          "before": {
              "name": "small.qcow2",
              "format": "qcow2"
          },
          "after": {
              "name": "debian.qcow2",
              "format": "qcow2"
          },
          "target": "<folder>/debian.qcow2",
          "virtualSize": 4194304,
          "backingSize": 4194304,
          "warnings": [
              {
                  "kind": "old-still-there",
                  "text": "small.qcow2, which the image names now, is there and is another file."
              }
          ]
      },
      "done": true
  }

What is refused

  $ platter relink top.qcow2 top.qcow2
  platter: top.qcow2 would be its own backing file (PLT-1733)
    top.qcow2 is this image, or is read through it itself.
    Nothing was changed. Choose the file that was below it.
  [1]
  $ platter relink top.qcow2 missing.qcow2
  platter: missing.qcow2 is not there (PLT-1100)
    There is no file at <folder>/missing.qcow2.
    Nothing was changed. Check the name, or connect the volume it is on.
  [1]
  $ platter relink debian.qcow2 small.qcow2
  platter: debian.qcow2 has no backing file (PLT-1730)
    It holds its whole disk itself, so there is no name to replace.
    Nothing was changed. To put something under it, make a new image over that file.
  [1]
  $ platter relink --backing-format raw top.qcow2 debian.qcow2
  platter: debian.qcow2 has another format (PLT-1731)
    It would be read as raw and is qcow2; the guest would see other bytes.
    Nothing was changed. Give it as qcow2.
  [1]
  $ platter relink top.qcow2
  platter: missing required argument 'backing'
  Run "platter help relink" for what it takes.
  [64]
  $ platter relink --links deny --dry-run top.qcow2 debian.qcow2
  top.qcow2: would be read through debian.qcow2
    Backing file  debian.qcow2 (qcow2) -> debian.qcow2 (qcow2)
    Its disk      4 MiB
    Nothing was changed.
  $ platter relink --links same-folder --output json --dry-run top.qcow2 debian.qcow2
  {
      "version": 1,
      "filename": "top.qcow2",
      "plan": {
          "before": {
              "name": "debian.qcow2",
              "format": "qcow2"
          },
          "after": {
              "name": "debian.qcow2",
              "format": "qcow2"
          },
          "target": "<folder>/debian.qcow2",
          "virtualSize": 4194304,
          "backingSize": 4194304,
          "warnings": []
      },
      "done": false
  }
  $ platter relink --format raw top.qcow2 debian.qcow2
  platter: top.qcow2 has no backing file (PLT-1730)
    It holds its whole disk itself, so there is no name to replace.
    Nothing was changed. To put something under it, make a new image over that file.
  [1]
