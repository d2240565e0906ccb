import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Failures of giving space back while an image is open. */
export const recycleReasons = {
  'recycler-stopped': {
    kind: 'invalid-argument',
    number: 1590,
    title: (c) => `${nameOf(c)} is not compacted now`,
    detail: (c) =>
      `Nothing moves in ${c.path ?? 'the image'} while it is open: its recycler is not running.`,
    safety: 'The image is valid; what was moved before stays moved.',
    advice: () => 'Close the image and compact it, or open it again.',
  },
  'recycler-contradiction': {
    kind: 'corrupt',
    number: 1591,
    title: (c) => `${nameOf(c)} does not agree with what is known of it`,
    detail: (c) =>
      `Nothing more is moved in ${c.path ?? 'the image'}: ${c.found ?? 'its tables changed as they cannot'}.`,
    safety: 'What the guest wrote is as it was; clusters are leaked at most.',
    advice: () => 'Close the image and check it.',
  },
} as const satisfies Record<string, CatalogueEntry>
