import { nameOf, type CatalogueEntry } from './explanation.ts'

/** What is on a guest's disk stands in the way of another size, or of what was cut off coming back. */
export const diskReasons = {
  'gpt-missing': {
    kind: 'unsupported',
    number: 1700,
    title: (c) => `${nameOf(c)} has no GUID partition table`,
    detail: () =>
      'The second copy of a GUID partition table was to be moved to the end of the disk, and there is no such table on it.',
    advice: () => 'Resize it without moving the copy.',
  },
  'gpt-faulty': {
    kind: 'corrupt',
    number: 1701,
    title: (c) => `The partition table of ${nameOf(c)} is damaged`,
    detail: (c) => `Its second copy is not moved as long as ${c.found ?? 'the table is at fault'}.`,
    advice: () =>
      'Repair the table in the guest first (gdisk, or parted, which offers it), or resize the disk without moving the copy.',
  },
  'gpt-partition-past-end': {
    kind: 'unsupported',
    number: 1702,
    title: (c) => `Partition ${c.id ?? '?'} of ${nameOf(c)} does not fit`,
    detail: (c) =>
      `Partition ${c.id ?? '?'} ends at byte ${c.found ?? '?'}, and the second copy of the partition table would have to begin at byte ${c.limit ?? '?'}.`,
    advice: (c) =>
      c.expected === undefined
        ? 'Make the partition smaller in the guest first, or choose a larger size.'
        : `Make the partition smaller in the guest first, or choose ${c.expected} bytes or more.`,
  },
  'gpt-no-room': {
    kind: 'unsupported',
    number: 1703,
    title: (c) => `There is no room for the partition table of ${nameOf(c)}`,
    detail: (c) =>
      `The second copy of the table would have to begin at byte ${c.limit ?? '?'} of the disk, and there is ${c.found ?? 'something else'}.`,
    advice: () => 'Choose a larger size, or resize the disk without moving the copy.',
  },
  'gpt-not-moved': {
    kind: 'io',
    number: 1704,
    title: (c) => `${nameOf(c)} has its size; its partition table waits`,
    detail: (c) =>
      `The disk ends at byte ${c.limit ?? '?'}; moving the second copy of its partition table there failed.`,
    safety: 'The disk is whole, and its partition table is valid: the first copy is sound.',
    advice: () => 'See to the cause, then resize it to the same size with the copy moved.',
  },
  'gpt-moved-only': {
    kind: 'io',
    number: 1705,
    title: (c) => `${nameOf(c)} kept its size`,
    detail: (c) =>
      `The second copy of its partition table was moved to before byte ${c.limit ?? '?'}; then cutting the disk off there failed, and so did moving the copy back.`,
    safety:
      'The image is valid and no partition lost anything: the first copy of the table is sound.',
    advice: () => 'See to the cause, then resize it again.',
  },
  'cut-file-invalid': {
    kind: 'invalid-argument',
    number: 1706,
    title: (c) => `${nameOf(c)} holds nothing that was cut off`,
    detail: (c) =>
      `A file that keeps what a smaller size cut off was expected at ${c.path ?? 'that place'}; ${c.found ?? 'this is none'}.`,
    advice: () => 'Name the file that was written when the disk was made smaller.',
  },
  'cut-changed-since': {
    kind: 'invalid-argument',
    number: 1707,
    title: (c) => `${nameOf(c)} changed since; the end cannot come back`,
    detail: (c) =>
      `The ${c.field ?? 'disk'} is ${c.found ?? 'another one'} now; making it smaller left ${c.expected ?? 'another one'}.`,
    advice: (c) =>
      `The kept file ${c.link ?? ''} is a qcow2 image with the old bytes in their old places: they can be read out of it.`.replace(
        '  ',
        ' ',
      ),
  },
  'cut-not-restored': {
    kind: 'io',
    number: 1708,
    title: (c) => `${nameOf(c)} did not get all of its end back`,
    detail: (c) =>
      `The disk ends at byte ${c.limit ?? '?'} again, and writing what had been kept in ${c.link ?? 'the file'} failed halfway.`,
    safety: 'Nothing below the new end was changed, and the kept file has everything still.',
    advice: () => 'See to the cause, then undo it again: it goes on where it stopped.',
  },
} as const satisfies Record<string, CatalogueEntry>
