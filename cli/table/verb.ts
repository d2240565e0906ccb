import type { ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import type { OptionTable, OptionValues } from './option.ts'
import { commonOptions, type CommonOptions } from './shared-options.ts'

/** One run of a verb. */
export interface Call<Options> {
  /** As typed, in order; optional ones that were not given are not in it. */
  readonly operands: readonly string[]
  readonly options: Options
  readonly host: Host
}

export type RunVerb<Options> = (call: Call<Options & CommonOptions>) => Promise<ExitCode>

/** What stands after the verb: `<file>`, `[target]`, `<file-or-folder...>`. */
export type Operand = `<${string}>` | `[${string}]`

export interface Example {
  /** Without the `platter` before it. */
  readonly words: string
  /** Lower case, no full stop. */
  readonly does: string
}

export interface VerbDefinition<Table extends OptionTable> {
  readonly name: string
  /** Lower case, no full stop; becomes a sentence in the verb's own help. */
  readonly summary: string
  readonly operands: readonly Operand[]
  /** The words that an operand is one of, by its name, where they are known: `{ shell: ['bash', 'zsh'] }`. */
  readonly operandChoices?: Readonly<Record<string, readonly string[]>>
  readonly options: Table
  /** More to know, below the options of its help; full sentences. */
  readonly notes: string
  readonly examples?: readonly Example[]
  /** It runs a program that serves the metrics itself. */
  readonly servesMetrics?: boolean
  readonly load: () => Promise<RunVerb<OptionValues<NoInfer<Table>>>>
}

/** A row of the table: what the options are is known to the verb's own code alone. */
export interface Verb extends Omit<VerbDefinition<OptionTable>, 'load'> {
  /** `options` holds every property of the row's options, parsed. */
  readonly load: () => Promise<(call: Call<Readonly<Record<string, unknown>>>) => Promise<ExitCode>>
}

/** A row, with the common options added. Its `load` runs only when the verb does. */
export function defineVerb<const Table extends OptionTable>({
  load,
  ...row
}: VerbDefinition<Table>): Verb {
  return {
    ...row,
    options: { ...row.options, ...commonOptions },
    load: async () => {
      const run = await load()
      // Parsing made them of this very table.
      return ({ options, ...call }) =>
        run({ ...call, options: options as OptionValues<Table> & CommonOptions })
    },
  }
}

/** Verbs under one heading of the help. */
export interface VerbGroup {
  readonly heading: string
  readonly verbs: readonly Verb[]
}
