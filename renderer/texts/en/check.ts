/** What a check found. Counts and sizes come in as words. */
export const check = {
  verdicts: {
    incomplete: {
      title: 'The check could not read everything',
      detail: (parts: string, corruptions: string, leaked: string) =>
        `${parts} of the metadata could not be read or understood; found until there: ${corruptions} and ${leaked}.`,
      advice: 'Copy the image to a healthy disk or restore it from a backup, then check again.',
    },
    healthy: {
      title: 'No problems found',
      detail: (clusters: string) => `${clusters} in use, every table and refcount agrees.`,
      nothingToDo: 'Nothing to do.',
      remarks: (remarks: string) => `${remarks} below; none of them is a fault.`,
    },
    leaks: {
      title: 'Wasted space, data safe',
      detail: (leaked: string) => `${leaked}: space that nothing uses.`,
      advice:
        'No hurry. A repair makes it free again inside the file, for new data; Compact gives it back to the disk.',
    },
    'needs-repair': {
      title: 'Needs repair',
      detail: (problems: string) => `${problems}. Reading is still right.`,
      advice:
        'Do not start a VM on it. Repairing keeps a copy of what it overwrites, so that it can be undone.',
    },
    damaged: {
      title: 'Damaged: data may be lost',
      detail: (problems: string) => `${problems}.`,
      advice:
        'Do not start a VM on it. Keep this file as it is, restore a backup, or copy out what is readable.',
    },
  },
  leaked: (clusters: string, bytes: string) => `${clusters} (${bytes})`,
  both: (problems: string, leaked: string) => `${problems} and ${leaked}`,
  live: {
    title: 'Checked live',
    text: 'A VM was writing to the image meanwhile; the result may lag behind. Nothing was locked.',
  },
  copy: 'Copy result',
  result: 'Result',
  harms: {
    data: {
      title: 'Data lost or at risk',
      meaning: 'What the guest reads in these ranges is wrong or cannot be read.',
    },
    structure: {
      title: 'Table damage',
      meaning: 'Tables that say where data lies are wrong. Reading goes on where they are right.',
    },
    refcounts: {
      title: 'Refcounts wrong',
      meaning: 'Reading is safe. Writing could give away space that is in use and destroy data.',
    },
    space: {
      title: 'Wasted space',
      meaning: 'Clusters are reserved that nothing uses (leaks). The data is safe.',
    },
  },
  omitted: (count: number, shown: string) =>
    count === 1
      ? '1 more finding of the less harmful kinds is counted but not listed.'
      : `${shown} more findings of the less harmful kinds are counted but not listed.`,
  places: {
    at: (structure: string, offset: string) => `${structure} at ${offset}`,
    namedBy: (structure: string, offset: string) => `named by ${structure} at ${offset}`,
    guest: (range: string, size: string) => `guest range ${range} (${size})`,
    snapshot: (name: string) => `snapshot “${name}”`,
  },
  /** The result as text. */
  headline: (title: string, detail: string) => `${title}. ${detail}`,
  group: (title: string, count: string) => `${title} (${count})`,
}
