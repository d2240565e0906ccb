/** Options that several verbs have, in groups. */
import type { OptionTable, OptionValues } from './option.ts'

/** Every verb has them. */
export const commonOptions = {
  quiet: { kind: 'switch', help: 'no progress and no summary' },
  progress: { kind: 'switch', help: 'show progress even where stderr is no terminal' },
  progressFd: {
    kind: 'number',
    value: 'number',
    help: 'write progress to this descriptor, one JSON object a line',
    from: 1,
    to: 255,
  },
  trace: { kind: 'switch', help: 'print every access to a file on stderr' },
  debug: { kind: 'switch', help: 'print what is decided, and how long it takes, on stderr' },
  metrics: {
    kind: 'text',
    value: 'address',
    help: 'serve Prometheus metrics there while it runs: 9090, 127.0.0.1:9090',
  },
} as const satisfies OptionTable
export type CommonOptions = OptionValues<typeof commonOptions>

export const output = {
  json: { kind: 'switch', help: 'the same as --output json' },
  output: {
    kind: 'choice',
    value: 'form',
    help: 'how the answer is written',
    choices: ['text', 'json'],
    standard: 'text',
    synonyms: { human: 'text' },
  },
} as const satisfies OptionTable
export type OutputOptions = OptionValues<typeof output>

/** How images are opened. */
export const reading = {
  format: {
    kind: 'choice',
    value: 'name',
    help: 'take the files for this format instead of looking at their first bytes',
    choices: ['qcow2', 'raw'],
  },
  links: {
    kind: 'choice',
    value: 'policy',
    help: 'which backing and data files named inside an image are opened',
    choices: ['deny', 'same-folder', 'allow'],
    standard: 'same-folder',
  },
} as const satisfies OptionTable
export type ReadingOptions = OptionValues<typeof reading>

export const recorded = {
  history: { kind: 'off-switch', help: 'leave no entry in the history' },
} as const satisfies OptionTable
export type RecordedOptions = OptionValues<typeof recorded>

export const planned = {
  dryRun: { kind: 'switch', help: 'only say what it would come to' },
} as const satisfies OptionTable

/** Of verbs that write a new file. */
export const overwriting = {
  overwrite: {
    kind: 'switch',
    help: 'replace the file if there is one, once the new one is whole',
  },
} as const satisfies OptionTable

export const unbuffered = {
  unsafeBuffering: {
    kind: 'switch',
    help: 'flush at the end only: quicker, and a power cut may cost the image',
  },
} as const satisfies OptionTable
