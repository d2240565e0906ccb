import { output, planned, reading, recorded, unbuffered } from './shared-options.ts'
import type { OptionTable } from './option.ts'
import { defineVerb, type VerbGroup } from './verb.ts'

export const givingBack = {
  ...planned,
  verify: { kind: 'off-switch', help: 'do not compare what the guest reads before and after' },
  ...unbuffered,
  ...output,
  ...reading,
  ...recorded,
} as const satisfies OptionTable

export const rewriting = {
  compress: {
    kind: 'choice',
    value: 'method',
    help: 'pack guest data (with --mode rewrite)',
    choices: ['zlib', 'zstd'],
  },
  keepOriginal: {
    kind: 'text',
    value: 'name',
    help: 'keep the old file beside the new one under this name (with --mode rewrite)',
  },
} as const satisfies OptionTable

/** Verbs that give space back to the host. */
export const spaceVerbs: VerbGroup = {
  heading: 'Give space back:',
  verbs: [
    defineVerb({
      name: 'compact',
      summary: 'give space back to the host; what the guest reads stays the same',
      operands: ['<file...>'],
      options: {
        mode: {
          kind: 'choice',
          value: 'name',
          help: 'how: move clusters down, make holes, or write a new file',
          choices: ['auto', 'in-place', 'punch', 'rewrite'],
          standard: 'auto',
        },
        ...rewriting,
        ...givingBack,
      },
      notes:
        'Snapshots, bitmaps and backing files are kept. Nobody else may have the image open meanwhile.\n' +
        'Ctrl-C stops it at once and leaves a valid image; the same command does the rest.',
      load: async () => (await import('../verbs/compact.ts')).compact,
    }),
    defineVerb({
      name: 'discard',
      summary: 'stop storing guest data that is all zero; nothing moves',
      operands: ['<file...>'],
      options: givingBack,
      notes:
        'Makes clusters free inside the image; "platter compact" makes the file smaller, and discards first, too.',
      load: async () => (await import('../verbs/discard.ts')).discard,
    }),
  ],
}
