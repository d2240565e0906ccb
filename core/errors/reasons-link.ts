import { nameOf, type CatalogueEntry } from './explanation.ts'

export const linkReasons = {
  'link-refused': {
    kind: 'refused-link',
    number: 1300,
    title: (c) => `${nameOf(c)} links outside its folder`,
    detail: (c) =>
      `It names ${c.link ?? 'a file'} as its ${c.structure ?? 'backing file'}; that was not opened.`,
    advice: () => 'If you trust this image, allow the link for it.',
  },
  'link-not-a-path': {
    kind: 'refused-link',
    number: 1301,
    title: (c) => `${nameOf(c)} links to something that is no file`,
    detail: (c) =>
      `Its ${c.structure ?? 'backing file'} is ${c.link ?? 'a URL'}. Platter never opens such names.`,
    advice: () => 'Open it with the tool that made it.',
  },
  'link-missing': {
    kind: 'not-found',
    number: 1302,
    title: (c) => `${nameOf(c)} misses its ${c.structure ?? 'backing file'}`,
    detail: (c) => `It needs ${c.link ?? 'a file'}, which is not there.`,
    advice: () => 'Put that file back, or connect the volume it is on.',
  },
  'chain-loop': {
    kind: 'corrupt',
    number: 1303,
    title: (c) => `${nameOf(c)} is its own backing file`,
    detail: (c) => `Following the backing files comes back to ${c.link ?? 'a file already open'}.`,
    advice: () => 'Correct the backing file name with the tool that made it.',
  },
  'chain-too-deep': {
    kind: 'unsupported',
    number: 1304,
    title: (c) => `${nameOf(c)} has too many backing files`,
    detail: (c) => `The chain goes on after ${c.limit ?? '?'} images.`,
    advice: () => 'Merge some of its layers.',
  },
} as const satisfies Record<string, CatalogueEntry>
