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
  'undo-no-room': {
    kind: 'no-space',
    number: 1760,
    title: () => 'The undo store has no room for that',
    detail: (c) =>
      `${c.found ?? 'More'} bytes would have to be kept; the store may take ${c.limit ?? 'fewer'}${c.expected === undefined ? '' : `, and its disk has ${c.expected} left`}.`,
    advice: () => 'Let the store take more in the settings, or go on without keeping it.',
  },
  'undo-done': {
    kind: 'invalid-argument',
    number: 1761,
    title: (c) => `${nameOf(c)}: that was undone already`,
    detail: (c) => `What the job ${c.id ?? 'in question'} did was taken back.`,
    advice: () => 'Nothing has to be done.',
  },
  'undo-let-go': {
    kind: 'not-found',
    number: 1762,
    title: () => 'What would take that back is gone',
    detail: (c) =>
      `What the undo store had kept for ${c.path ?? 'the image'} made room for something newer, or somebody let go of it.`,
    advice: () => 'A backup may have what is missing.',
  },
  'undo-no-way': {
    kind: 'unsupported',
    number: 1763,
    title: (c) => `Nothing takes that back for ${nameOf(c)}`,
    detail: (c) =>
      `${c.feature ?? 'That change'} leaves nothing from which the state before could return.`,
    advice: () => 'A backup may have the state before.',
  },
  'undo-not-needed': {
    kind: 'unsupported',
    number: 1764,
    title: (c) => `There is nothing to take back for ${nameOf(c)}`,
    detail: () => 'The disk reads exactly as it did before: only the file takes less room.',
    advice: () => 'Nothing has to be done.',
  },
  'undo-later-first': {
    kind: 'invalid-argument',
    number: 1765,
    title: (c) => `${nameOf(c)} was changed again since`,
    detail: (c) =>
      `Later came: ${c.found ?? 'another change'}. Taking back the earlier one would undo half of it.`,
    advice: () => 'Undo the later one first.',
  },
  'undo-not-there': {
    kind: 'not-found',
    number: 1766,
    title: (c) => `${nameOf(c)} is no longer where it was put`,
    detail: (c) =>
      `It was put at ${c.expected ?? 'another place'}; now ${c.found ?? 'nothing is there'}.`,
    advice: () => 'If it was moved by hand, move it back by hand.',
  },
  'undo-place-taken': {
    kind: 'invalid-argument',
    number: 1767,
    title: (c) => `Something has taken the place of ${nameOf(c)}`,
    detail: (c) => `There is a file at ${c.path ?? 'its old place'} now; Platter overwrites none.`,
    advice: () => 'Move that file away, then undo.',
  },
} as const satisfies Record<string, CatalogueEntry>
