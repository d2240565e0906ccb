import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals and failures of giving a file another name or another place, the Trash among them. */
export const placeReasons = {
  'move-of-link': {
    kind: 'unsupported',
    number: 1740,
    title: (c) => `${nameOf(c)} is a link to a file elsewhere`,
    detail: (c) =>
      `${c.path ?? 'It'} is a symbolic link that leads to ${c.link ?? 'another place'}. Another name or place for the link would leave the image where it is.`,
    advice: (c) => `Do it with ${c.link ?? 'the file it leads to'} instead.`,
  },
  'move-copy-differs': {
    kind: 'io',
    number: 1741,
    title: (c) => `The copy of ${nameOf(c)} is not equal to it`,
    detail: (c) =>
      `Read back from ${c.link ?? 'the new place'}, the copy has the digest ${c.found ?? 'of something else'}; the file has ${c.expected ?? 'another'}.`,
    safety: 'The file is where it was, whole, and the copy is gone.',
    advice: () => 'See to the disk it was copied to before you use it.',
  },
  'move-no-space': {
    kind: 'no-space',
    number: 1742,
    title: (c) => `No space left to move ${nameOf(c)}`,
    detail: (c) =>
      `The disk that holds ${c.link ?? 'the new place'} is full (${c.errno ?? 'ENOSPC'}).`,
    safety: 'The file is where it was, whole, and the unfinished copy is gone.',
    advice: () => 'Free space on that disk, or choose another folder.',
  },
  'move-failed': {
    kind: 'io',
    number: 1743,
    title: (c) => `${nameOf(c)} could not be moved`,
    detail: (c) => `Writing ${c.link ?? 'the copy'} failed (${c.errno ?? 'EIO'}).`,
    safety: 'The file is where it was, whole, and the unfinished copy is gone.',
    advice: () => 'Check the disk or network it was copied to, then try again.',
  },
  'move-folder': {
    kind: 'permission',
    number: 1744,
    title: (c) => `${nameOf(c)} cannot be put there`,
    detail: (c) =>
      `The system does not let Platter make ${c.link ?? 'a file in that folder'} (${c.errno ?? 'EACCES'}).`,
    safety: 'The file is where it was.',
    advice: () => 'Choose another folder, or ask its owner for permission to change it.',
  },
  'move-not-removed': {
    kind: 'permission',
    number: 1745,
    title: (c) => `${nameOf(c)} may not leave its folder`,
    detail: (c) =>
      `The system does not let Platter take ${c.path ?? 'it'} out of its folder (${c.errno ?? 'EACCES'}).`,
    safety: 'The file is where it was, and there is no copy.',
    advice: () => 'Ask the owner of the folder for permission to change it.',
  },
  'move-left-behind': {
    kind: 'io',
    number: 1746,
    title: (c) => `Moving ${nameOf(c)} left a file behind`,
    detail: (c) =>
      `Moving it failed, and removing ${c.link ?? 'the copy'} failed too (${c.errno ?? 'EIO'}).`,
    safety: 'The file is where it was, whole.',
    advice: (c) => `Remove ${c.link ?? 'the copy'} by hand.`,
  },
  'name-not-possible': {
    kind: 'invalid-argument',
    number: 1747,
    title: () => 'That name is not possible',
    detail: (c) =>
      `“${c.found ?? ''}” cannot be the name of a file: ${c.expected ?? 'choose another one'}.`,
    advice: () => 'Choose another name.',
  },
  'name-taken': {
    kind: 'invalid-argument',
    number: 1748,
    title: (c) => `There is a ${nameOf(c)} already`,
    detail: (c) => `${c.path ?? 'That name'} is taken; Platter replaces no file by moving another.`,
    advice: () => 'Choose another name or another folder.',
  },
  'same-place': {
    kind: 'invalid-argument',
    number: 1749,
    title: (c) => `${nameOf(c)} is there already`,
    detail: (c) => `${c.path ?? 'The new place'} is where it is now.`,
    advice: () => 'Choose another name or another folder.',
  },
  'overlays-need-it': {
    kind: 'refused-link',
    number: 1750,
    title: (c) => `Other images need ${nameOf(c)}`,
    detail: (c) =>
      `It is the base of ${c.found ?? 'other images'}; without it ${c.link ?? 'they'} cannot be read.`,
    advice: () =>
      'Give what builds on it another backing file first, or move that to the Trash before it.',
  },
  'overlay-not-told': {
    kind: 'unsupported',
    number: 1751,
    title: (c) => `${nameOf(c)} cannot be told of the new place`,
    detail: (c) =>
      `${c.path ?? 'An overlay'} has ${c.link ?? 'the image'} as its backing file, and its header cannot be changed now: ${c.found ?? 'it refuses'}.`,
    advice: () => 'See to that overlay first; it could not be read any more otherwise.',
  },
  'trash-not-possible': {
    kind: 'unsupported',
    number: 1752,
    title: (c) => `There is no Trash for ${nameOf(c)}`,
    detail: (c) =>
      `The volume that holds ${c.path ?? 'it'} has no Trash that this account may use${c.link === undefined ? '' : ` (${c.link})`}.`,
    advice: () => 'Move it to another folder, or delete it in the file manager.',
  },
  'trash-emptied': {
    kind: 'not-found',
    number: 1753,
    title: (c) => `${nameOf(c)} is no longer in the Trash`,
    detail: (c) => `There is nothing at ${c.link ?? 'its place in the Trash'} any more.`,
    advice: () => 'If somebody put it back by hand, add it to the library again.',
  },
  'move-from-data-file': {
    kind: 'unsupported',
    number: 1754,
    title: (c) => `${nameOf(c)} finds its data file beside itself`,
    detail: (c) =>
      `What the disk holds is in ${c.link ?? 'a data file'}, which ${c.path ?? 'the image'} looks for in its own folder; from another folder it could not be read.`,
    advice: (c) =>
      `Move it together with ${c.link ?? 'its data file'} in a file manager, then add it to the library again.`,
  },
  'data-file-needed': {
    kind: 'refused-link',
    number: 1756,
    title: (c) => `${nameOf(c)} is the data file of another image`,
    detail: (c) =>
      `${c.found ?? 'Another image'} keeps what its disk holds in ${c.path ?? 'this file'}, and names it and its length; without that it could not be read.`,
    advice: (c) => `Do it with ${c.link ?? 'that image'}, or delete that one first.`,
  },
  'trash-not-done': {
    kind: 'io',
    number: 1755,
    title: (c) => `${nameOf(c)} did not go to the Trash`,
    detail: (c) =>
      `The system was asked to take ${c.path ?? 'it'} to the Trash, reported nothing, and the file is still there.`,
    advice: () => 'Do it in the file manager, which may say why.',
  },
} as const satisfies Record<string, CatalogueEntry>
