/** Checksums: comparing them with others, and leaving one beside the image. */
export const hash = {
  title: 'Checksum',
  gone: 'The image is no longer in the library.',
  titleOf: (image: string) => `Checksum of ${image}`,
  targets: { content: 'Content', file: 'File' },
  meanings: {
    content:
      'What a guest reads from the disk. Equal for the same disk in any format, so it compares a qcow2 image with the raw image it was made from.',
    file: 'The bytes of the image file itself, as sha256sum prints them. Two files can differ and still hold the same disk.',
  },
  ofWhat: 'Of what',
  algorithm: 'Algorithm',
  computing: 'It is being computed',
  compute: (algorithm: string) => `Compute ${algorithm}`,
  computeAgain: 'Compute again',
  looking: 'Looking for an earlier one…',
  notYet: 'Not computed yet.',
  stale: 'The file changed since this was computed',
  staleText: (when: string) => `The checksum below is of the file as it was ${when}.`,
  live: 'Computed while a VM wrote to the image',
  liveText: 'Parts of it may be from before and parts from after a change.',
  copyLine: (algorithm: string) => `Copy as ${algorithm}sum line`,
  line: 'Line',
  done: (when: string, hashed: string, read: string) =>
    `Computed ${when}: ${hashed} hashed, ${read} read`,
  otherFormat: (format: string) => `The content of ${format} images cannot be read; choose File`,
  answers: {
    match: { title: 'Match', detail: 'Both are the same, digit by digit.' },
    different: {
      title: 'Does not match',
      detail: (expected: string, computed: string) =>
        `Expected ${expected}…, computed ${computed}…`,
    },
    notInList: {
      title: 'Does not match',
      detail: (checksums: string) => `None of the ${checksums} in the list is the computed one.`,
    },
    otherAlgorithm: {
      title: 'Cannot be compared',
      detail: (given: string, computed: string) =>
        `This is ${given}; what was computed is ${computed}. Choose the same algorithm.`,
    },
    noDigest: {
      title: 'Not a checksum',
      detail: (algorithm: string, digits: string) =>
        `${algorithm} has ${digits} from 0 to f. What was pasted does not hold any such number.`,
    },
  },
  compare: 'Compare with',
  placeholder: 'Paste a checksum, a sha256sum line or a whole SHA256SUMS file',
  open: 'Open a checksum file…',
  dropHint: 'Or drop the file here.',
  drop: 'Drop the checksum file',
  tooLarge: (name: string) => `${name} is too large to be a list of checksums`,
  from: (name: string) => `From ${name}`,
  save: (name: string) => `Save ${name}`,
  saveFileOnly: 'A checksum file is about the file: choose File and SHA-256',
  saveStale: 'The file changed since: compute it again first',
  saved: 'Checksum file saved',
}
