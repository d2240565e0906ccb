import { at, nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals of repairs and of what takes them back. */
export const repairReasons = {
  'repair-impossible': {
    kind: 'corrupt',
    number: 1540,
    title: (c) => `${nameOf(c)} cannot be repaired as it is`,
    detail: (c) =>
      `The references of the image cannot be counted: the ${c.structure ?? 'structure'} at ${at(c.offset)} ${c.found ?? 'makes no sense'}.`,
    advice: () =>
      'Plan the repair again and agree to the steps it offers, or convert what can be read to a new image.',
  },
  'repair-first': {
    kind: 'corrupt',
    number: 1541,
    title: (c) => `${nameOf(c)} has to be repaired first`,
    detail: (c) =>
      `It was not closed properly, so its refcounts have to be counted anew; but its tables are damaged (${c.found ?? 'see its check'}).`,
    advice: () => 'Check the image and repair it; reading it is possible.',
  },
  'repair-consent-missing': {
    kind: 'invalid-argument',
    number: 1542,
    title: (c) => `The repair of ${nameOf(c)} would lose data`,
    detail: (c) =>
      `The plan has the data-loss steps ${c.expected ?? 'none'}; agreed to was ${c.found ?? 'none'}.`,
    advice: () => 'Agree to exactly the steps of the plan, or plan again without them.',
  },
  'repair-too-large': {
    kind: 'unsupported',
    number: 1543,
    title: (c) => `The repair of ${nameOf(c)} is too large`,
    detail: (c) =>
      `More tables would have to change than fit into ${c.limit ?? 'the limit of'} bytes of memory.`,
    advice: () => 'Rebuild its refcounts, which needs little memory, or convert it to a new image.',
  },
  'undo-copy-invalid': {
    kind: 'invalid-format',
    number: 1544,
    title: (c) => `${nameOf(c)} is no safety copy of a repair`,
    detail: (c) =>
      `${c.path ?? 'The file'} is ${c.found ?? 'not what a repair wrote'}; expected was ${c.expected ?? 'a safety copy'}.`,
    advice: () => 'Name the file that the repair said it wrote.',
  },
  'undo-other-image': {
    kind: 'invalid-argument',
    number: 1545,
    title: (c) => `The safety copy is not of ${nameOf(c)}`,
    detail: (c) =>
      `${c.path ?? 'The image'} holds at ${at(c.offset)} neither what was there before the repair nor what the repair wrote: it is another image, or it was changed since.`,
    advice: () =>
      'Use the safety copy on the image it belongs to, before anything else writes to it.',
  },
  'undo-file-shorter': {
    kind: 'corrupt',
    number: 1546,
    title: (c) => `${nameOf(c)} became shorter since its repair`,
    detail: (c) =>
      `It had ${c.expected ?? 'more'} bytes before the repair and has ${c.found ?? 'fewer'} now: what was cut off is not in the safety copy.`,
    advice: () => 'Keep the image as it is; it was changed after the repair.',
  },
  'repair-interrupted': {
    kind: 'io',
    number: 1547,
    title: (c) => `The repair of ${nameOf(c)} stopped half way`,
    detail: (c) =>
      `Some of its writes may have reached the disk. The safety copy is ${c.link ?? 'beside the image'}.`,
    safety: 'Guest data is as it was; what the repair began can be taken back.',
    advice: () =>
      'See to the disk it is on, then undo the repair with the safety copy, or repair again.',
  },
  'safety-copy-no-space': {
    kind: 'no-space',
    number: 1548,
    title: (c) => `No space left for the safety copy of ${nameOf(c)}`,
    detail: (c) =>
      `The disk that holds ${c.link ?? 'the safety copy'} is full (${c.errno ?? 'ENOSPC'}); nothing is repaired without one.`,
    advice: () => 'Free space on that disk, or put the safety copy into another folder.',
  },
  'safety-copy-failed': {
    kind: 'io',
    number: 1549,
    title: (c) => `The safety copy of ${nameOf(c)} could not be written`,
    detail: (c) =>
      `Writing ${c.link ?? 'it'} failed (${c.errno ?? 'EIO'}); nothing is repaired without one.`,
    advice: () => 'Check the disk or network it is on, or put it into another folder.',
  },
  'safety-copy-folder': {
    kind: 'permission',
    number: 1684,
    title: (c) => `The safety copy of ${nameOf(c)} cannot be made`,
    detail: (c) =>
      `${c.link ?? 'The file'} cannot be made in its folder (${c.errno ?? 'EACCES'}); nothing is repaired without a safety copy.`,
    advice: () => 'Put the safety copy into another folder, one that you may change.',
  },
  'repair-copy-no-space': {
    kind: 'no-space',
    number: 1692,
    title: (c) => `No space left for a copy of ${nameOf(c)}`,
    detail: (c) => `The disk that holds ${c.link ?? 'the copy'} is full (${c.errno ?? 'ENOSPC'}).`,
    safety: 'The image is as it was, and the unfinished copy is gone.',
    advice: () => 'Free space on that disk, or repair the image itself: that needs next to none.',
  },
  'repair-copy-failed': {
    kind: 'io',
    number: 1693,
    title: (c) => `The copy of ${nameOf(c)} could not be written`,
    detail: (c) => `Writing ${c.link ?? 'it'} failed (${c.errno ?? 'EIO'}).`,
    safety: 'The image is as it was, and the unfinished copy is gone.',
    advice: () => 'Check the disk or network it is on, then try again.',
  },
  'repair-copy-folder': {
    kind: 'permission',
    number: 1694,
    title: (c) => `A copy of ${nameOf(c)} cannot be made`,
    detail: (c) =>
      `The system does not let Platter make ${c.link ?? 'a file in that folder'} (${c.errno ?? 'EACCES'}).`,
    safety: 'The image is as it was.',
    advice: () => 'Ask the owner of the folder for permission to change it.',
  },
  'repair-copy-data-file': {
    kind: 'unsupported',
    number: 1695,
    title: (c) => `${nameOf(c)} keeps its data in another file`,
    detail: (c) =>
      `A copy of it would use ${c.link ?? 'the same data file'}, too: whatever is written to one of them changes the other.`,
    advice: () => 'Repair the image itself; a safety copy of its tables takes that back.',
  },
} as const satisfies Record<string, CatalogueEntry>
