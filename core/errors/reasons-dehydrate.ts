import { nameOf, type CatalogueEntry } from './explanation.ts'

const noImage = 'No image was made; nothing else was changed.'

/** Refusals of taking an image's metadata out of it, and of making an image of them again. */
export const dehydrateReasons = {
  'dehydrate-not-possible': {
    kind: 'unsupported',
    number: 1640,
    title: (c) => `${nameOf(c)} has no metadata to take out`,
    detail: (c) =>
      `It is a ${c.format ?? 'raw'} image; only qcow2 images have structures that can be told from their content.`,
    advice: () => 'Name a qcow2 image.',
  },
  'dehydrate-too-large': {
    kind: 'unsupported',
    number: 1641,
    title: (c) => `The metadata of ${nameOf(c)} are too many pieces`,
    detail: (c) =>
      `The image has more tables than the ${c.limit ?? 'largest number'} that are kept in memory.`,
    advice: () =>
      'Convert it to larger clusters if its content can be read; it then has fewer tables.',
  },
  'dehydrate-overlapping': {
    kind: 'corrupt',
    number: 1642,
    title: (c) => `The tables of ${nameOf(c)} overlap too much`,
    detail: (c) =>
      `They refer to each other so often that reading all of ${c.path ?? 'them'} would take days: the image is damaged or made to do harm.`,
    advice: () => 'Send the output of its check instead.',
  },
  'rehydrate-no-container': {
    kind: 'invalid-format',
    number: 1643,
    title: (c) => `${nameOf(c)} holds no dehydrated image`,
    detail: (c) =>
      `${c.path ?? 'The file'} is ${c.found ?? 'something else'}; expected was ${c.expected ?? 'what dehydrate makes'}.`,
    safety: noImage,
    advice: () =>
      'Name the file that dehydrate made, or the prefix (or the .map file) of its two files.',
  },
  'rehydrate-damaged': {
    kind: 'corrupt',
    number: 1644,
    title: (c) => `${nameOf(c)} is damaged`,
    detail: (c) =>
      `It is a dehydrated image, but ${c.found ?? 'its checksum does not hold'}; expected was ${c.expected ?? 'what was written'}.`,
    safety: noImage,
    advice: () => 'Ask for the file once more, or dehydrate the image again.',
  },
  'rehydrate-newer': {
    kind: 'unsupported',
    number: 1645,
    title: (c) => `${nameOf(c)} was made by a newer Platter`,
    detail: (c) =>
      `It is a dehydrated image of version ${c.found ?? 'unknown'}; this Platter reads version ${c.expected ?? '1'}.`,
    safety: noImage,
    advice: () => 'Use a newer version of Platter.',
  },
} as const satisfies Record<string, CatalogueEntry>
