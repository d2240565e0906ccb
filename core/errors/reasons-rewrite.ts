import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals and failures of writing an image anew beside itself and exchanging the two. */
export const rewriteReasons = {
  'rewrite-folder': {
    kind: 'permission',
    number: 1580,
    title: (c) => `${nameOf(c)} cannot be rewritten: nothing can be made beside it`,
    detail: (c) =>
      `The system does not let Platter make or exchange files in its folder (${c.errno ?? 'EACCES'}).`,
    safety: 'The image was not touched, and no new file is left.',
    advice: () => 'Compact it in place, or ask for permission to change its folder.',
  },
  'rewrite-not-possible': {
    kind: 'unsupported',
    number: 1581,
    title: (c) => `${nameOf(c)} cannot be rewritten`,
    detail: (c) => `It has ${c.feature ?? 'a feature'}, which this mode does not handle.`,
    advice: (c) => c.expected?.toString() ?? 'Compact it in place.',
  },
  'rewrite-has-names': {
    kind: 'unsupported',
    number: 1582,
    title: (c) => `${nameOf(c)} has other names, which would be left behind`,
    detail: (c) =>
      `The file has ${c.found ?? 'several'} names (hard links). A new file would take the place of this one only; the others would go on showing the old file.`,
    advice: () => 'Compact it in place, or remove the other names.',
  },
  'rewrite-not-smaller': {
    kind: 'unsupported',
    number: 1583,
    title: (c) => `${nameOf(c)} would not become smaller`,
    detail: (c) =>
      `Written anew it has a ${c.field ?? 'length'} of ${c.found ?? 'more'} bytes; now it has ${c.limit ?? 'fewer'}.`,
    safety: 'The image was not touched, and the new file is gone.',
    advice: () => 'Nothing has to be done: the image is as small as it gets this way.',
  },
  'rewrite-attributes': {
    kind: 'permission',
    number: 1584,
    title: (c) => `A new ${nameOf(c)} would not have the rights of the old one`,
    detail: (c) =>
      `Its ${c.field ?? 'owner'} could not be given to the new file (${c.errno ?? 'EPERM'}).`,
    safety: 'The image was not touched, and the new file is gone.',
    advice: () =>
      'Compact it in place, which keeps the file, or ask its owner or the administrator to rewrite it.',
  },
  'rewrite-no-space': {
    kind: 'no-space',
    number: 1585,
    title: (c) => `No space left to rewrite ${nameOf(c)}`,
    detail: (c) =>
      `The disk that holds it is full (${c.errno ?? 'ENOSPC'}); a second file has to fit beside it.`,
    safety: 'The image was not touched, and the new file is gone.',
    advice: () => 'Compact it in place, which needs no second file, or free space on that disk.',
  },
  'rewrite-failed': {
    kind: 'io',
    number: 1586,
    title: (c) => `${nameOf(c)} could not be rewritten`,
    detail: (c) => `Writing ${c.link ?? 'the new file'} failed (${c.errno ?? 'EIO'}).`,
    safety: 'The image was not touched, and the new file is gone.',
    advice: () => 'Check the disk or network it is on, then try again.',
  },
  'rewrite-left-behind': {
    kind: 'io',
    number: 1587,
    title: (c) => `The rewriting of ${nameOf(c)} left a file behind`,
    detail: (c) =>
      `Rewriting it failed, and removing ${c.link ?? 'the new file'} failed too (${c.errno ?? 'EIO'}).`,
    safety: 'The image was not touched.',
    advice: (c) => `Remove ${c.link ?? 'the unfinished file'} by hand.`,
  },
  'rewrite-cannot-keep': {
    kind: 'unsupported',
    number: 1588,
    title: (c) => `The old ${nameOf(c)} cannot be kept under that name`,
    detail: (c) =>
      `A second name for it, ${c.link ?? 'the one that was asked for'}, could not be made (${c.errno ?? 'EPERM'}); it has to be on the same volume, and that volume must know hard links.`,
    safety: 'The image was not touched, and the new file is gone.',
    advice: () => 'Choose a name in the folder of the image, or do not keep the original.',
  },
  'rewrite-not-durable': {
    kind: 'io',
    number: 1589,
    title: (c) => `The exchange of ${nameOf(c)} may not last`,
    detail: (c) =>
      `The new file has its name, but the system could not say that it keeps it over a power cut (${c.errno ?? 'EIO'}).`,
    safety: 'Under that name is the old image or the new one, whole and with the same content.',
    advice: () => 'See to the disk it is on.',
  },
} as const satisfies Record<string, CatalogueEntry>
