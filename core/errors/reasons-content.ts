import { nameOf, type CatalogueEntry } from './explanation.ts'

const bytes = (count: string | number | undefined): string =>
  count === undefined ? 'some bytes' : count === 1 ? '1 byte' : `${count} bytes`

const whatWasWritten =
  'What was written stays, as if it had been asked for alone; the rest of the disk is as it was, and the image is valid.'

const sendAgain = () => 'See what sends the bytes, then write them again.'

/** Refusals and failures of looking at the bytes of a disk, and of changing them. */
export const contentReasons = {
  'filter-not-found': {
    kind: 'not-found',
    number: 1660,
    title: (c) => `${nameOf(c)} has no ${c.field ?? 'such value'}`,
    detail: (c) =>
      `There is no ${c.found ?? 'such key'} in ${c.structure ?? 'what is known of it'}; there is ${c.expected ?? 'nothing'}.`,
    advice: () => 'Choose one of these, or leave --filter out to see everything.',
  },
  'write-cancelled': {
    kind: 'cancelled',
    number: 1661,
    title: () => 'Cancelled',
    detail: (c) =>
      `Writing to ${c.path ?? 'the disk'} was stopped after the first ${bytes(c.found)} of ${bytes(c.expected)}.`,
    safety: whatWasWritten,
    advice: () => 'Start it again to have all of it written.',
  },
  'input-short': {
    kind: 'invalid-argument',
    number: 1662,
    title: (c) => `${c.link ?? 'The input'} ended too early`,
    detail: (c) => `${bytes(c.expected)} were to come, and ${bytes(c.found)} did.`,
    advice: sendAgain,
  },
  'input-too-long': {
    kind: 'invalid-argument',
    number: 1663,
    title: (c) => `${c.link ?? 'The input'} goes on for too long`,
    detail: (c) =>
      `More than ${bytes(c.limit)} came, and nobody said how many there will be, so that they could be compared with the disk before the first is written.`,
    advice: () => 'Say how many bytes to take (--length), or save them to a file first.',
  },
  'input-unreadable': {
    kind: 'io',
    number: 1664,
    title: (c) => `${c.link ?? 'The input'} could not be read`,
    detail: (c) => `Reading what is to be written failed (${c.errno ?? 'EIO'}).`,
    advice: sendAgain,
  },
  'write-cut-short': {
    kind: 'io',
    number: 1665,
    title: (c) => `${nameOf(c)} was written to in part`,
    detail: (c) =>
      `${c.link ?? 'The input'} ended or failed after ${bytes(c.found)} of ${bytes(c.expected)}; these were written.`,
    safety: whatWasWritten,
    advice: sendAgain,
  },
} as const satisfies Record<string, CatalogueEntry>
