/**
 * What the command line can do, as one table: help, parsing, suggestions and tests all read it. A
 * verb's code loads only when it runs.
 */
import type { ExitCode } from './exit-codes.ts'
import type { Host } from './host.ts'

/** Every option a verb may take, as parsed. */
export interface VerbOptions {
  readonly output: 'human' | 'json'
  readonly quiet?: boolean
  readonly format?: 'qcow2' | 'raw'
  readonly links: 'deny' | 'same-folder' | 'allow'
  readonly progressFd?: number
  /** False with --no-history. */
  readonly history: boolean
  readonly deep?: boolean
  readonly report?: string
  readonly algorithm?: 'sha256' | 'sha1' | 'sha512'
  readonly file?: boolean
  readonly check?: boolean
  readonly limit: number
  readonly port?: number
  /** False with --no-open. */
  readonly open: boolean
  readonly mode?: 'auto' | 'in-place' | 'punch' | 'rewrite'
  readonly dryRun?: boolean
  /** False with --no-verify. */
  readonly verify: boolean
  readonly unsafeBuffering?: boolean
  readonly compress?: 'zlib' | 'zstd'
  readonly keepOriginal?: string
}

export type RunVerb = (
  operands: readonly string[],
  options: VerbOptions,
  host: Host,
) => Promise<ExitCode>

interface OptionBase {
  /** As commander reads it: `--report <file>`. */
  readonly flags: string
  readonly help: string
}
export type VerbOption = OptionBase &
  (
    | { readonly kind: 'switch' }
    | { readonly kind: 'text' }
    | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly standard?: string }
    | {
        readonly kind: 'number'
        readonly from: number
        readonly to: number
        readonly standard?: number
      }
  )

const output: readonly VerbOption[] = [
  { kind: 'switch', flags: '--json', help: 'the same as --output json' },
  {
    kind: 'choice',
    flags: '--output <form>',
    help: 'how the answer is written',
    choices: ['human', 'json'],
    standard: 'human',
  },
]
const reading: readonly VerbOption[] = [
  {
    kind: 'choice',
    flags: '--format <name>',
    help: 'take the files for this format instead of looking at their first bytes',
    choices: ['qcow2', 'raw'],
  },
  {
    kind: 'choice',
    flags: '--links <policy>',
    help: 'which backing and data files named inside an image are opened',
    choices: ['deny', 'same-folder', 'allow'],
    standard: 'same-folder',
  },
]
const lasting: readonly VerbOption[] = [
  { kind: 'switch', flags: '--quiet', help: 'no progress and no summary' },
  {
    kind: 'number',
    flags: '--progress-fd <number>',
    help: 'write progress there, one JSON object a line',
    from: 1,
    to: 255,
  },
]
const givingBack: readonly VerbOption[] = [
  { kind: 'switch', flags: '--dry-run', help: 'only say what it would come to' },
  {
    kind: 'switch',
    flags: '--no-verify',
    help: 'do not compare what the guest reads before and after',
  },
  {
    kind: 'switch',
    flags: '--unsafe-buffering',
    help: 'flush at the end only: quicker, and a power cut may cost the image',
  },
]
const recorded: VerbOption = {
  kind: 'switch',
  flags: '--no-history',
  help: 'leave no entry in the history',
}

export interface Verb {
  readonly name: string
  readonly summary: string
  readonly operands: '<file-or-folder...>' | '<file...>' | '[folder...]' | '[file...]' | ''
  readonly options: readonly VerbOption[]
  /** More to know, below the options of its help. */
  readonly notes: string
  readonly load: () => Promise<RunVerb>
}

export const verbs: readonly Verb[] = [
  {
    name: 'list',
    summary: 'one line per image: format, sizes, snapshots, backing file, use',
    operands: '<file-or-folder...>',
    options: [...output, ...lasting],
    notes: 'Reads headers only. Folders are searched with all their subfolders.',
    load: async () => (await import('./verbs/list.ts')).list,
  },
  {
    name: 'info',
    summary: 'all about an image',
    operands: '<file-or-folder...>',
    options: [...output, ...reading, ...lasting],
    notes:
      'With --json one file gives the object that qemu-img info gives; several files or a folder give an array of them.',
    load: async () => (await import('./verbs/info.ts')).info,
  },
  {
    name: 'check',
    summary: 'find corruption and wasted space; changes nothing',
    operands: '<file-or-folder...>',
    options: [
      { kind: 'switch', flags: '--deep', help: 'also unpack every compressed cluster' },
      { kind: 'text', flags: '--report <file>', help: 'write a report: .csv, .json or .html' },
      ...output,
      ...reading,
      ...lasting,
      recorded,
    ],
    notes:
      'Exit codes: 0 clean, 1 could not be checked, 2 corruption, 3 leaks only, 63 nothing to check in this format.\n' +
      'Several images answer with the worst of theirs; images without anything to check are skipped.\n' +
      'With --json one file gives the object that qemu-img check gives; several files or a folder give an array of them.',
    load: async () => (await import('./verbs/check.ts')).check,
  },
  {
    name: 'map',
    summary: 'which parts of the virtual disk are stored, and where',
    operands: '<file-or-folder...>',
    options: [...output, ...reading, ...lasting],
    notes:
      'With --json one file gives the array that qemu-img map gives; several give an array of {"filename", "map"}.',
    load: async () => (await import('./verbs/map.ts')).map,
  },
  {
    name: 'sha',
    summary: 'checksum of what a guest would read: equal for qcow2 and raw with the same data',
    operands: '<file-or-folder...>',
    options: [
      {
        kind: 'choice',
        flags: '--algorithm <name>',
        help: 'which checksum',
        choices: ['sha256', 'sha1', 'sha512'],
      },
      { kind: 'switch', flags: '--file', help: 'of the image file itself, as sha256sum prints it' },
      { kind: 'switch', flags: '--check', help: 'compare with the sums in these files' },
      ...output,
      ...reading,
      ...lasting,
      recorded,
    ],
    notes: 'Lines are those of sha256sum: DIGEST, two spaces, FILE.',
    load: async () => (await import('./verbs/sha.ts')).sha,
  },
  {
    name: 'compact',
    summary: 'give space back to the host; what the guest reads stays the same',
    operands: '<file...>',
    options: [
      {
        kind: 'choice',
        flags: '--mode <name>',
        help: 'how: move clusters down, make holes, or write a new file',
        choices: ['auto', 'in-place', 'punch', 'rewrite'],
        standard: 'auto',
      },
      ...givingBack,
      {
        kind: 'choice',
        flags: '--compress <method>',
        help: 'pack guest data (with --mode rewrite)',
        choices: ['zlib', 'zstd'],
      },
      {
        kind: 'text',
        flags: '--keep-original <name>',
        help: 'keep the old file beside the new one under this name (with --mode rewrite)',
      },
      ...output,
      ...reading,
      ...lasting,
    ],
    notes:
      'Snapshots, bitmaps and backing files are kept. Nobody else may have the image open meanwhile.\n' +
      'Ctrl-C stops it at once and leaves a valid image; the same command does the rest.',
    load: async () => (await import('./verbs/compact.ts')).compact,
  },
  {
    name: 'discard',
    summary: 'stop storing guest data that is all zero; nothing moves',
    operands: '<file...>',
    options: [...givingBack, ...output, ...reading, ...lasting],
    notes:
      'Makes clusters free inside the image; "platter compact" makes the file smaller, and discards first, too.',
    load: async () => (await import('./verbs/discard.ts')).discard,
  },
  {
    name: 'jobs',
    summary: 'work that runs or waits in Platter',
    operands: '',
    options: [...output],
    notes: '',
    load: async () => (await import('./verbs/jobs.ts')).jobs,
  },
  {
    name: 'history',
    summary: 'what was done, newest first; of these images when they are named',
    operands: '[file...]',
    options: [
      {
        kind: 'number',
        flags: '--limit <count>',
        help: 'at most this many',
        from: 1,
        to: 10_000,
        standard: 50,
      },
      ...output,
    ],
    notes: '',
    load: async () => (await import('./verbs/history.ts')).history,
  },
  {
    name: 'web',
    summary: 'start Platter in the browser, with these folders',
    operands: '[folder...]',
    options: [
      {
        kind: 'number',
        flags: '--port <number>',
        help: 'listen there instead of on any free port',
        from: 1,
        to: 65_535,
      },
      { kind: 'switch', flags: '--no-open', help: 'only print the link, open no browser' },
    ],
    notes: 'Listens on 127.0.0.1 only and prints the link. Ctrl-C ends it.',
    load: async () => (await import('./verbs/web.ts')).web,
  },
]
