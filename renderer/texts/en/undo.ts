/** Taking back what was done, and what is kept for it. */
export const undo = {
  command: 'Undo…',
  nothing: 'Nothing can be undone',
  nothingOf: (name: string) => `Nothing of ${name} can be undone`,
  nothingDetail: 'Changes that can be taken back are marked in the history.',
  open: 'Undo…',
  sheet: {
    title: (what: string, name: string) => `Undo: ${what} of ${name}`,
    verb: (what: string) => `Undo: ${what}`,
    done: 'What was done',
    /** "Resize, 5 minutes ago, in the window" */
    doneWords: (what: string, when: string, where: string) => `${what}, ${when}, ${where}`,
    returns: 'What returns',
    looking: 'Looking at what would return…',
    damage: 'The damage returns, too',
    damageText: (damage: string) =>
      `${damage}, as before the repair. Until it is repaired again, do not start a VM on it.`,
    waste: 'The wasted space returns, too',
    wasteText: (waste: string) => `${waste}, as before the repair. The data stays safe.`,
    written: (bytes: string) => `${bytes} are written.`,
    none: 'This change is no longer known, so it cannot be undone.',
    cannot: 'It cannot be undone now',
  },
  batch: {
    open: 'Undo all…',
    title: (batch: string) => `Undo: ${batch}`,
    meaning:
      'Each image gets back what it was before this batch, by a job of its own. It is planned when its turn comes, and left out when something changed it since that would be lost.',
    looking: 'Looking at what can be undone…',
    included: (images: string) => `${images} can go back to what they were`,
    list: 'These, in this order',
    none: 'Nothing of this batch can be undone',
    verb: (images: string) => `Undo for ${images}`,
    verbAlone: 'Undo',
    onlyInBatch: 'Only in the results of a batch',
  },
  store: {
    title: 'Undo',
    meaning:
      'Tables, ends of disks and snapshots that a change took away are kept here until the room is needed. Nothing is kept of what is undone from the image itself.',
    quota: 'Keep at most',
    quotaOff: 'Nothing',
    used: (kept: string, quota: string) => `${kept} of ${quota} used`,
    usedLabel: 'How full the undo store is',
    empty: 'Nothing is kept at the moment.',
    waiting: 'Looking at what is kept…',
    list: 'Changes that can be undone',
    keeps: (bytes: string) => `keeps ${bytes}`,
    keepsNothing: 'keeps nothing',
    undo: 'Undo…',
    undoLabel: (summary: string, name: string) => `Undo: ${summary} (${name})`,
    forget: 'Forget',
    forgetLabel: (summary: string, name: string) => `Forget: ${summary} (${name})`,
    forgetAll: 'Forget all…',
    sure: (count: string, bytes: string) =>
      `Forget ${count} and delete the ${bytes} kept for them? They can then never be undone.`,
    sureOne: (summary: string, name: string) =>
      `Forget “${summary}” of ${name}? It can then never be undone.`,
    keep: 'Keep',
    sureForget: 'Forget for good',
    forgotten: 'Forgotten',
  },
  toast: {
    failed: (what: string, name: string) => `${what} of ${name} did not work`,
    show: 'Show',
  },
}
