import type { Engine } from '../../core/index.ts'
import { brief } from './brief.ts'
import type { DebugLog } from './debug-log.ts'

/** An engine that tells what it was asked, what it answered, how long it took and why it failed. */
export function loggedEngine(engine: Engine, log: DebugLog): Engine {
  const entries = Object.entries(engine).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === 'function' ? logged(name, member.bind(engine), log) : member,
  ])
  // The same names, and functions that answer what the engine's own do.
  return Object.fromEntries(entries) as Engine
}

/** A plan that is handed back was told when it was made. */
const asArgument = 1

const logged =
  (name: string, call: (...given: readonly unknown[]) => unknown, log: DebugLog) =>
  (...given: readonly unknown[]): unknown => {
    log.debug(`engine: ${name}`, { asked: given.map((each) => brief(each, asArgument)) })
    const from = performance.now()
    const took = (): number => Number((performance.now() - from).toFixed(3))
    const answer = call(...given)
    if (!(answer instanceof Promise)) return answer
    return answer.then(
      (value: unknown) => {
        log.debug(`engine: ${name} is done`, { milliseconds: took(), answer: brief(value) })
        return value
      },
      (error: unknown) => {
        log.failed(`engine: ${name} failed after ${took()} ms`, error)
        throw error
      },
    )
  }
