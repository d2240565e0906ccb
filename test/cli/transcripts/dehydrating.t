  $ qemu-img create -q -f qcow2 broken.qcow2 64M
  $ qemu-io -c 'write -q -P 0x53 0 1M' broken.qcow2; qemu-img snapshot -c 'my secret project' broken.qcow2
  $ make-image corrupt corrupt.qcow2

Only metadata leaves, and the image that comes of it is judged the same.

  $ platter dehydrate broken.qcow2
  broken.qcow2: dehydrated, without guest data
    Written                <folder>/broken.qcow2.dehydrated
    Image                  1.4 MiB (1,441,874 bytes)
    Metadata               193 KiB (197,218 bytes)
    File size              <bytes>
    Check of the image     clean
    Check of the metadata  clean
    Names in it            1 snapshot: my secret project
  A check judges both the same.
  $ platter rehydrate broken.qcow2.dehydrated again.qcow2
  again.qcow2: image made; it has no guest data
    Length    1.4 MiB (1,441,874 bytes)
    Metadata  193 KiB (197,218 bytes)
    On disk   <...>
  $ qemu-img check -q again.qcow2; qemu-img snapshot -l again.qcow2 | grep -o 'my secret project'
  my secret project
  $ qemu-io -c 'read -q -P 0 0 1M' again.qcow2
  $ platter dehydrate --overwrite --anonymize --no-history --output text broken.qcow2 | grep -i name
    Names in it            1 snapshot: 1xxxxxxxxxxxxxxxx (replaced)
  $ platter rehydrate --overwrite --no-history --output text broken.qcow2.dehydrated again.qcow2 | head -n 1; qemu-img snapshot -l again.qcow2 | grep -c secret
  again.qcow2: image replaced; it has no guest data
  0
  [1]
  $ platter dehydrate --json corrupt.qcow2 sent
  {
      "version": 1,
      "filename": "corrupt.qcow2",
      "imageBytes": 24576,
      "metadataBytes": 12416,
      "ranges": 3,
      "judgedTheSame": true,
      "image": {
          "verdict": "corrupt",
          "corruptions": 2,
          "leaks": 0,
          "checkErrors": 0,
          "warnings": 0
      },
      "dehydrated": {
          "verdict": "corrupt",
          "corruptions": 2,
          "leaks": 0,
          "checkErrors": 0,
          "warnings": 0
      },
      "leftOutCount": 0,
      "anonymized": false,
      "live": false,
      "writtenBytes": <number>,
      "files": [
          "<folder>/sent"
      ],
      "leftOut": [],
      "names": {
          "snapshots": [],
          "bitmaps": []
      }
  }
  $ platter rehydrate --json sent corrupt2.qcow2
  {
      "version": 1,
      "filename": "sent",
      "target": {
          "filename": "corrupt2.qcow2",
          "replaced": false,
          "fileLength": 24576,
          "allocatedBytes": <number>
      },
      "metadataBytes": 12416,
      "judgedTheSame": true,
      "anonymized": false,
      "live": false
  }
  $ platter check --quiet corrupt.qcow2 > one; platter check --quiet corrupt2.qcow2 > other; sed -i 's/corrupt2/corrupt/' other; cmp one other

The two files of qcow-tool, and what is refused.

  $ platter dehydrate --two-files parts --format qcow2 --output json broken.qcow2 | grep -c '"version": 1'
  1
  $ sed 's/[0-9]\+/N/g' parts.map; ls parts.*
  ((blocks ((N N) (N N) (N N) (N N) (N N))) (total_size N))
  parts.map
  parts.meta
  $ platter rehydrate --output json parts third.qcow2 | grep -c '"version": 1'; qemu-img check -q third.qcow2
  1
  $ platter dehydrate broken.qcow2
  platter: broken.qcow2.dehydrated is there already (PLT-1600)
    There is a file at <folder>/broken.qcow2.dehydrated; it is replaced only when somebody asks for it.
    Nothing was changed. Choose another name, or ask for it to be overwritten (--overwrite).
  [1]
  $ truncate -s 1M disk.raw; platter dehydrate --format raw disk.raw
  platter: disk.raw has no metadata to take out (PLT-1640)
    It is a raw image; only qcow2 images have structures that can be told from their content.
    Nothing was changed. Name a qcow2 image.
  [63]
  $ echo Dear diary > text; platter rehydrate text x.qcow2
  platter: text holds no dehydrated image (PLT-1643)
    <folder>/text is another kind of file; expected was what dehydrate writes.
    No image was made; nothing else was changed. Name the file that dehydrate made, or the prefix (or the .map file) of its two files.
  [1]
