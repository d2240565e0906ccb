/** How an image is, in a word and a sentence. */
export const health = {
  words: {
    healthy: {
      word: 'Healthy',
      meaning: 'Every table and counter agrees.',
    },
    leaks: {
      word: 'Leaks',
      meaning: 'Wasted space. The data is safe.',
    },
    'needs-repair': {
      word: 'Needs repair',
      meaning: 'Counters are wrong. Writing to it may destroy data.',
    },
    damaged: {
      word: 'Damaged',
      meaning: 'Tables are wrong. Some data may be lost.',
    },
    dirty: {
      word: 'Dirty',
      meaning: 'It was not closed properly. A check tells whether something is wrong.',
    },
    'not-checked': {
      word: 'Not checked',
      meaning: 'Nobody has looked inside yet.',
    },
    'cannot-read': {
      word: 'Cannot read',
      meaning: 'The file could not be opened or understood.',
    },
    'untrusted-links': {
      word: 'Untrusted links',
      meaning: 'It names files that Platter has not opened.',
    },
  },
  /** Instead of "Not checked", for formats without anything to check. */
  cannotCheck: 'Cannot check',
  checked: (when: string, exactly: string) => `Checked ${when} (${exactly}).`,
  changedSince: 'The file changed since. Check again to be sure.',
  /** Spoken after the word. */
  beforeChange: ', before the last change',
}
