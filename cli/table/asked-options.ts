import type { SizeChange } from '../parse/size.ts'
import { commonOptions, output, planned, recorded } from './shared-options.ts'
import type { OptionTable, VerbOption } from './option.ts'

/** Options by their names as properties; sizes in bytes. */
export type AskedOptions = Readonly<Record<string, AskedOption>>

type AskedOption = string | number | boolean | readonly string[]

/** How the answer is given does not change what is done. */
const aside: ReadonlySet<string> = new Set(
  [commonOptions, output, planned, recorded].flatMap((table) => Object.keys(table)),
)

/** The options that make a run another than the verb alone: those with a value of their own. */
export function askedOptions(
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
): AskedOptions {
  const asked: Record<string, AskedOption> = {}
  for (const [name, option] of Object.entries(table)) {
    const value = values[name]
    if (aside.has(name) || isUnsaid(value) || value === standardOf(option)) continue
    asked[name] = plain(value)
  }
  return asked
}

/** Of what may be said several times, nothing is said with an empty list. */
const isUnsaid = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0)

function standardOf(option: VerbOption): string | number | boolean | undefined {
  if (option.kind === 'switch') return false
  if (option.kind === 'off-switch') return true
  return 'standard' in option ? option.standard : undefined
}

function plain(value: unknown): AskedOption {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value
  }
  if (Array.isArray(value)) return value.map(String)
  // The one kind that is left: a size, or by how much one changes.
  const { kind, bytes } = value as SizeChange
  return kind === 'exactly' ? bytes : `${kind === 'grow' ? '+' : '-'}${bytes}`
}
