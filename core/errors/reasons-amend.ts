import { nameOf, type CatalogueEntry } from './explanation.ts'

const whatIsSafe = 'What was done is complete; the image is valid and its content is unchanged.'

/** Refusals and failures of changing an image's version, refcount width or lazy refcounts. */
export const amendReasons = {
  'amend-not-possible': {
    kind: 'unsupported',
    number: 1560,
    title: (c) => `${nameOf(c)} has no such options`,
    detail: (c) =>
      `The options that can be changed belong to qcow2; ${c.path ?? 'the file'} is a ${c.format ?? 'raw'} image.`,
    advice: () => 'Convert it to qcow2 first.',
  },
  'amend-invalid': {
    kind: 'invalid-argument',
    number: 1561,
    title: (c) => `${nameOf(c)} cannot be changed to this ${c.field ?? 'value'}`,
    detail: (c) =>
      `The ${c.field ?? 'value'} would be ${c.found ?? 'missing'}; expected ${c.expected ?? 'another one'}.`,
    advice: () => 'Choose another value.',
  },
  'amend-needs-version-3': {
    kind: 'invalid-argument',
    number: 1562,
    title: (c) => `${nameOf(c)} cannot have this in version 2`,
    detail: (c) => `${c.feature ?? 'That option'} needs version 3 (compat 1.1).`,
    advice: () => 'Change the image to version 3, or leave that option out.',
  },
  'amend-not-in-version-2': {
    kind: 'unsupported',
    number: 1563,
    title: (c) => `${nameOf(c)} cannot become version 2`,
    detail: (c) => `It has what version 2 cannot express: ${c.feature ?? 'a newer feature'}.`,
    advice: () => 'Leave it as it is, or convert it to a new image of version 2.',
  },
  'amend-no-room': {
    kind: 'unsupported',
    number: 1564,
    title: (c) => `The header of ${nameOf(c)} has no room for another version`,
    detail: (c) =>
      `Its extensions and names (${c.found ?? '?'} bytes) cannot be put elsewhere in the first cluster without a moment in which a power cut would lose them.`,
    advice: () => 'Convert it to a new image of the version you need.',
  },
  'amend-refcounts-too-high': {
    kind: 'unsupported',
    number: 1565,
    title: (c) => `${nameOf(c)} needs wider refcounts than that`,
    detail: (c) =>
      `${c.found ?? '?'} clusters have more than ${c.limit ?? '?'} references, which refcounts of ${c.expected ?? '?'} bits cannot count.`,
    advice: () => 'Choose a larger width, or delete snapshots first.',
  },
  'amend-cancelled': {
    kind: 'cancelled',
    number: 1566,
    title: () => 'Cancelled',
    detail: (c) =>
      `Changing ${c.path ?? 'the image'} was stopped after: ${c.found ?? 'its first step'}.`,
    safety: whatIsSafe,
    advice: () => 'Start it again to have the rest done.',
  },
  'amend-stopped': {
    kind: 'io',
    number: 1567,
    title: (c) => `${nameOf(c)} was changed in part`,
    detail: (c) => `Changing it failed after: ${c.found ?? 'its first step'}.`,
    safety: whatIsSafe,
    advice: () => 'See what failed in the details, then start it again to have the rest done.',
  },
} as const satisfies Record<string, CatalogueEntry>
