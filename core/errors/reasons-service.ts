import { nameOf, type CatalogueEntry } from './explanation.ts'

export const serviceReasons = {
  'unknown-id': {
    kind: 'not-found',
    number: 1400,
    title: (c) => `That ${c.field ?? 'entry'} is no longer there`,
    detail: (c) => `There is no ${c.field ?? 'entry'} with the id ${c.id ?? '?'}.`,
    advice: () => 'Refresh the view.',
  },
  'not-in-this-shell': {
    kind: 'unsupported',
    number: 1491,
    title: (c) => `${c.feature ?? 'This'} is not possible here`,
    detail: (c) => `${c.feature ?? 'This'} needs ${c.expected ?? 'the desktop app'}.`,
    advice: (c) => `Use ${c.expected ?? 'the desktop app'} for it.`,
  },
  'outside-roots': {
    kind: 'permission',
    number: 1492,
    title: (c) => `${nameOf(c)} is outside the folders that are shared here`,
    detail: (c) =>
      `${c.path ?? 'The path'} lies below none of the folders Platter was started with.`,
    advice: () => 'Start Platter with that folder as well, for example: npm start -- /srv/vm.',
  },
  disconnected: {
    kind: 'io',
    number: 1490,
    title: () => 'The connection to Platter was lost',
    detail: () => 'The window has no connection to the program that does the work.',
    safety: 'Running jobs go on without the window.',
    advice: () => 'Wait until the window is connected again, then look at the result.',
  },
} as const satisfies Record<string, CatalogueEntry>
