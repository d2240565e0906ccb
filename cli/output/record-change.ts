import type { FinishedWork } from '../../main/headless.ts'
import type { OptionTable } from '../table/option.ts'
import { commonOptions, output, planned, recorded } from '../table/shared-options.ts'
import type { RecordedOptions } from '../table/shared-options.ts'
import type { RecordedWork } from './work-recorder.ts'

type ChangeRequest = Extract<FinishedWork['request'], { readonly parameters: unknown }>
/** What the history keeps of a change. */
export type FinishedChange = Extract<FinishedWork['outcome'], { readonly kind: 'change' }>['change']

export interface ChangeToRecord<Value> {
  readonly kind: ChangeRequest['kind']
  /** By option names as properties; what is undefined is left out. */
  readonly parameters: Readonly<Record<string, string | number | boolean | undefined>>
  /** What came of it: one sentence without a full stop, and what else is worth knowing. */
  readonly tell: (value: Value) => FinishedChange
  /** The file that is made, unless the operand itself is; `-` is none. */
  readonly made?: string | undefined
}

/**
 * What `eachImage` is given to leave an entry in the history of work that changes or makes something;
 * undefined when there is to be none.
 */
export function recordChange<Value>(
  { history, dryRun = false }: RecordedOptions & { readonly dryRun?: boolean },
  { kind, parameters, tell, made }: ChangeToRecord<Value>,
): RecordedWork<Value> | undefined {
  if (!history || dryRun) return undefined
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return {
    request: { kind, parameters: Object.fromEntries(given) },
    outcomeOf: (value) => ({ kind: 'change', change: tell(value) }),
    changes: true,
    made,
  }
}

/** What does not change what is done. */
const aside: ReadonlySet<string> = new Set(
  [commonOptions, output, planned, recorded].flatMap((table) => Object.keys(table)),
)

/** The options of a verb that were given another value than they have by themselves. */
export function parametersOf(
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string | number | boolean>> {
  const given: Record<string, string | number | boolean> = {}
  for (const [name, option] of Object.entries(table)) {
    const value = values[name]
    const standard =
      option.kind === 'switch'
        ? false
        : option.kind === 'off-switch'
          ? true
          : 'standard' in option
            ? option.standard
            : undefined
    if (aside.has(name) || value === undefined || value === standard) continue
    given[name] = plain(value)
  }
  return given
}

const plain = (value: unknown): string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : JSON.stringify(value)
