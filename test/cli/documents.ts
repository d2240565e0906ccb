/** Pages whose commands run as they are printed. */
export const documents = ['README.md', 'docs/CLI.md'] as const

/** The images that they speak of, as a line of shell that says nothing. */
export const prepare = [
  'qemu-img create -q -f qcow2 disk.qcow2 64M',
  "qemu-io -c 'write -q -P 7 0 4M' -c 'write -q -P 0 8M 2M' -c 'write -q -P 9 40M 1M' disk.qcow2",
  'qemu-img snapshot -c monday disk.qcow2',
  "qemu-io -c 'write -q -P 8 1M 1M' disk.qcow2",
  'qemu-img convert -O raw disk.qcow2 disk.raw',
  'qemu-img create -q -f qcow2 -o compat=0.10 old.qcow2 16M',
  'make-image corrupt broken.qcow2',
  'mkdir vm bases',
  'qemu-img create -q -f qcow2 bases/debian.qcow2 64M',
  'cp disk.qcow2 vm/web.qcow2',
  'cp old.qcow2 vm/db.qcow2',
  'cp disk.raw vm/mail.raw',
].join(' && ')
