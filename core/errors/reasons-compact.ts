import { nameOf, type CatalogueEntry } from './explanation.ts'

const whatIsSafe =
  'The image is valid, with leaked clusters at most, and its content and snapshots are unchanged.'

/** Refusals and failures of what gives space back. */
export const compactReasons = {
  'compact-not-possible': {
    kind: 'unsupported',
    number: 1570,
    title: (c) => `${nameOf(c)} cannot be compacted this way`,
    detail: (c) => `The mode "${c.field ?? '?'}" is not possible: ${c.found ?? 'it does not fit'}.`,
    advice: (c) =>
      c.expected?.toString() ?? 'Choose another mode; the plan says which are possible.',
  },
  'compact-cancelled': {
    kind: 'cancelled',
    number: 1571,
    title: () => 'Cancelled',
    detail: (c) =>
      `Compacting ${c.path ?? 'the image'} was stopped on the way; what it had done by then stays done.`,
    safety: whatIsSafe,
    advice: () => 'Make a new plan and start it again to have the rest done.',
  },
  'compact-stopped': {
    kind: 'io',
    number: 1572,
    title: (c) => `${nameOf(c)} was compacted in part`,
    detail: (c) => `It failed on the way: ${c.found ?? 'the details say why'}.`,
    safety: whatIsSafe,
    advice: () =>
      'See what failed in the details; then make a new plan and start it again to have the rest done.',
  },
  'content-differs': {
    kind: 'corrupt',
    number: 1573,
    title: (c) => `${nameOf(c)} does not read as it did before`,
    detail: (c) =>
      `After compacting, the digest of ${c.found ?? 'its content'} is another one than before. This is a defect of Platter, or of the disk.`,
    safety: 'Nothing more is written to it.',
    advice: () =>
      'Do not write to the image; compare it with a backup, check the disk it is on, and report this.',
  },
  'compact-check-failed': {
    kind: 'corrupt',
    number: 1574,
    title: (c) => `${nameOf(c)} is not clean after compacting`,
    detail: (c) =>
      `The check afterwards found ${c.found ?? 'something'}. This is a defect of Platter, or of the disk.`,
    safety: 'Nothing more is written to it.',
    advice: () => 'Check the image for what it is, repair it, and report this.',
  },
  'punch-unsupported': {
    kind: 'unsupported',
    number: 1575,
    title: (c) => `Space of ${nameOf(c)} cannot be given back here`,
    detail: (c) =>
      `The file system that holds ${c.path ?? 'the file'} cannot turn parts of a file into holes.`,
    advice: () =>
      'Compact a qcow2 image in place, which makes its file shorter; copy a raw one to a file system that can.',
  },
  'too-many-clusters': {
    kind: 'unsupported',
    number: 1577,
    title: (c) => `${nameOf(c)} has too many clusters to be compacted`,
    detail: (c) =>
      `It takes memory for each of its ${c.found ?? 'many'} clusters; ${c.limit ?? 'fewer'} are possible.`,
    advice: () => 'Convert it to an image with larger clusters.',
  },
  'too-much-packed': {
    kind: 'unsupported',
    number: 1578,
    title: (c) => `${nameOf(c)} has too many compressed clusters to be compacted`,
    detail: (c) =>
      `It takes memory for each cluster that is stored compressed; ${c.limit ?? 'fewer'} are possible.`,
    advice: () => 'Convert it to an image with larger clusters.',
  },
} as const satisfies Record<string, CatalogueEntry>
