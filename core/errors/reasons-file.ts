import { nameOf, type CatalogueEntry } from './explanation.ts'

export const fileReasons = {
  'file-missing': {
    kind: 'not-found',
    number: 1100,
    title: (c) => `${nameOf(c)} is not there`,
    detail: (c) => `There is no file at ${c.path ?? 'that place'}.`,
    advice: () => 'Check the name, or connect the volume it is on.',
  },
  'file-forbidden': {
    kind: 'permission',
    number: 1101,
    title: (c) => `${nameOf(c)} may not be read`,
    detail: (c) => `The system refuses to open ${c.path ?? 'the file'} (${c.errno ?? 'EACCES'}).`,
    advice: () => 'Ask its owner for permission to read it, then try again.',
  },
  'file-is-folder': {
    kind: 'invalid-argument',
    number: 1102,
    title: (c) => `${nameOf(c)} is a folder`,
    detail: (c) => `${c.path ?? 'The path'} is a folder; a disk image is a file.`,
    advice: () => 'Name a file in it; the library takes whole folders.',
  },
  'file-not-regular': {
    kind: 'unsupported',
    number: 1103,
    title: (c) => `${nameOf(c)} is not a regular file`,
    detail: (c) =>
      `${c.path ?? 'The path'} is a ${c.found ?? 'device'}. Platter reads image files only.`,
    advice: () => 'Name an image file.',
  },
  'file-empty': {
    kind: 'invalid-format',
    number: 1104,
    title: (c) => `${nameOf(c)} is empty`,
    detail: (c) => `${c.path ?? 'The file'} has a length of 0 bytes; no disk image is that short.`,
    advice: () => 'Copy it again from where it came from.',
  },
  'read-failed': {
    kind: 'io',
    number: 1105,
    title: (c) => `${nameOf(c)} could not be read`,
    detail: (c) =>
      `Reading ${c.path ?? 'the file'}${c.offset === undefined ? '' : ` at byte ${c.offset}`} failed (${c.errno ?? 'EIO'}).`,
    advice: () => 'Check the disk or network it is on, then try again.',
  },
  'file-in-use': {
    kind: 'locked',
    number: 1106,
    title: (c) => `${nameOf(c)} is in use`,
    detail: (c) =>
      `${c.holder ?? 'A running program'} has ${c.path ?? 'the file'} open for ${c.found ?? 'writing'}.`,
    advice: () => 'Close it there, or shut the VM down, and try again.',
  },
  'file-changed': {
    kind: 'io',
    number: 1107,
    title: (c) => `${nameOf(c)} changed meanwhile`,
    detail: (c) =>
      `${c.path ?? 'The file'} is now ${c.found ?? 'another file'}; it was ${c.expected ?? 'a different one'}.`,
    advice: () => 'Try again when nothing else writes to it.',
  },
  'write-failed': {
    kind: 'io',
    number: 1108,
    title: (c) => `${nameOf(c)} could not be changed`,
    detail: (c) =>
      `Writing ${c.path ?? 'the file'}${c.offset === undefined ? '' : ` at byte ${c.offset}`} failed (${c.errno ?? 'EIO'}).`,
    safety: 'What was flushed before is safe; the image is valid, with leaked clusters at most.',
    advice: () => 'Check the disk or network it is on, then try again.',
  },
  'no-space': {
    kind: 'no-space',
    number: 1109,
    title: (c) => `No space left for ${nameOf(c)}`,
    detail: (c) => `The disk that holds ${c.path ?? 'the file'} is full (${c.errno ?? 'ENOSPC'}).`,
    safety: 'What was flushed before is safe; the image is valid, with leaked clusters at most.',
    advice: () => 'Free space on that disk, then try again.',
  },
  'flush-failed': {
    kind: 'io',
    number: 1110,
    title: (c) => `${nameOf(c)} could not be saved to the disk`,
    detail: (c) =>
      `The system could not make the last changes of ${c.path ?? 'the file'} durable (${c.errno ?? 'EIO'}).`,
    safety: 'What was flushed before is safe; the image is valid, with leaked clusters at most.',
    advice: () => 'Close it, see to the disk it is on, check it and open it again.',
  },
  'file-exists': {
    kind: 'invalid-argument',
    number: 1111,
    title: (c) => `${nameOf(c)} is there already`,
    detail: (c) => `There is a file at ${c.path ?? 'that place'}; Platter overwrites none unasked.`,
    advice: () =>
      'Choose another name, remove the file first, or ask for it to be overwritten where that is offered.',
  },
  'file-not-writable': {
    kind: 'permission',
    number: 1112,
    title: (c) => `${nameOf(c)} may not be changed`,
    detail: (c) =>
      `The system lets Platter read ${c.path ?? 'the file'}, but not write to it (${c.errno ?? 'EACCES'}).`,
    advice: () =>
      'Ask its owner for permission to change it, or copy it to a disk you may write to.',
  },
  'file-too-long': {
    kind: 'no-space',
    number: 1113,
    title: (c) => `${nameOf(c)} cannot grow any further`,
    detail: (c) =>
      `The file system that holds ${c.path ?? 'the file'} does not allow files that long (${c.errno ?? 'EFBIG'}).`,
    safety: 'What was flushed before is safe; the image is valid, with leaked clusters at most.',
    advice: () => 'Move it to a file system that allows longer files; FAT32 ends at 4 GiB.',
  },
  'folder-missing': {
    kind: 'not-found',
    number: 1114,
    title: (c) => `The folder for ${nameOf(c)} is not there`,
    detail: (c) => `${c.path ?? 'The file'} cannot be made: its folder does not exist.`,
    advice: () => 'Make the folder first, or choose another one.',
  },
  'file-not-lockable': {
    kind: 'io',
    number: 1115,
    title: (c) => `${nameOf(c)} could not be locked`,
    detail: (c) =>
      `The system could not keep others from changing ${c.path ?? 'the file'} (${c.errno ?? 'ENOLCK'}).`,
    advice: () => 'If it is on a network share, see to its lock service; then try again.',
  },
  'name-not-utf8': {
    kind: 'unsupported',
    number: 1116,
    title: (c) => `${nameOf(c)} has a name that is not UTF-8`,
    detail: (c) =>
      `The name of ${c.path ?? 'the file'} has bytes that are no UTF-8, and Platter can open files by names in UTF-8 only.`,
    advice: () => 'Give it another name (mv), or a link with another name (ln).',
  },
  'folder-not-writable': {
    kind: 'permission',
    number: 1117,
    title: (c) => `${nameOf(c)} cannot be made in its folder`,
    detail: (c) =>
      `The system does not let Platter make files in the folder of ${c.path ?? 'the file'} (${c.errno ?? 'EACCES'}).`,
    advice: () => 'Choose another folder, or ask its owner for permission to change it.',
  },
  'file-not-written': {
    kind: 'io',
    number: 1120,
    title: (c) => `${nameOf(c)} could not be written`,
    detail: (c) => `Writing ${c.path ?? 'the file'} failed (${c.errno ?? 'EIO'}).`,
    advice: () => 'Choose a folder you may write to, with enough free space.',
    safety: 'No image was changed.',
  },
  'no-checksums': {
    kind: 'invalid-format',
    number: 1121,
    title: (c) => `${nameOf(c)} holds no checksums`,
    detail: (c) => `No line of ${c.path ?? 'the file'} has the form "DIGEST  FILE".`,
    advice: () => 'Name a file that sha256sum or "platter sha" wrote.',
  },
} as const satisfies Record<string, CatalogueEntry>
