import type { CatalogueEntry } from './explanation.ts'

export const serviceReasons = {
  'unknown-id': {
    kind: 'not-found',
    number: 1400,
    title: (c) => `That ${c.field ?? 'entry'} is no longer there`,
    detail: (c) => `There is no ${c.field ?? 'entry'} with the id ${c.id ?? '?'}.`,
    advice: () => 'Refresh the view.',
  },
} as const satisfies Record<string, CatalogueEntry>
