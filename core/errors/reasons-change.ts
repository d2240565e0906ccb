import { at, nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals and failures of what changes an image. */
export const changeReasons = {
  'overlap-refused': {
    kind: 'corrupt',
    number: 1500,
    title: (c) => `${nameOf(c)} contradicts itself: a write was refused`,
    detail: (c) =>
      `Writing ${c.found ?? 'data'} at ${at(c.offset)} would have overwritten the ${c.structure ?? 'metadata'} that is there.`,
    safety:
      'That write was not done; the image is marked as corrupt, so that nothing writes to it.',
    advice: () => 'Check the image and repair it before it is used again.',
  },
  'image-corrupt': {
    kind: 'read-only',
    number: 1501,
    title: (c) => `${nameOf(c)} is marked as corrupt`,
    detail: () =>
      'A program found contradictions in it and marked it, so that nobody writes to it.',
    advice: () => 'Repair it first; reading it is possible.',
  },
  'image-read-only': {
    kind: 'read-only',
    number: 1502,
    title: (c) => `${nameOf(c)} is open for reading only`,
    detail: (c) => `${c.field ?? 'This'} would change ${c.path ?? 'the image'}.`,
    advice: () => 'Open it for writing.',
  },
  'device-failed': {
    kind: 'io',
    number: 1503,
    title: (c) => `${nameOf(c)} is no longer written to`,
    detail: () =>
      'An earlier flush failed, so nobody knows which of the last writes reached the disk; more of them could do harm.',
    safety: 'What was flushed before is safe; the image is valid, with leaked clusters at most.',
    advice: () => 'Close it, see to the disk it is on, check it and open it again.',
  },
  'image-full': {
    kind: 'no-space',
    number: 1504,
    title: (c) => `${nameOf(c)} cannot grow any further`,
    detail: (c) =>
      `The format allows a ${c.structure ?? 'file'} of ${c.limit ?? '?'} bytes for this cluster size; ${c.found ?? 'more'} would be needed.`,
    advice: () => 'Convert it to an image with larger clusters.',
  },
  'device-closed': {
    kind: 'invalid-argument',
    number: 1515,
    title: (c) => `${nameOf(c)} is closed`,
    detail: (c) => `The device of ${c.path ?? 'the image'} was closed before this was asked of it.`,
    advice: () => 'Open it again.',
  },
  'image-damaged': {
    kind: 'corrupt',
    number: 1516,
    title: (c) => `${nameOf(c)} is damaged and was not opened`,
    detail: (c) =>
      `The check of ${c.path ?? 'the image'} ended with "${c.found ?? 'corrupt'}"; the worst it found is in the ${c.structure ?? 'tables'}${c.offset === undefined ? '' : ` at ${at(c.offset)}`}.`,
    safety: 'No guest data was changed.',
    advice: () => 'Repair it, or open it without the check to rescue what can be read.',
  },
} as const satisfies Record<string, CatalogueEntry>
