The same disk as qcow2 and raw has the same checksum.

  $ qemu-img create -q -f qcow2 disk.qcow2 1M
  $ qemu-io -c 'write -q -P 7 64k 64k' disk.qcow2
  $ qemu-img convert -O raw disk.qcow2 disk.raw
  $ platter sha disk.qcow2 disk.raw
  8591c541ed47b84a1fcbfb068b1c10f63b0f2d44b48adb0de33f9b6f0a32f19b  disk.qcow2
  8591c541ed47b84a1fcbfb068b1c10f63b0f2d44b48adb0de33f9b6f0a32f19b  disk.raw
  $ sha256sum disk.raw
  8591c541ed47b84a1fcbfb068b1c10f63b0f2d44b48adb0de33f9b6f0a32f19b  disk.raw
  $ platter sha --algorithm sha256 disk.qcow2
  8591c541ed47b84a1fcbfb068b1c10f63b0f2d44b48adb0de33f9b6f0a32f19b  disk.qcow2
  $ platter sha --algorithm sha1 disk.qcow2; sha1sum disk.raw
  7ed9fda70756658135f78480f33a4f3a097b9f10  disk.qcow2
  7ed9fda70756658135f78480f33a4f3a097b9f10  disk.raw
  $ platter sha --algorithm sha512 disk.qcow2
  a52ef0c6593f4272f9cb83a60d4480969ec59e81b7004c432e803ce79066e9cbe2c669082de98670a575d097c83e38077e44e12cbaf6b0cc42566b72a40c5113  disk.qcow2
  $ platter sha --file --no-history disk.raw
  8591c541ed47b84a1fcbfb068b1c10f63b0f2d44b48adb0de33f9b6f0a32f19b  disk.raw
  $ platter sha --format raw disk.raw
  8591c541ed47b84a1fcbfb068b1c10f63b0f2d44b48adb0de33f9b6f0a32f19b  disk.raw
  $ platter sha --format qcow2 disk.raw
  platter: disk.raw is not a disk image we know (PLT-1200)
    <folder>/disk.raw starts with 0x0, which belongs to no format Platter knows.
    Nothing was changed. If you know that it is a raw disk, say so: “Treat as raw disk” in the window, --format raw on the command line.
  [1]
  $ platter sha --links deny disk.qcow2 | cut -c 1-8
  8591c541
  $ platter sha --links same-folder disk.qcow2 | cut -c 1-8
  8591c541
  $ platter sha --links allow disk.qcow2 | cut -c 1-8
  8591c541

A list of sums is compared with the disks.

  $ platter sha disk.qcow2 disk.raw > sums
  $ platter sha --check sums
  disk.qcow2: OK
  disk.raw: OK
  $ qemu-io -c 'write -q -P 8 64k 64k' disk.qcow2
  $ platter sha --check sums
  disk.qcow2: FAILED
  disk.raw: OK
  platter: 1 checksum does not match.
  [1]
  $ rm disk.raw; platter sha --check sums
  platter: disk.raw is not there (PLT-1100)
    There is no file at <folder>/disk.raw.
    Nothing was changed. Check the name, or connect the volume it is on.
  disk.qcow2: FAILED
  platter: 1 checksum does not match.
  platter: 1 image could not be read.
  [1]

  $ platter sha --json disk.qcow2
  {
      "version": 1,
      "filename": "disk.qcow2",
      "algorithm": "sha256",
      "target": "content",
      "digest": "1dccfa3c3a3e1d65200bf1966963c20c62f0161d09490490cd7672432c3518d3",
      "length": 1048576,
      "live": false
  }
  $ platter sha --output json disk.qcow2 missing.qcow2
  [
      {
          "version": 1,
          "filename": "disk.qcow2",
          "algorithm": "sha256",
          "target": "content",
          "digest": "1dccfa3c3a3e1d65200bf1966963c20c62f0161d09490490cd7672432c3518d3",
          "length": 1048576,
          "live": false
      },
      {
          "filename": "missing.qcow2",
          "error": {
              "code": "PLT-1100",
              "reason": "file-missing",
              "kind": "not-found",
              "title": "missing.qcow2 is not there",
              "detail": "There is no file at <folder>/missing.qcow2.",
              "safety": "Nothing was changed.",
              "advice": "Check the name, or connect the volume it is on."
          }
      }
  ]
  platter: 2 images: 1 done, 1 not done
  [1]
  $ platter sha --output text missing.qcow2
  platter: missing.qcow2 is not there (PLT-1100)
    There is no file at <folder>/missing.qcow2.
    Nothing was changed. Check the name, or connect the volume it is on.
  [1]
