import { ImageError } from '../../core/index.ts'
import { UsageError } from '../usage-error.ts'
import { nearestWords } from './nearest-words.ts'

type Step = string | number
/** The way to a value inside of another: keys of objects, positions in arrays. */
export type JsonPath = readonly Step[]

const step = /\.?\[(?<index>\d+)\]|\.(?<key>[^.[\]"]+)|\."(?<quoted>[^"]+)"/y

/**
 * A path as jq writes it: `.virtual-size`, `.snapshots[0].name`, `."a key with dots"`; `.` is everything.
 * Throws UsageError for anything else.
 */
export function parseJsonPath(text: string): JsonPath {
  if (text === '.') return []
  const steps: Step[] = []
  step.lastIndex = 0
  while (step.lastIndex < text.length) {
    const { index, key, quoted } = step.exec(text)?.groups ?? {}
    const next = index === undefined ? (key ?? quoted) : Number(index)
    if (next === undefined) throw notAPath(text)
    steps.push(next)
  }
  if (steps.length === 0) throw notAPath(text)
  return steps
}

const notAPath = (text: string): UsageError =>
  new UsageError(`--filter ${text}: expected a path such as .virtual-size or .snapshots[0].name.`)

/** What the path leads to. Throws `filter-not-found` with what there is instead. */
export function valueAt(value: unknown, path: JsonPath, file: string): unknown {
  let found = value
  for (const [index, next] of path.entries()) {
    const there = partOf(found, next)
    if (there === undefined) {
      throw new ImageError('filter-not-found', {
        path: file,
        field: inWords(path.slice(0, index + 1)),
        found: typeof next === 'number' ? `entry ${next}` : `"${next}"`,
        structure: index === 0 ? 'what is known of it' : inWords(path.slice(0, index)),
        expected: whatIsIn(found, next),
      })
    }
    found = there
  }
  return found
}

function partOf(value: unknown, next: Step): unknown {
  if (Array.isArray(value)) return typeof next === 'number' ? value[next] : undefined
  if (typeof next === 'number' || !isObject(value) || !Object.hasOwn(value, next)) return undefined
  return value[next]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function whatIsIn(value: unknown, wanted: Step): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return 'an empty list'
    return value.length === 1
      ? 'one entry, [0]'
      : `a list of ${value.length}, [0] to [${value.length - 1}]`
  }
  if (!isObject(value)) return `a ${typeof value}, which has no parts`
  const keys = Object.keys(value)
  const near = nearestWords(String(wanted), keys)
  return (near.length > 0 ? near : keys).map((key) => inWords([key])).join(', ')
}

const inWords = (path: JsonPath): string =>
  path
    .map((next) =>
      typeof next === 'number' ? `[${next}]` : /[.[\]"]/.test(next) ? `."${next}"` : `.${next}`,
    )
    .join('')
