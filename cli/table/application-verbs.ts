import { output } from './shared-options.ts'
import { defineVerb, type VerbGroup } from './verb.ts'

/** Verbs about Platter itself. */
export const applicationVerbs: VerbGroup = {
  heading: 'Platter itself:',
  verbs: [
    defineVerb({
      name: 'jobs',
      summary: 'work that runs or waits in Platter',
      operands: [],
      options: output,
      notes: '',
      load: async () => (await import('../verbs/jobs.ts')).jobs,
    }),
    defineVerb({
      name: 'history',
      summary: 'what was done, newest first; of these images when they are named',
      operands: ['[file...]'],
      options: {
        limit: {
          kind: 'number',
          value: 'count',
          help: 'at most this many',
          from: 1,
          to: 10_000,
          standard: 50,
        },
        ...output,
      },
      notes: '',
      load: async () => (await import('../verbs/history.ts')).history,
    }),
    defineVerb({
      name: 'web',
      summary: 'start Platter in the browser, with these folders',
      operands: ['[folder...]'],
      options: {
        port: {
          kind: 'number',
          value: 'number',
          help: 'listen there instead of on any free port',
          from: 1,
          to: 65_535,
        },
        open: { kind: 'off-switch', help: 'only print the link, open no browser' },
      },
      notes: 'Listens on 127.0.0.1 only and prints the link. Ctrl-C ends it.',
      load: async () => (await import('../verbs/web.ts')).web,
    }),
  ],
}
