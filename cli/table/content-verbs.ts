import type { OptionTable } from './option.ts'
import { output, overwriting, planned, reading, recorded } from './shared-options.ts'
import { defineVerb, type VerbGroup } from './verb.ts'

/** Sectors that a disk can have: its bytes are a safe integer. */
const LAST_SECTOR = Math.floor(Number.MAX_SAFE_INTEGER / 512)

/** Where a range of the disk begins, in one unit or the other. */
const place = {
  sector: {
    kind: 'number',
    value: 'number',
    help: 'where it begins, in sectors of 512 bytes; 0 unless told',
    from: 0,
    to: LAST_SECTOR,
  },
  offset: { kind: 'size', value: 'size', help: 'where it begins, in bytes: 65536, 1M, 0x200' },
} as const satisfies OptionTable

/** How long a range is, in one unit or the other. */
const extent = {
  length: {
    kind: 'number',
    value: 'count',
    help: 'how long it is, in sectors of 512 bytes',
    from: 0,
    to: LAST_SECTOR,
  },
  bytes: { kind: 'size', value: 'size', help: 'how long it is, in bytes: 100, 4K, 1.5M' },
} as const satisfies OptionTable

export const readingBytes = {
  ...place,
  ...extent,
  hex: { kind: 'switch', help: 'as a dump: offset, bytes in hexadecimal, letters' },
  to: { kind: 'text', value: 'file', help: 'into this file instead of standard output' },
  ...overwriting,
  ...reading,
} as const satisfies OptionTable

export const writingBytes = {
  ...place,
  text: { kind: 'text', value: 'text', help: 'these letters as UTF-8, and nothing around them' },
  from: { kind: 'text', value: 'file', help: 'the bytes of this file; - is standard input' },
  pattern: {
    kind: 'text',
    value: 'byte',
    help: 'one byte over and over: 171 or 0xab (with --length or --bytes)',
  },
  zero: {
    kind: 'switch',
    help: 'zeroes; whole clusters of qcow2 become free (with --length or --bytes)',
  },
  ...extent,
  ...planned,
  ...output,
  ...reading,
  ...recorded,
} as const satisfies OptionTable

export const patternOptions = {
  pattern: {
    kind: 'choice',
    value: 'name',
    help: '1: a sector in every other cluster; 2: every other cluster discarded; random: of everything',
    choices: ['1', '2', 'random'],
    standard: '1',
  },
  size: { kind: 'size', value: 'size', help: 'of the disk; with --verify: when it was made' },
  verify: { kind: 'switch', help: 'make nothing: compare these disks with the pattern' },
  seed: {
    kind: 'number',
    value: 'number',
    help: 'of random: another disk for each; 0 unless told',
    from: 0,
    to: 4_294_967_295,
  },
  fill: {
    kind: 'number',
    value: 'percent',
    help: 'of random: how much of the disk holds data; 50 unless told',
    from: 0,
    to: 100,
  },
  clusterBits: {
    kind: 'number',
    value: 'bits',
    help: 'size of a cluster as a power of two; 16 unless told, which is 64 KiB',
    from: 9,
    to: 21,
  },
  compress: {
    kind: 'choice',
    value: 'method',
    help: 'of random: store text compressed',
    choices: ['zlib', 'zstd'],
  },
  format: {
    kind: 'choice',
    value: 'name',
    help: 'what is made, qcow2 unless told; with --verify: what the files are',
    choices: ['qcow2', 'raw'],
  },
  links: reading.links,
  ...overwriting,
  ...output,
  ...recorded,
} as const satisfies OptionTable

/** Verbs that look at the bytes of a disk, change them, or make disks whose bytes are known. */
export const contentVerbs: VerbGroup = {
  heading: 'Bytes of a disk:',
  verbs: [
    defineVerb({
      name: 'read',
      summary: 'bytes of the virtual disk, as a guest would read them',
      operands: ['<file>'],
      options: readingBytes,
      notes:
        'The first sector unless told. A range that leaves the disk is refused before anything is written.',
      examples: [
        { words: 'read disk.qcow2 --hex', does: 'show the boot sector' },
        {
          words: 'read disk.qcow2 --offset 1M --bytes 64K --to part.bin',
          does: 'save a part of the disk',
        },
      ],
      load: async () => (await import('../verbs/read.ts')).read,
    }),
    defineVerb({
      name: 'write',
      summary: 'change bytes of the virtual disk: exactly these, and no others',
      operands: ['<file>'],
      options: writingBytes,
      notes:
        'One of --text, --from, --pattern and --zero says what. A range that leaves the disk is refused before\n' +
        'anything is written. Nobody else may have the image open meanwhile; it is checked first.\n' +
        'Of standard input at most 64 MiB are taken, unless --length or --bytes says how many there will be.',
      examples: [
        { words: 'write disk.qcow2 --sector 8 --text hello', does: 'change five bytes' },
        {
          words: 'write disk.qcow2 --offset 1M --zero --bytes 512K --dry-run',
          does: 'count the bytes that would change',
        },
      ],
      load: async () => (await import('../verbs/write.ts')).write,
    }),
    defineVerb({
      name: 'pattern',
      summary:
        'make an image whose every byte is known beforehand, or find out whether it still is',
      operands: ['<file...>'],
      options: patternOptions,
      notes:
        'A sector of patterns 1 and 2 holds its number, as 64 bits with the highest byte first, over and over.\n' +
        '--verify needs the same --pattern, --seed, --fill and --cluster-bits, whatever the image was turned into\n' +
        'since. It answers 0 when all is as it was made, and 1 with the first byte that is not.',
      examples: [
        {
          words: 'pattern worst.qcow2 --pattern 2 --size 1G',
          does: 'make the worst case for compact',
        },
        {
          words: 'pattern worst.qcow2 --pattern 2 --verify',
          does: 'see whether it is still intact',
        },
      ],
      load: async () => (await import('../verbs/pattern.ts')).pattern,
    }),
  ],
}
