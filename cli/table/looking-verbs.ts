import type { OptionTable } from './option.ts'
import { output, reading, recorded } from './shared-options.ts'
import { defineVerb, type VerbGroup } from './verb.ts'

export const describing = {
  filter: {
    kind: 'text',
    value: 'path',
    help: 'only this of the JSON object: .virtual-size, .snapshots[0].name',
  },
  partitions: {
    kind: 'switch',
    help: 'also what is on the disk: partitions, file systems, the smallest size that keeps all',
  },
  ...output,
  ...reading,
} as const satisfies OptionTable

export const mapping = {
  ignoreZeroes: {
    kind: 'switch',
    help: 'read what is stored, and leave out blocks of 4 KiB that are all zero',
  },
  offset: { kind: 'size', value: 'size', help: 'begin there, in bytes of the disk' },
  bytes: { kind: 'size', value: 'size', help: 'cover so many; all that follow unless told' },
  ...output,
  ...reading,
} as const satisfies OptionTable

/** Verbs that only look, at any number of images and folders. */
export const lookingVerbs: VerbGroup = {
  heading: 'Look:',
  verbs: [
    defineVerb({
      name: 'list',
      summary: 'one line per image: format, sizes, snapshots, backing file, use',
      operands: ['<file-or-folder...>'],
      options: output,
      notes: 'Reads headers only. Folders are searched with all their subfolders.',
      load: async () => (await import('../verbs/list.ts')).list,
    }),
    defineVerb({
      name: 'info',
      summary: 'all about an image',
      operands: ['<file-or-folder...>'],
      options: describing,
      notes:
        'With --json one file gives the object that qemu-img info gives; several files or a folder give an array of them.\n' +
        '--partitions adds "disk-layout" to it, which qemu-img has not.\n' +
        '--filter prints a number or a word bare and anything else as JSON; what is not there answers 1.',
      examples: [
        { words: 'info disk.qcow2', does: 'say all about an image' },
        {
          words: 'info --filter .format-specific.data.corrupt disk.qcow2',
          does: 'print true or false',
        },
      ],
      load: async () => (await import('../verbs/info.ts')).info,
    }),
    defineVerb({
      name: 'check',
      summary: 'find corruption and wasted space; changes nothing',
      operands: ['<file-or-folder...>'],
      options: {
        deep: { kind: 'switch', help: 'also unpack every compressed cluster' },
        report: { kind: 'text', value: 'file', help: 'write a report: .csv, .json or .html' },
        ...output,
        ...reading,
        ...recorded,
      },
      notes:
        'Exit codes: 0 clean, 1 could not be checked, 2 corruption, 3 leaks only, 63 nothing to check in this format.\n' +
        'Several images answer with the worst of theirs; images without anything to check are skipped.\n' +
        'With --json one file gives the object that qemu-img check gives; several files or a folder give an array of them.',
      load: async () => (await import('../verbs/check.ts')).check,
    }),
    defineVerb({
      name: 'map',
      summary: 'which parts of the virtual disk are stored, and where',
      operands: ['<file-or-folder...>'],
      options: { ...output, ...reading },
      notes:
        'With --json one file gives the array that qemu-img map gives; several give an array of {"version", "filename", "map"}.',
      load: async () => (await import('../verbs/map.ts')).map,
    }),
    defineVerb({
      name: 'mapped',
      summary: 'where the disk holds anything but zeroes: offset and length of every extent',
      operands: ['<file-or-folder...>'],
      options: mapping,
      notes:
        'Extents of the whole backing chain, as long as they can be; offsets in hexadecimal, lengths in decimal.\n' +
        'What is known to read as zeroes is left out; --ignore-zeroes also looks. "platter map" tells where in\n' +
        'which file they lie.',
      examples: [
        { words: 'mapped disk.qcow2', does: 'list what an export has to read' },
        {
          words: 'mapped --ignore-zeroes --json disk.qcow2',
          does: 'the same without stored zeroes, as JSON',
        },
      ],
      load: async () => (await import('../verbs/mapped.ts')).mapped,
    }),
    defineVerb({
      name: 'sha',
      summary: 'checksum of what a guest would read: equal for qcow2 and raw with the same data',
      operands: ['<file-or-folder...>'],
      options: {
        algorithm: {
          kind: 'choice',
          value: 'name',
          help: 'which checksum',
          choices: ['sha256', 'sha1', 'sha512'],
        },
        file: { kind: 'switch', help: 'of the image file itself, as sha256sum prints it' },
        check: { kind: 'switch', help: 'compare with the sums in these files' },
        ...output,
        ...reading,
        ...recorded,
      },
      notes: 'Lines are those of sha256sum: DIGEST, two spaces, FILE.',
      load: async () => (await import('../verbs/sha.ts')).sha,
    }),
  ],
}
