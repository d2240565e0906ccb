import { at, nameOf, type CatalogueEntry } from './explanation.ts'

const noFile = 'No file was made, and one that was to be replaced is as it was.'

const decodeTheFile = () =>
  'Save the image to a file first: platter decode reads files in any order.'

const bytes = (count: number | undefined): string =>
  count === undefined ? 'the bytes' : `${count} bytes`

/** Refusals of images that come through a pipe, where nothing can be read twice. */
export const streamReasons = {
  'stream-order': {
    kind: 'unsupported',
    number: 1620,
    title: (c) => `${nameOf(c)} cannot be read in one pass`,
    detail: (c) =>
      `The ${c.structure ?? 'data'} for guest ${at(c.guestOffset)} is at ${at(c.offset)}, and what says so came later, before ${at(Number(c.found ?? 0))}. Clusters that nothing has spoken of yet are kept, ${bytes(c.limit)} of them at most, and this one is not there any more.`,
    safety: noFile,
    advice: decodeTheFile,
  },
  'stream-scattered': {
    kind: 'unsupported',
    number: 1621,
    title: (c) => `${nameOf(c)} is too scattered to be read in one pass`,
    detail: (c) =>
      `Its tables tell of more separate pieces still to come than fit into ${bytes(c.limit)} of memory; the last table read was at ${at(c.offset)}.`,
    safety: noFile,
    advice: decodeTheFile,
  },
  'stream-output-order': {
    kind: 'unsupported',
    number: 1622,
    title: (c) => `${nameOf(c)} holds the disk in another order`,
    detail: (c) =>
      `The bytes for guest ${at(c.guestOffset)} have not come yet, and those for guest ${at(Number(c.found ?? 0))} would have to wait for them; ${bytes(c.limit)} are kept for that.`,
    safety: 'What was written so far is the start of the disk, and no more.',
    advice: () => 'Decode it to a file instead of a pipe: a file takes the pieces in any order.',
  },
  'stream-cut-short': {
    kind: 'corrupt',
    number: 1623,
    title: (c) => `${nameOf(c)} ended too early`,
    detail: (c) =>
      `It ended after ${bytes(Number(c.found ?? 0))}; the ${c.structure ?? 'data'} at ${at(c.offset)} goes on up to byte ${c.expected ?? '?'}.`,
    safety: noFile,
    advice: () => 'Send it again, and see whether what writes to the pipe fails.',
  },
  'stream-backing': {
    kind: 'unsupported',
    number: 1624,
    title: (c) => `${nameOf(c)} is an overlay of another image`,
    detail: (c) =>
      `A part of its content is in its backing file, ${c.link ?? 'another file'}, which does not come through the pipe.`,
    safety: noFile,
    advice: () => 'Decode it where both files are: platter decode follows the chain.',
  },
  'stream-data-file': {
    kind: 'unsupported',
    number: 1625,
    title: (c) => `${nameOf(c)} keeps its data in another file`,
    detail: (c) =>
      `Its content is in the external data file ${c.link ?? 'beside it'}, which does not come through the pipe.`,
    safety: noFile,
    advice: () => 'Decode it where both files are: platter decode opens the data file, too.',
  },
  'stream-not-qcow2': {
    kind: 'invalid-format',
    number: 1626,
    title: (c) => `${nameOf(c)} is not a qcow2 image`,
    detail: (c) => `It starts with ${c.found ?? 'other bytes'}; only qcow2 is read from a pipe.`,
    safety: noFile,
    advice: () => 'See what writes to the pipe. A raw disk needs no decoding.',
  },
  'decode-cancelled': {
    kind: 'cancelled',
    number: 1627,
    title: () => 'Cancelled',
    detail: (c) => `Making ${c.path ?? 'the file'} was stopped.`,
    safety: noFile,
    advice: () => 'Start it again when you want the file.',
  },
  'decode-cut-short': {
    kind: 'cancelled',
    number: 1628,
    title: () => 'Cancelled',
    detail: (c) => `Writing the content of ${c.path ?? 'the disk'} was stopped on the way.`,
    safety: 'What came out is the start of the disk, and no more.',
    advice: () => 'Throw it away, and start again when you want all of it.',
  },
} as const satisfies Record<string, CatalogueEntry>
