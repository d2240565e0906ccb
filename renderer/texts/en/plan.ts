/** The plan dialog, its pre-flight card and the receipt. Sizes, counts, dates and names come in as words. */
export const plan = {
  card: {
    title: 'Before it starts',
    waiting: 'Looking at the image…',
    again: 'Looking at it again…',
    ready: 'Nothing stands against it',
    notes: (count: number) => (count === 1 ? '1 thing to know' : `${count} things to know`),
    stops: (count: number) =>
      count === 1 ? '1 thing stands against it' : `${count} things stand against it`,
    /** Said before a line by a screen reader, where others see the sign. */
    tone: { good: 'In order', note: 'To know', stop: 'Stands against it' },
  },
  use: {
    free: 'Nobody has it open',
    inUse: 'It is in use',
    reading: (who: string) => `${who} is reading it`,
    writing: (who: string) => `In use: ${who} has it open`,
    unknown: 'Whether somebody has it open cannot be told here',
    somebody: 'Another program',
    holder: (name: string, pid: string) => `${name} (PID ${pid})`,
    holderOfVm: (name: string, pid: string, vm: string) =>
      `${name} (PID ${pid}, for the VM “${vm}”)`,
    advice: 'Shut the VM down or close the program, then look again.',
    queue: 'Queue until it is free',
    queued: (image: string) => `Queued until ${image} is free`,
    queuedDetail: 'It is planned again then. What would lose anything is not done without you.',
    lookAgain: 'Look again',
  },
  writable: {
    yes: 'You may write to it',
    no: (path: string) => `You may not write to ${path}`,
    not: 'You may not write to it',
    chooseFolder: 'Choose another folder',
  },
  check: {
    healthy: (when: string) => `Healthy, checked ${when}`,
    healthyStale: (when: string) => `Healthy when checked ${when}; the file changed since`,
    leaks: 'It wastes space, its data is safe',
    repair: 'It needs repair',
    damaged: 'It is damaged: changing it could lose more',
    dirty: 'It was not closed properly',
    notChecked: 'Not checked yet',
    cannotRead: 'It cannot be read',
    untrusted: 'It names files outside its folder, which were not opened',
    checkFirst: 'Check first',
    checking: 'Checking…',
    repairFirst: 'Repair…',
  },
  space: {
    none: (folder: string) => `Needs no further space in ${folder}`,
    enough: (needed: string, folder: string, free: string) =>
      `Needs ${needed} in ${folder}, ${free} are free`,
    unknown: (needed: string, folder: string) =>
      `Needs ${needed} in ${folder}; how much is free there cannot be told`,
    tooLittle: (needed: string, folder: string, free: string) =>
      `Not enough space: needs ${needed} in ${folder}, ${free} are free`,
  },
  snapshots: {
    none: 'It has no snapshots',
    kept: (count: string) => `${count} kept`,
    lost: (lost: string, count: string) => `${lost} of ${count} will be gone`,
  },
  children: {
    none: 'No image of the library builds on it',
    /** What it means for them. */
    effects: {
      none: (names: string) => `Images that build on it read the same as before: ${names}`,
      'size-stays': (names: string) =>
        `Images that build on it go on as before, with the size they have: ${names}`,
      'partition-table': (names: string) =>
        `Images that build on it keep the size they have, and read a partition table made for the new size: ${names}`,
      repaired: (names: string) =>
        `What the repair cannot keep is lost to the images that build on it, too: ${names}`,
      'other-backing': (names: string) =>
        `Images that build on it read through the new backing file, too: ${names}`,
      'goes-back': (names: string) => `Images that build on it read what comes back: ${names}`,
      'other-place': (names: string) => `Images that build on it are told its new place: ${names}`,
      needed: (names: string) => `Images that build on it need it: ${names}`,
      broken: (names: string) => `These images build on it and would break: ${names}`,
    },
    missing: (names: string) =>
      `The files of these are not there now, so that nobody can look at them or tell them of a new place: ${names}. If their disk is not mounted, mount it first.`,
    more: (count: string) => `and ${count} more`,
    show: 'Show who uses it',
  },
  vms: {
    none: 'No VM that was found names it',
    some: (names: string) => `Belongs to ${names}`,
    vm: (name: string, source: string) => `the VM “${name}” (${source})`,
    keepOff: 'Keep it shut down until this is done.',
  },
  undo: {
    notNeeded: 'Nothing to undo: the content stays the same',
    whileUnchanged: 'Can be undone until something else writes to it',
    whileKept: 'Can be undone for as long as the undo store keeps it',
    whileKeptBytes: (bytes: string) =>
      `Can be undone for as long as the undo store keeps ${bytes} for it`,
    no: 'Cannot be undone',
    originalStays: 'Nothing to undo: the original is left alone',
    because: {
      presentStateGoes:
        'The disk goes back for good, unless its present state is kept as a snapshot first.',
      notKept: (bytes: string) =>
        `The undo store has room for the ${bytes} that go, if it is to keep them.`,
      noRoom: (bytes: string) =>
        `The undo store has no room for the ${bytes} that go. Its limit is in the settings.`,
      cannotBeKept: 'The tables of the image do not tell what would have to be kept.',
      systemTrash:
        'The Trash of this system tells no program where it puts things. Put it back from there.',
    },
  },
  time: {
    moment: 'Takes a moment',
    about: (duration: string) => `Takes about ${duration}`,
  },
  dialog: {
    copyCommand: 'Copy as command',
    command: 'Command',
    planning: 'The plan is being made',
    planningAgain: 'The plan is being made again',
    notAllowed: 'The plan does not allow it',
    lookFirst: 'Look at the plan first, then press again',
    planAgain: 'Plan again',
    hide: 'Continue in the background',
    hideHint: 'The work goes on. The activity drawer shows it.',
    showActivity: 'Show activity',
    close: 'Close',
    gone: 'The image is no longer in the library.',
    starting: 'Starting…',
  },
  receipt: {
    done: 'Done',
    failed: 'It did not work',
    cancelled: 'Cancelled',
    interrupted: 'Interrupted',
    skipped: 'Skipped',
    size: 'Size',
    before: 'Before',
    after: 'After',
    difference: 'Difference',
    sizes: { disk: 'Virtual size', file: 'File length', stored: 'On disk' },
    same: 'as before',
    less: (bytes: string) => `${bytes} less`,
    more: (bytes: string) => `${bytes} more`,
    took: 'Took',
    undo: 'Undo…',
    undoPossible: 'This can be undone.',
    undoNotNeeded: 'There is nothing to undo: the content is the same.',
    undoOriginalStays:
      'There is nothing to undo: the original is as it was. The copy can go to the Trash.',
    undoNo: 'This cannot be undone.',
    undoMade: 'If it is not needed, it can go to the Trash.',
    undoDone: 'This was undone.',
  },
}
