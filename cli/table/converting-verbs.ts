import { amendable } from './changing-verbs.ts'
import type { OptionTable } from './option.ts'
import { output, overwriting, planned, reading, recorded } from './shared-options.ts'
import { defineVerb, type VerbGroup } from './verb.ts'

export const encoding = {
  compress: {
    kind: 'choice',
    value: 'method',
    help: 'pack guest data',
    choices: ['zlib', 'zstd'],
  },
  clusterSize: { kind: 'size', value: 'size', help: '512 to 2M, a power of two; 64K unless told' },
  clusterBits: {
    kind: 'number',
    value: 'bits',
    help: 'the cluster size as a power of two',
    from: 9,
    to: 21,
  },
  ...amendable,
  ...reading,
  ...overwriting,
  ...planned,
  ...output,
  ...recorded,
} as const satisfies OptionTable

export const decoding = {
  snapshot: {
    kind: 'text',
    value: 'id or name',
    help: 'the disk as it was when this snapshot was taken',
  },
  ...overwriting,
  ...output,
  ...reading,
  ...recorded,
} as const satisfies OptionTable

export const streamDecoding = {
  ...overwriting,
  ...output,
  ...recorded,
} as const satisfies OptionTable

export const dehydrating = {
  twoFiles: {
    kind: 'text',
    value: 'prefix',
    help: 'write <prefix>.meta and <prefix>.map, as qcow-tool reads them',
  },
  anonymize: {
    kind: 'switch',
    help: 'replace the names of files, snapshots and bitmaps by others of the same length',
  },
  format: reading.format,
  ...overwriting,
  ...output,
  ...recorded,
} as const satisfies OptionTable

export const rehydrating = {
  ...overwriting,
  ...output,
  ...recorded,
} as const satisfies OptionTable

/** Verbs that make a file of a disk that is in another form. */
export const convertingVerbs: VerbGroup = {
  heading: 'Convert:',
  verbs: [
    defineVerb({
      name: 'encode',
      summary: 'make a qcow2 image of a raw disk, or of any image that can be read',
      operands: ['<source>', '[target]'],
      options: encoding,
      notes:
        'Without a target: the name of the source with .qcow2 for its ending. "-" is standard input or output.\n' +
        'Holes of the source are not read, and zeroes are not stored. The file gets its name when it is whole.\n' +
        'To standard output the source is read twice, so it has to be a file, and it is not packed.',
      examples: [
        { words: 'encode disk.raw', does: 'disk.qcow2 beside it' },
        { words: 'encode --compress zstd disk.raw small.qcow2', does: 'packed' },
        { words: 'encode - disk.qcow2', does: 'of what comes through a pipe' },
      ],
      load: async () => (await import('../verbs/encode.ts')).encode,
    }),
    defineVerb({
      name: 'decode',
      summary: 'a disk as a raw file: what a guest reads, through all backing files',
      operands: ['<image>', '[target]'],
      options: decoding,
      notes:
        'Without a target the file beside the image that is called like it, and .raw. "-" is standard output,\n' +
        'and as an image standard input, which is read as by stream-decode.\n' +
        'The file is sparse: zeroes take no space in it. It gets its name when it is whole.\n' +
        'Nobody may have the image open for writing meanwhile.',
      examples: [
        { words: 'decode disk.qcow2 disk.raw', does: 'make a raw disk' },
        {
          words: 'decode --snapshot monday disk.qcow2 - | gzip > monday.raw.gz',
          does: 'pack a snapshot',
        },
      ],
      load: async () => (await import('../verbs/decode.ts')).decode,
    }),
    defineVerb({
      name: 'stream-decode',
      summary: 'a qcow2 image that comes through a pipe, as a raw file or through another pipe',
      operands: ['[input]', '[target]'],
      options: streamDecoding,
      notes:
        'Both are "-" unless told: standard input, standard output. The image is read once, from its start to its\n' +
        'end, in the order of the file; 64 MiB wait at most for what says where they belong. An order that needs\n' +
        'more is refused (as are overlays), and "platter decode" of a saved file reads every order.',
      examples: [
        { words: 'stream-decode - disk.raw < disk.qcow2', does: 'read standard input' },
        {
          words: 'stream-decode < disk.qcow2 | sha256sum',
          does: 'the checksum of the disk, and no file',
        },
      ],
      load: async () => (await import('../verbs/stream-decode.ts')).streamDecode,
    }),
    defineVerb({
      name: 'dehydrate',
      summary: 'take the metadata out of a qcow2 image, without any guest data',
      operands: ['<image>', '[target]'],
      options: dehydrating,
      notes:
        'For somebody who is to look at a broken image and must not see what is on it. Without a target: the name\n' +
        'of the image with .dehydrated behind it. What may be guest data is left out, and the answer says what;\n' +
        'names of files, snapshots and bitmaps stay in it, unless they are to be replaced. The image is not changed.',
      examples: [
        { words: 'dehydrate broken.qcow2', does: 'broken.qcow2.dehydrated, to be sent' },
        { words: 'dehydrate --anonymize --json broken.qcow2', does: 'without names, told as JSON' },
        { words: 'dehydrate --two-files sent broken.qcow2', does: 'sent.meta and sent.map' },
      ],
      load: async () => (await import('../verbs/dehydrate.ts')).dehydrate,
    }),
    defineVerb({
      name: 'rehydrate',
      summary: 'make a sparse image of what dehydrate wrote',
      operands: ['<source>', '[target]'],
      options: rehydrating,
      notes:
        'The source is the one file, or the prefix (or the .map file) of the two. Without a target: its name with\n' +
        '.rehydrated.qcow2 for its ending. A check judges the new image as it judged the old one.',
      examples: [
        { words: 'rehydrate broken.qcow2.dehydrated', does: 'broken.rehydrated.qcow2' },
        { words: 'rehydrate sent image.qcow2', does: 'of sent.meta and sent.map' },
      ],
      load: async () => (await import('../verbs/rehydrate.ts')).rehydrate,
    }),
  ],
}
