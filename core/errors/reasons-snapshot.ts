import { at, nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals of what exchanges an image's structure as a whole: snapshots above all. */
export const snapshotReasons = {
  'refcounts-contradict': {
    kind: 'corrupt',
    number: 1520,
    title: (c) => `${nameOf(c)} counts a used cluster as free`,
    detail: (c) =>
      `A table refers to the cluster at ${at(c.offset)}, which the refcounts count too seldom. Going on could overwrite it.`,
    advice: () => 'Check the image and repair it first.',
  },
  'refcount-overflow': {
    kind: 'unsupported',
    number: 1521,
    title: (c) => `${nameOf(c)} cannot count that many references`,
    detail: (c) =>
      `The cluster at ${at(c.offset)} would have ${c.found ?? 'more'} references; refcounts of this width count to ${c.limit ?? '?'}.`,
    advice: () => 'Delete snapshots, or change the image to wider refcounts.',
  },
  'image-too-large': {
    kind: 'unsupported',
    number: 1522,
    title: (c) => `${nameOf(c)} is too large for this change`,
    detail: (c) =>
      `Counting the references to all of its clusters needs more than ${c.limit ?? '?'} bytes of memory.`,
    advice: () => 'Convert it to an image with larger clusters.',
  },
} as const satisfies Record<string, CatalogueEntry>
