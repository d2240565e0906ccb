import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals and failures of what gives space back. */
export const compactReasons = {
  'punch-unsupported': {
    kind: 'unsupported',
    number: 1575,
    title: (c) => `Space of ${nameOf(c)} cannot be given back here`,
    detail: (c) =>
      `The file system that holds ${c.path ?? 'the file'} cannot make holes in a file that is there.`,
    advice: () => 'Compact the image in place, which makes the file shorter, or rewrite it.',
  },
} as const satisfies Record<string, CatalogueEntry>
