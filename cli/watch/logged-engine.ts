import type { BlockDevice, Engine } from '../../core/index.ts'
import { brief } from './brief.ts'
import type { DebugLog } from './debug-log.ts'

export interface EngineWatch {
  readonly log: DebugLog
  /** Hears of every device that is opened. */
  readonly onDevice: (device: BlockDevice) => void
}

/** An engine that tells what it was asked, what it answered, how long it took and why it failed. */
export function loggedEngine(engine: Engine, { log, onDevice }: EngineWatch): Engine {
  const entries = Object.entries(engine).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === 'function' ? logged(name, member.bind(engine), log) : member,
  ])
  // The same names, and functions that answer what the engine's own do.
  const made = Object.fromEntries(entries) as Engine
  return {
    ...made,
    openDevice: async (path, options) => heard(await made.openDevice(path, options), onDevice),
    createDevice: async (path, image, options) =>
      heard(await made.createDevice(path, image, options), onDevice),
  }
}

function heard(device: BlockDevice, onDevice: (device: BlockDevice) => void): BlockDevice {
  onDevice(device)
  return device
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
