/** Findings and their repair. */
export const repair = {
  command: 'Repair…',
  title: (name: string) => `Repair ${name}`,
  verb: (count: string) => `Repair with ${count}`,
  verbNothing: 'Repair',
  nothingToDo: 'There is nothing that can be repaired',
  mode: {
    label: 'What is repaired',
    all: 'All that can be',
    leaks: 'Wasted space only',
    allMeaning: 'What a guest reads stays the same, except for the steps you agree to below.',
    leaksMeaning: 'Only refcounts that are too high are lowered. Nothing else is touched.',
  },
  target: {
    label: 'Where it is repaired',
    image: 'The image itself',
    copy: 'A copy',
    imageMeaning: 'A safety copy of its tables takes the repair back.',
    copyMeaning:
      'The image is only read. The copy appears beside it, whole and repaired, or not at all.',
    name: 'Name of the copy',
    suggested: (stem: string, extension: string) => `${stem} repaired${extension}`,
    verb: (name: string) => `Repair as ${name}`,
    needs: (bytes: string) => `It takes ${bytes} on the disk.`,
    show: 'Show the copy',
  },
  outcome: {
    title: 'Before and after',
    before: 'Now',
    after: 'After the repair',
    nothing: 'No problems',
    planning: 'Working out the repair…',
  },
  findings: {
    title: 'What is wrong',
    left: 'What stays wrong',
    leftMeaning: 'No repair puts this right.',
    leftConsent: 'Agree to a step below to repair more, or restore a backup.',
    more: (count: string) => `${count} like this`,
  },
  steps: {
    title: 'What is done',
    safe: 'Changes nothing a guest reads',
    loses: 'Gives something up',
    agree: (text: string) => text,
    lost: (count: string) => `What a guest loses: ${count}`,
    more: (count: string) => `and ${count} more`,
    ofSnapshot: (name: string) => `in snapshot “${name}”`,
    partition: (number: string) => `partition ${number}`,
    typeName: (name: string) => `Type ${name} to agree that this is given up`,
    typeFirst: (name: string) => `Type ${name} first: data is given up`,
  },
  writes: {
    list: 'Writes',
    title: (count: string, bytes: string) => `${count}, ${bytes} in all`,
    where: 'Where',
    before: 'Now',
    after: 'Then',
    more: (count: string) => `${count} more are not listed.`,
  },
  safetyCopy: (bytes: string) =>
    `A safety copy of ${bytes} is written first. With it the repair can be taken back.`,
  /** What a repair, or the undo of one, leaves to be done. */
  careLeft: {
    isBack: 'What the repair had put right is wrong again',
    stillWrong: {
      leaks: 'Leaks remain',
      'needs-repair': 'Needs the full repair',
      damaged: 'Still damaged: needs the full repair',
    },
    mended: (clusters: string) => `${clusters} made free again inside the file`,
    mendedText:
      'New data goes there. The file is as large as before: Compact gives the space back to the disk.',
  },
  recheck: {
    running: 'Checking the repaired image…',
    waiting: 'The check of the repaired image begins…',
  },
}
