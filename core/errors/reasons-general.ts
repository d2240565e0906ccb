import { nameOf, type CatalogueEntry } from './explanation.ts'

export const generalReasons = {
  internal: {
    kind: 'internal',
    number: 1000,
    title: (c) =>
      c.path === undefined ? 'We did not expect this' : `We did not expect this with ${nameOf(c)}`,
    detail: (c) =>
      c.path === undefined
        ? 'Platter met a situation it does not know. This is a defect of Platter.'
        : `Platter met a situation it does not know while working on ${c.path}. This is a defect of Platter.`,
    advice: () => 'Copy the details and report them.',
  },
  cancelled: {
    kind: 'cancelled',
    number: 1001,
    title: () => 'Cancelled',
    detail: (c) =>
      c.path === undefined ? 'The work was stopped.' : `The work on ${c.path} was stopped.`,
    advice: () => 'Start it again when you want the result.',
  },
  'invalid-argument': {
    kind: 'invalid-argument',
    number: 1002,
    title: (c) => `${c.field ?? 'A value'} is not valid`,
    detail: (c) => `Expected ${c.expected ?? 'another value'}, found ${c.found ?? 'nothing'}.`,
    advice: () => 'Correct the value and try again.',
  },
  'out-of-range': {
    kind: 'out-of-range',
    number: 1003,
    title: (c) => `Outside the disk in ${nameOf(c)}`,
    detail: (c) =>
      `The range ends at byte ${c.found ?? '?'}; the disk ends at byte ${c.limit ?? '?'}.`,
    advice: () => 'Choose a range that lies inside the disk.',
  },
} as const satisfies Record<string, CatalogueEntry>
