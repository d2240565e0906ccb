import { nameOf, type CatalogueEntry } from './explanation.ts'

const nothingLeft =
  'No file was made, and one that was to be replaced is as it was; what was begun was removed again.'

/** Refusals and failures of making a file with the content of another. */
export const convertReasons = {
  'output-exists': {
    kind: 'invalid-argument',
    number: 1600,
    title: (c) => `${nameOf(c)} is there already`,
    detail: (c) =>
      `There is a file at ${c.path ?? 'that place'}; it is replaced only when somebody asks for it.`,
    advice: () => 'Choose another name, or ask for it to be overwritten (--overwrite).',
  },
  'output-no-space': {
    kind: 'no-space',
    number: 1601,
    title: (c) => `No space left to make ${nameOf(c)}`,
    detail: (c) => `The disk that holds ${c.path ?? 'it'} is full (${c.errno ?? 'ENOSPC'}).`,
    safety: nothingLeft,
    advice: () => 'Free space on that disk, or choose another one.',
  },
  'output-failed': {
    kind: 'io',
    number: 1602,
    title: (c) => `${nameOf(c)} could not be made`,
    detail: (c) => `Writing ${c.path ?? 'it'} failed (${c.errno ?? 'EIO'}).`,
    safety: nothingLeft,
    advice: () => 'Check the disk or network it is on, then try again.',
  },
  'output-left-behind': {
    kind: 'io',
    number: 1603,
    title: (c) => `${nameOf(c)} was not finished`,
    detail: (c) =>
      `Making it failed, and removing ${c.link ?? 'what was begun'} failed too (${c.errno ?? 'EIO'}).`,
    safety: 'No other file was changed.',
    advice: (c) => `Remove ${c.link ?? 'the unfinished file'} by hand.`,
  },
  'output-rights': {
    kind: 'permission',
    number: 1604,
    title: (c) => `A new ${nameOf(c)} would not have the rights of the old one`,
    detail: (c) =>
      `Its ${c.field ?? 'owner'} could not be given to the new file (${c.errno ?? 'EPERM'}).`,
    safety: nothingLeft,
    advice: () => 'Choose another name, or remove the old file first.',
  },
  'output-not-durable': {
    kind: 'io',
    number: 1605,
    title: (c) => `${nameOf(c)} may not last`,
    detail: (c) =>
      `The new file has its name, but the system could not say that it keeps it over a power cut (${c.errno ?? 'EIO'}).`,
    safety: 'Under that name is the whole new file, or what was there before.',
    advice: () => 'See to the disk it is on.',
  },
  'output-too-long': {
    kind: 'no-space',
    number: 1606,
    title: (c) => `${nameOf(c)} would be too long a file`,
    detail: (c) =>
      `The file system that holds ${c.path ?? 'it'} does not allow files that long (${c.errno ?? 'EFBIG'}).`,
    safety: nothingLeft,
    advice: () => 'Choose another file system; FAT32 ends at 4 GiB.',
  },
  'output-folder': {
    kind: 'permission',
    number: 1607,
    title: (c) => `${nameOf(c)} cannot be made in its folder`,
    detail: (c) =>
      `The system does not let Platter make or exchange files in the folder of ${c.path ?? 'the file'} (${c.errno ?? 'EACCES'}).`,
    safety: nothingLeft,
    advice: () => 'Choose another folder, or ask its owner for permission to change it.',
  },
  'output-is-source': {
    kind: 'invalid-argument',
    number: 1608,
    title: (c) => `${nameOf(c)} is what is to be read`,
    detail: (c) =>
      `${c.path ?? 'The new file'} and ${c.link ?? 'the source'} are the same file; it cannot be read and replaced at once.`,
    advice: () => 'Choose another name for the new file.',
  },
  'encode-cancelled': {
    kind: 'cancelled',
    number: 1609,
    title: () => 'Cancelled',
    detail: (c) => `Making ${c.path ?? 'the image'} was stopped.`,
    safety: nothingLeft,
    advice: () => 'Start it again when you want the image.',
  },
  'encode-cut-short': {
    kind: 'cancelled',
    number: 1610,
    title: () => 'Cancelled',
    detail: (c) => `Writing ${c.path ?? 'the disk'} as an image was stopped on the way.`,
    safety: 'What came out is the start of an image, and no image itself.',
    advice: () => 'Throw it away, and start again when you want all of it.',
  },
  'source-changed': {
    kind: 'io',
    number: 1611,
    title: (c) => `${nameOf({ path: c.link ?? 'The source' })} changed while it was read`,
    detail: (c) =>
      c.found === undefined
        ? 'Somebody wrote to it meanwhile, so that what was read may be of different moments.'
        : `It has ${c.found} bytes now, and had ${c.expected ?? 'another number of'} bytes at the beginning.`,
    safety:
      'No file was made, and one that was to be replaced is as it was; what went into a pipe is of no use.',
    advice: () => 'Try again when nothing else writes to it.',
  },
} as const satisfies Record<string, CatalogueEntry>
