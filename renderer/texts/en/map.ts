/** Where on the disk data lies, in short; the map's own tab says more. */
export const map = {
  /** What the colours mean. */
  classes: {
    data: { word: 'Data', meaning: 'Stored in this file as it is.' },
    compressed: { word: 'Compressed', meaning: 'Stored in this file, compressed.' },
    zero: { word: 'Zero', meaning: 'Known to be zero without being stored.' },
    backing: { word: 'From backing', meaning: 'Read from a backing file below this image.' },
    unallocated: { word: 'Unallocated', meaning: 'Never written; the guest reads zeroes.' },
  },
  share: (word: string, percent: string) => `${word} ${percent}`,
  strip: (totals: string) => `Allocation from first to last byte: ${totals}`,
  empty: 'the disk is empty',
}
