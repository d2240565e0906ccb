import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals of what takes changes back, other than repairs (reasons-repair.ts). */
export const undoReasons = {
  'undo-nothing': {
    kind: 'not-found',
    number: 1680,
    title: (c) => `There is nothing to undo for ${nameOf(c)}`,
    detail: (c) =>
      c.id === undefined
        ? `No safety copy of a repair lies beside ${c.path ?? 'it'}, and the history has no change of it that can be taken back.`
        : `Nothing that was done to ${c.path ?? 'it'} has the id “${c.id}”.`,
    advice: (c) =>
      c.id === undefined
        ? 'If the safety copy of a repair was moved, name it.'
        : 'List what can be undone and choose one of it.',
  },
  'undo-changed-since': {
    kind: 'invalid-argument',
    number: 1681,
    title: (c) => `${nameOf(c)} was changed since; that cannot be undone`,
    detail: (c) =>
      `The ${c.field ?? 'image'} is ${c.found ?? 'another one'} now; the change that would be taken back left ${c.expected ?? 'another'}.`,
    advice: () => 'Undo the later change first, or make the change you want.',
  },
  'undo-end-in-use': {
    kind: 'invalid-argument',
    number: 1682,
    title: (c) => `${nameOf(c)} uses its new space; that cannot be undone`,
    detail: (c) =>
      `The disk would end at byte ${c.limit ?? '?'} again, and past it there is ${c.found ?? 'something that cannot be read'}.`,
    advice: () =>
      'Make it smaller in the guest first; then "resize" says what another size would cut off.',
  },
  'undo-written-since': {
    kind: 'invalid-argument',
    number: 1683,
    title: (c) => `${nameOf(c)} was written to since; that cannot be undone`,
    detail: (c) =>
      `What the disk holds now differs from the snapshot “${c.id ?? '?'}”${c.found === undefined ? '' : ` (${c.found})`}; undoing would lose one of the two.`,
    advice: () => 'Apply or delete the snapshot yourself, when you know which state you need.',
  },
  'undo-snapshot-left': {
    kind: 'io',
    number: 1685,
    title: (c) => `${nameOf(c)} is as it was, but a snapshot is left`,
    detail: (c) =>
      `The disk went back to what the snapshot “${c.id ?? '?'}” had kept; removing that snapshot failed then.`,
    safety: 'The disk holds what it held before the change that was undone; the image is valid.',
    advice: () => 'See to the cause, then delete the snapshot.',
  },
  'undo-interrupted': {
    kind: 'io',
    number: 1686,
    title: (c) => `Undoing the repair of ${nameOf(c)} stopped half way`,
    detail: (c) =>
      `Some of the old tables are back, and some may not be. The safety copy ${c.link ?? 'beside it'} has them all.`,
    safety: 'Guest data is as it was, and the safety copy is whole.',
    advice: () => 'See to the disk it is on, then undo the repair again.',
  },
} as const satisfies Record<string, CatalogueEntry>
