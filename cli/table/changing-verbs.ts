import type { OptionTable } from './option.ts'
import { output, overwriting, planned, reading, recorded, unbuffered } from './shared-options.ts'
import { defineVerb, type VerbGroup } from './verb.ts'

const widths = ['1', '2', '4', '8', '16', '32', '64'] as const

/** Of a header; `create` chooses them and `amend` changes them. */
export const amendable = {
  compat: {
    kind: 'choice',
    value: 'version',
    help: 'version of the format: 0.10 is 2, 1.1 is 3',
    choices: ['0.10', '1.1'],
    synonyms: { v2: '0.10', v3: '1.1', '2': '0.10', '3': '1.1' },
  },
  refcountBits: {
    kind: 'choice',
    value: 'bits',
    help: 'width of a refcount; 16 unless told',
    choices: widths,
  },
  lazyRefcounts: {
    kind: 'switch',
    help: 'let refcounts wait until the image is closed; after a crash they are counted anew',
  },
  strictRefcounts: {
    kind: 'switch',
    help: 'keep refcounts right all the time',
  },
  option: {
    kind: 'texts',
    short: 'o',
    value: 'list',
    help: 'options as qemu-img has them: compat=1.1,lazy_refcounts=on',
  },
} as const satisfies OptionTable

const preallocation = {
  preallocation: {
    kind: 'choice',
    value: 'how',
    help: 'space that is taken at once: tables alone, promised by the host, or written',
    choices: ['off', 'metadata', 'falloc', 'full'],
  },
} as const satisfies OptionTable

export const creating = {
  size: {
    kind: 'size',
    value: 'size',
    help: 'of the virtual disk: 10G, 1.5TiB, 0x40000000; that of the backing file unless told',
  },
  format: {
    kind: 'choice',
    value: 'name',
    help: 'what is made',
    choices: ['qcow2', 'raw'],
    standard: 'qcow2',
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
  extendedL2: { kind: 'switch', help: 'subclusters: smaller units of allocation' },
  compressionType: {
    kind: 'choice',
    value: 'method',
    help: 'how clusters will be packed',
    choices: ['zlib', 'zstd'],
  },
  ...preallocation,
  backing: {
    kind: 'text',
    value: 'file',
    help: 'image that is read where this one has nothing; stored as given',
  },
  backingFormat: {
    kind: 'choice',
    value: 'name',
    help: 'its format; needed unless its first bytes say qcow2',
    choices: ['qcow2', 'raw'],
  },
  dataFile: {
    kind: 'text',
    value: 'file',
    help: 'keep guest data in this file, which is made, too; stored as given',
  },
  dataFileRaw: { kind: 'switch', help: 'the data file reads as the disk, byte for byte' },
  existingDataFile: {
    kind: 'switch',
    help: 'take a data file that is there: it becomes the disk (with --data-file-raw)',
  },
  links: reading.links,
  ...overwriting,
  ...planned,
  ...output,
  ...recorded,
} as const satisfies OptionTable

export const resizing = {
  size: {
    kind: 'size-change',
    value: 'size',
    help: 'of the virtual disk afterwards: 20G; or how much more or less: +10G, -10G',
  },
  ignoreDataLoss: {
    kind: 'switch',
    help: 'agree that what lies past the new end is lost for ever',
  },
  keepCut: {
    kind: 'text',
    value: 'file',
    help: 'keep what lies past the new end in this new file; "platter undo" brings it back',
  },
  moveGptBackup: {
    kind: 'switch',
    help: 'have the second copy of a GUID partition table at the new end',
  },
  ...preallocation,
  ...planned,
  ...output,
  ...reading,
  ...recorded,
} as const satisfies OptionTable

export const repairing = {
  mode: {
    kind: 'choice',
    value: 'name',
    help: 'only refcounts that are too high, or all that can be repaired',
    choices: ['leaks', 'all'],
    standard: 'all',
  },
  allow: {
    kind: 'texts',
    value: 'step',
    help: 'agree to a step that gives something up, by the name that --dry-run shows',
  },
  copyTo: {
    kind: 'text',
    value: 'file',
    help: 'repair a copy in the same folder, which gets this name, and leave the image as it is',
  },
  safetyCopyFolder: {
    kind: 'text',
    value: 'folder',
    help: 'put the file that takes the repair back there instead of beside the image',
  },
  ...unbuffered,
  ...planned,
  ...output,
  format: reading.format,
  ...recorded,
} as const satisfies OptionTable

export const amending = {
  ...amendable,
  ...planned,
  ...output,
  format: reading.format,
  ...recorded,
} as const satisfies OptionTable

export const relinking = {
  backingFormat: {
    kind: 'choice',
    value: 'name',
    help: 'format of the backing file; what it is by its signature unless told',
    choices: ['qcow2', 'raw'],
  },
  links: reading.links,
  ...planned,
  ...output,
  format: reading.format,
  ...recorded,
} as const satisfies OptionTable

export const snapshotting = {
  id: { kind: 'switch', help: 'the name is the id of a snapshot' },
  take: {
    kind: 'text',
    value: 'name',
    help: 'with apply: keep the present state as this snapshot first',
  },
  keep: {
    kind: 'text',
    value: 'file',
    help: 'with delete: keep the snapshot in this new file, so that undo can put it back',
  },
  whole: {
    kind: 'switch',
    help: 'with --keep: all of it, so that it comes back whatever is written to the image meanwhile',
  },
  ...planned,
  ...output,
  format: reading.format,
  ...recorded,
} as const satisfies OptionTable

export const undoing = {
  apply: { kind: 'switch', help: 'undo it: what has this id, or else the newest that can be' },
  copy: {
    kind: 'text',
    value: 'file',
    help: 'file that takes it back: safety copy of a repair, kept end of a disk, kept snapshot',
  },
  links: reading.links,
  ...planned,
  ...output,
  ...recorded,
} as const satisfies OptionTable

/** Verbs that make and change images. */
export const changingVerbs: VerbGroup = {
  heading: 'Make and change:',
  verbs: [
    defineVerb({
      name: 'create',
      summary: 'make a new image',
      operands: ['<file>', '[size]'],
      options: creating,
      notes:
        'Nothing is overwritten unless told so, and a failed or cancelled create leaves nothing behind.\n' +
        'The format of a backing file is always stored, so that nobody guesses it from what a guest wrote.',
      examples: [
        { words: 'create disk.qcow2 20G', does: 'an empty disk' },
        { words: 'create top.qcow2 --backing base.qcow2', does: 'a disk on top of another' },
      ],
      load: async () => (await import('../verbs/create.ts')).create,
    }),
    defineVerb({
      name: 'resize',
      summary: 'make a virtual disk larger or smaller',
      operands: ['<file>', '[size]'],
      options: resizing,
      notes:
        'Growing loses nothing. Shrinking needs --ignore-data-loss or --keep-cut;\n--dry-run says what it would cut off.\n' +
        'Snapshots keep their content and their size, backing files their names.',
      examples: [
        { words: 'resize disk.qcow2 +10G', does: '10 GiB more' },
        { words: 'resize --dry-run disk.qcow2 8G', does: 'what would be lost' },
        {
          words: 'resize --move-gpt-backup --keep-cut end.qcow2 disk.qcow2 8G',
          does: 'smaller, and it can be undone',
        },
      ],
      load: async () => (await import('../verbs/resize.ts')).resize,
    }),
    defineVerb({
      name: 'repair',
      summary: 'repair tables; what a guest reads stays the same unless told otherwise',
      operands: ['<file...>'],
      options: repairing,
      notes:
        'A safety copy is written first; "platter undo" takes the repair back with it. With --copy-to the image is only read,\n' +
        'and its copy, compared with it byte by byte, is repaired before it gets its name.\n' +
        'Exit codes: 0 clean afterwards, 1 could not be repaired, 2 corruption remains, 3 leaks remain.',
      examples: [
        { words: 'repair --dry-run disk.qcow2', does: 'what it would do, and what remains' },
        {
          words: 'repair --allow unmap-past-end disk.qcow2',
          does: 'gives up what was cut off the file',
        },
      ],
      load: async () => (await import('../verbs/repair.ts')).repair,
    }),
    defineVerb({
      name: 'amend',
      summary: 'change version, refcount width or lazy refcounts of an image that is there',
      operands: ['<file...>'],
      options: amending,
      notes: 'Content, snapshots and names stay as they are.',
      examples: [{ words: 'amend --compat 1.1 old.qcow2', does: 'version 2 becomes version 3' }],
      load: async () => (await import('../verbs/amend.ts')).amend,
    }),
    defineVerb({
      name: 'relink',
      summary: 'name another backing file in the header of an image; nothing else changes',
      operands: ['<file>', '<backing>'],
      options: relinking,
      notes:
        'For a backing file that was moved or renamed. No content is read or compared: with another file than the\n' +
        'old one the guest sees other data. A name that is not absolute is relative to the folder of the image.',
      examples: [
        { words: 'relink top.qcow2 ../bases/debian.qcow2', does: 'where the backing file is now' },
        { words: 'relink --dry-run top.qcow2 base.qcow2', does: 'whether it may be the wrong one' },
      ],
      load: async () => (await import('../verbs/relink.ts')).relink,
    }),
    defineVerb({
      name: 'snapshot',
      summary: 'list, create, apply, delete, rename or put back snapshots inside an image',
      operands: ['<file>', '[action]', '[name]', '[new-name]'],
      operandChoices: { action: ['list', 'create', 'apply', 'delete', 'rename', 'restore'] },
      options: snapshotting,
      notes:
        'Actions: list, which is meant when none is given; create NAME; apply NAME; delete NAME; rename NAME NEW;\n' +
        'restore FILE, which puts back what delete --keep FILE kept.\n' +
        'Applying loses the present state, unless --take keeps it, and deleting the snapshot, unless --keep does;\n' +
        '--dry-run says what would be lost. A snapshot that is kept without --whole comes back only while nobody\n' +
        'writes to the image.',
      examples: [
        { words: 'snapshot disk.qcow2', does: 'what snapshots there are, and what each takes' },
        {
          words: 'snapshot disk.qcow2 apply monday --take before',
          does: 'goes back and can return',
        },
      ],
      load: async () => (await import('../verbs/snapshot.ts')).snapshot,
    }),
    defineVerb({
      name: 'undo',
      summary: 'list what can be undone, and undo it',
      operands: ['<file>', '[id]'],
      options: undoing,
      notes:
        'Repairs are undone with their safety copies, beside the image. Growing, shrinking with --keep-cut, amending,\n' +
        'relinking and snapshots that were taken, renamed, applied with --take or deleted with --keep are undone with what\n' +
        'the history has of them. Without a history, --copy names the file that was kept.\n' +
        'Nothing is undone that would lose what came later; the list says why.',
      examples: [
        { words: 'undo disk.qcow2', does: 'what can be undone' },
        { words: 'undo disk.qcow2 --apply', does: 'undoes the newest of it' },
        { words: 'undo disk.qcow2 --copy end.qcow2 --apply', does: 'brings back a kept end' },
      ],
      load: async () => (await import('../verbs/undo.ts')).undo,
    }),
  ],
}
