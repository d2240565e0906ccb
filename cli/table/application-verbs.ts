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
      name: 'metrics',
      summary: 'Prometheus metrics: of a Platter that runs, or of library and history',
      operands: ['[address]'],
      options: {},
      notes:
        'The address is what a command with --metrics prints: 9090, 127.0.0.1:9090 or the whole link.\n' +
        'Without one, what the library and the history hold is printed.',
      examples: [
        {
          words: 'compact --metrics :9090 /srv/vm/*.qcow2',
          does: 'serve metrics on 127.0.0.1:9090 while it compacts',
        },
        { words: 'metrics 9090', does: 'print them, from another terminal' },
      ],
      load: async () => (await import('../verbs/metrics.ts')).metrics,
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
      servesMetrics: true,
      load: async () => (await import('../verbs/web.ts')).web,
    }),
  ],
}
