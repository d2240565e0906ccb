import { asSentence } from '../../core/index.ts'
import type { FinishedWork } from '../../main/headless.ts'
import type { Host } from '../host.ts'
import type { RecordedOptions } from '../table/shared-options.ts'
import type { RecordedWork } from './work-recorder.ts'

type ChangeRequest = Extract<FinishedWork['request'], { readonly parameters: unknown }>
/** What the history keeps of a change. */
export type FinishedChange = Extract<FinishedWork['outcome'], { readonly kind: 'change' }>['change']

export interface ChangeToRecord<Value> {
  readonly kind: ChangeRequest['kind']
  /** Beside the options that were given: what else decides, such as the name of a snapshot. */
  readonly parameters?: Readonly<Record<string, string | number | boolean | undefined>>
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
  {
    host,
    options: { history, dryRun = false },
  }: {
    readonly host: Host
    readonly options: RecordedOptions & { readonly dryRun?: boolean }
  },
  { kind, parameters = {}, tell, made }: ChangeToRecord<Value>,
): RecordedWork<Value> | undefined {
  if (!history || dryRun) return undefined
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return {
    request: { kind, parameters: { ...host.asked, ...Object.fromEntries(given) } },
    outcomeOf: (value) => {
      const change = tell(value)
      return { kind: 'change', change: { ...change, summary: asSentence(change.summary) } }
    },
    changes: true,
    made,
  }
}
