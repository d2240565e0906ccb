import type { CatalogueEntry } from './explanation.ts'

export const serviceReasons = {
  'unknown-id': {
    kind: 'not-found',
    number: 1400,
    title: (c) => `That ${c.field ?? 'entry'} is no longer there`,
    detail: (c) => `There is no ${c.field ?? 'entry'} with the id ${c.id ?? '?'}.`,
    advice: () => 'Refresh the view.',
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
