import { defineVerb, type Verb, type VerbGroup } from './verb.ts'

/** Verbs that tell what the table says; they get it handed in, because they are in it themselves. */
export const describingVerbs = (table: () => readonly VerbGroup[]): readonly Verb[] => [
  defineVerb({
    name: 'completions',
    summary: 'print what a shell needs to complete verbs, options and their values',
    operands: ['<shell>'],
    operandChoices: { shell: ['bash', 'zsh', 'fish'] },
    options: {},
    notes: 'Shells: bash, zsh, fish.',
    examples: [
      {
        words: 'completions bash > ~/.local/share/bash-completion/completions/platter',
        does: 'for every new bash',
      },
      { words: 'completions fish | source', does: 'for this fish' },
    ],
    load: async () => (await import('../verbs/completions.ts')).completionsOf(table()),
  }),
  defineVerb({
    name: 'man',
    summary: 'print the manual page, as man(1) reads it',
    operands: [],
    options: {},
    notes: '',
    examples: [{ words: 'man | man -l -', does: 'reads it' }],
    load: async () => (await import('../verbs/man.ts')).manOf(table()),
  }),
]
