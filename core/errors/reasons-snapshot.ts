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
  'snapshot-missing': {
    kind: 'not-found',
    number: 1523,
    title: (c) => `${nameOf(c)} has no such snapshot`,
    detail: (c) =>
      `There is no snapshot with the ${c.field ?? 'name'} “${c.id ?? ''}” in ${c.path ?? 'it'}.`,
    advice: () => 'List the snapshots and choose one of them.',
  },
  'snapshot-ambiguous': {
    kind: 'invalid-argument',
    number: 1524,
    title: (c) => `${nameOf(c)} has several snapshots of that ${c.field ?? 'name'}`,
    detail: (c) =>
      `${c.found ?? 'Several'} snapshots have the ${c.field ?? 'name'} “${c.id ?? ''}”.`,
    advice: (c) =>
      c.field === 'id' ? 'Check the image and repair it first.' : 'Choose the snapshot by its id.',
  },
  'snapshot-exists': {
    kind: 'invalid-argument',
    number: 1525,
    title: (c) => `${nameOf(c)} has a snapshot of that name already`,
    detail: (c) =>
      `One of its snapshots is called “${c.id ?? ''}”; a second one could not be told from it.`,
    advice: () => 'Choose another name, or rename the one that has it.',
  },
  'snapshots-full': {
    kind: 'unsupported',
    number: 1526,
    title: (c) => `${nameOf(c)} cannot have more snapshots`,
    detail: (c) =>
      `The format allows ${c.limit ?? '?'} ${c.structure ?? 'snapshots'}; ${c.found ?? 'more'} would be needed.`,
    advice: () => 'Delete snapshots that are no longer needed.',
  },
  'snapshots-with-data-file': {
    kind: 'unsupported',
    number: 1527,
    title: (c) => `${nameOf(c)} keeps its data in another file`,
    detail: () => 'Snapshots inside an image cannot keep the content of an external data file.',
    advice: () => 'Convert it to an image without external data file.',
  },
  'snapshots-not-possible': {
    kind: 'unsupported',
    number: 1528,
    title: (c) => `${nameOf(c)} cannot have snapshots`,
    detail: (c) => `Images of the format ${c.format ?? 'raw'} have no place for snapshots.`,
    advice: () => 'Convert it to qcow2.',
  },
} as const satisfies Record<string, CatalogueEntry>
