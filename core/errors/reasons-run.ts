import type { CatalogueEntry } from './explanation.ts'

/** What surrounds work: how it is watched from outside. */
export const runReasons = {
  'metrics-not-served': {
    kind: 'io',
    number: 1690,
    title: (c) => `Metrics cannot be served on ${c.found ?? 'that address'}`,
    detail: (c) =>
      c.errno === 'EADDRINUSE'
        ? `Another program listens on ${c.found ?? 'that address'} already.`
        : `The system does not let Platter listen there (${c.errno ?? 'unknown reason'}).`,
    safety: 'Nothing was begun and nothing was changed.',
    advice: () => 'Choose another port, or ":0" for any free one.',
  },
  'metrics-not-reachable': {
    kind: 'not-found',
    number: 1691,
    title: (c) => `No metrics at ${c.found ?? 'that address'}`,
    detail: (c) => `${c.found ?? 'The address'} gave no metrics: ${c.errno ?? 'unknown reason'}.`,
    advice: () =>
      'They are there while a command with --metrics, or "platter web --metrics", runs: it prints the address.',
  },
} as const satisfies Record<string, CatalogueEntry>
