import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals and failures of making a new image. */
export const createReasons = {
  'option-invalid': {
    kind: 'invalid-argument',
    number: 1550,
    title: (c) => `${nameOf(c)} cannot be made with this ${c.field ?? 'option'}`,
    detail: (c) =>
      `The ${c.field ?? 'option'} is ${c.found ?? 'missing'}; expected ${c.expected ?? 'another value'}.`,
    advice: () => 'Choose another value.',
  },
  'options-conflict': {
    kind: 'invalid-argument',
    number: 1551,
    title: (c) => `${nameOf(c)} cannot be made with these options together`,
    detail: (c) => `${c.feature ?? 'One of the options'} needs ${c.expected ?? 'other options'}.`,
    advice: () => 'Change one of the two.',
  },
  'disk-too-large': {
    kind: 'invalid-argument',
    number: 1552,
    title: (c) => `A disk of that size does not fit ${nameOf(c)}`,
    detail: (c) =>
      `The disk would have ${c.found ?? '?'} bytes; ${c.structure ?? 'the format'} allows ${c.limit ?? '?'}.`,
    advice: (c) =>
      c.field === 'cluster size'
        ? 'Choose larger clusters or a smaller disk.'
        : 'Choose a smaller disk.',
  },
  'names-too-long': {
    kind: 'invalid-argument',
    number: 1553,
    title: (c) => `The header of ${nameOf(c)} has no room for its names`,
    detail: (c) =>
      `${c.structure ?? 'The names'} would need ${c.found ?? '?'} bytes; ${c.limit ?? '?'} are there.`,
    advice: () => 'Use a shorter file name, or a relative one, or larger clusters.',
  },
  'size-missing': {
    kind: 'invalid-argument',
    number: 1554,
    title: (c) => `The size of ${nameOf(c)} is missing`,
    detail: () => 'No size was given, and there is no backing file to take it from.',
    advice: () => 'Give the size of the virtual disk.',
  },
  'data-file-exists': {
    kind: 'invalid-argument',
    number: 1555,
    title: (c) => `The data file for ${nameOf(c)} is there already`,
    detail: (c) => `${c.link ?? 'The file'} exists; a new data file never replaces one.`,
    advice: () => 'Choose another name, or say that the existing file becomes the disk.',
  },
  'create-no-space': {
    kind: 'no-space',
    number: 1556,
    title: (c) => `No space left to make ${nameOf(c)}`,
    detail: (c) =>
      `The disk that holds ${c.link ?? c.path ?? 'it'} is full (${c.errno ?? 'ENOSPC'}).`,
    safety: 'What was begun was removed again.',
    advice: () => 'Free space on that disk, choose another one, or preallocate less.',
  },
  'create-failed': {
    kind: 'io',
    number: 1557,
    title: (c) => `${nameOf(c)} could not be made`,
    detail: (c) => `Writing ${c.link ?? c.path ?? 'it'} failed (${c.errno ?? 'EIO'}).`,
    safety: 'What was begun was removed again.',
    advice: () => 'Check the disk or network it is on, then try again.',
  },
  'create-left-behind': {
    kind: 'io',
    number: 1558,
    title: (c) => `${nameOf(c)} was not finished`,
    detail: (c) =>
      `Making it failed, and removing ${c.link ?? 'what was begun'} failed too (${c.errno ?? 'EIO'}).`,
    safety: 'No other file was changed; what is left is no image.',
    advice: (c) => `Remove ${c.link ?? 'the unfinished file'} by hand.`,
  },
  'create-too-long': {
    kind: 'no-space',
    number: 1559,
    title: (c) => `${nameOf(c)} would be too long a file`,
    detail: (c) =>
      `The file system that holds ${c.link ?? c.path ?? 'it'} does not allow files that long (${c.errno ?? 'EFBIG'}).`,
    safety: 'What was begun was removed again.',
    advice: () => 'Choose another file system, a smaller disk, or no preallocation.',
  },
} as const satisfies Record<string, CatalogueEntry>
