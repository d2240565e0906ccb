/** Checks that begin by themselves once a week. */
export const schedule = {
  title: 'Weekly checks',
  sheetTitle: 'Weekly check',
  meaning:
    'Reads the folder and checks every image in it, while Platter runs. One that was missed is made up for at the next start. Its results say what got worse since the week before.',
  noFolders: 'Add a folder to the library first.',
  day: (folder: string) => `Day of the weekly check of ${folder}`,
  hour: (folder: string) => `Hour of the weekly check of ${folder}`,
  off: 'Not weekly',
  /** Sunday first. */
  days: {
    0: 'Every Sunday',
    1: 'Every Monday',
    2: 'Every Tuesday',
    3: 'Every Wednesday',
    4: 'Every Thursday',
    5: 'Every Friday',
    6: 'Every Saturday',
  },
  clock: (hour: string) => `${hour}:00`,
  next: (when: string) => `Next: ${when}`,
  none: 'It is checked when you ask.',
  done: 'Done',
}
