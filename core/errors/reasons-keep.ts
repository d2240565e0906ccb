import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals of keeping a deleted snapshot and putting it back, and of naming another backing file. */
export const keepReasons = {
  'kept-snapshot-invalid': {
    kind: 'invalid-format',
    number: 1720,
    title: (c) => `${nameOf(c)} keeps no snapshot that could be put back`,
    detail: (c) =>
      `It is ${c.found ?? 'another kind of file'}; ${c.expected ?? 'a file that Platter wrote when it deleted a snapshot'} is needed.`,
    advice: () => 'If you have another copy of that file, use it.',
  },
  'kept-snapshot-other-image': {
    kind: 'invalid-argument',
    number: 1721,
    title: (c) => `The snapshot does not fit ${nameOf(c)}`,
    detail: (c) =>
      `Its image had the ${c.field ?? 'layout'} ${c.expected ?? '?'}; this one has ${c.found ?? 'another'}.`,
    advice: () => 'Put it back into the image it was taken of.',
  },
  'kept-snapshot-written-since': {
    kind: 'invalid-argument',
    number: 1722,
    title: (c) => `${nameOf(c)} was written to since; the snapshot cannot be put back`,
    detail: (c) =>
      `Only what the snapshot “${c.id ?? '?'}” had alone was kept. What it shared with the disk may be other data by now (${c.field ?? 'state'}: ${c.found ?? 'another'}; it was ${c.expected ?? 'another'}).`,
    advice: () =>
      'What was kept stays in its file. If you have a copy of the image from before, use that one.',
  },
  'kept-snapshot-still-there': {
    kind: 'invalid-argument',
    number: 1723,
    title: (c) => `${nameOf(c)} still has that snapshot`,
    detail: (c) => `The snapshot “${c.id ?? '?'}” is there, as it was when it was kept.`,
    advice: () => 'There is nothing to put back; the file that keeps it can go.',
  },
  'kept-snapshot-unfinished': {
    kind: 'invalid-argument',
    number: 1724,
    title: (c) => `Nobody knows whether ${nameOf(c)} was written to since`,
    detail: (c) =>
      `Deleting the snapshot “${c.id ?? '?'}” was cut short after it was gone and before the state of the image was noted. Only what it had alone was kept.`,
    advice: () => 'If you have a copy of the image from before, use that one.',
  },
  'snapshot-not-kept': {
    kind: 'unsupported',
    number: 1725,
    title: (c) => `A snapshot of ${nameOf(c)} cannot be kept`,
    detail: () =>
      'The image is encrypted: what a cluster holds means nothing in another place than its own.',
    advice: () => 'Copy the image first, or delete the snapshot without keeping it.',
  },
  'kept-snapshot-not-sealed': {
    kind: 'io',
    number: 1726,
    title: (c) => `The snapshot is deleted, and kept in part: ${nameOf(c)}`,
    detail: (c) =>
      `“${c.id ?? '?'}” is in the file, but what the image was afterwards could not be noted there.`,
    safety: 'The snapshot is deleted, as it was meant to be; the image is valid.',
    advice: () => 'If all of it was kept, it can still be put back.',
  },
  'relink-no-backing': {
    kind: 'invalid-argument',
    number: 1730,
    title: (c) => `${nameOf(c)} has no backing file`,
    detail: () => 'It holds its whole disk itself, so there is no name to replace.',
    advice: () => 'To put something under it, make a new image over that file.',
  },
  'relink-other-format': {
    kind: 'invalid-argument',
    number: 1731,
    title: (c) => `${c.link ?? 'The new backing file'} has another format`,
    detail: (c) =>
      `It would be read as ${c.expected ?? '?'} and is ${c.found ?? 'something else'}; the guest would see other bytes.`,
    advice: (c) => `Give it as ${c.format ?? 'what it is'}.`,
  },
  'relink-loop': {
    kind: 'invalid-argument',
    number: 1733,
    title: (c) => `${nameOf(c)} would be its own backing file`,
    detail: (c) => `${c.link ?? 'That file'} is this image, or is read through it itself.`,
    advice: () => 'Choose the file that was below it.',
  },
  'relink-no-room': {
    kind: 'unsupported',
    number: 1732,
    title: (c) => `${nameOf(c)} has no room for that name`,
    detail: (c) =>
      `The header with its names has to fit into the first cluster, and be exchanged in one step; ${c.found ?? 'too many'} bytes cannot.`,
    advice: () => 'Use a shorter name: one relative to the folder of the image.',
  },
} as const satisfies Record<string, CatalogueEntry>
