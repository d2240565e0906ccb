/**
 * One round of fuzzing: a damaged image goes through everything the engine offers. Whatever the bytes
 * say, every call must give a value or an ImageError that is not `internal`, in bounded time and memory.
 */
import { createReadStream } from 'node:fs'
import { ImageError } from '../../core/errors/image-error.ts'
import type { Engine } from '../../core/engine.ts'
import { dataLossSteps } from '../../core/qcow2/repair/data-loss-steps.ts'

export interface FuzzFailure {
  readonly seed: number
  readonly target: string
  readonly what: string
  readonly story: readonly string[]
}

/** Longest one call may take on an image of a few dozen clusters, and the memory it may leave behind. */
const bounds = { callMs: 5000, rssBytes: 512 * 2 ** 20 } as const

/** Extents looked at: a disk of exabytes may alternate between stored and not for ever. */
const extentLimit = 2000
/** Content is hashed up to here: a small file may claim a disk of petabytes. */
const hashMs = 300

type Target = (engine: Engine, path: string) => Promise<unknown>

const targets: Readonly<Record<string, Target>> = {
  summarizeHeader: (engine, path) => engine.summarizeHeader(path, { format: 'qcow2' }),
  readInfo: (engine, path) => engine.readInfo(path, { format: 'qcow2', clusters: true }),
  checkImage: (engine, path) => engine.checkImage(path, { format: 'qcow2', depth: 'full' }),
  summarizeAllocation: (engine, path) =>
    engine.summarizeAllocation(path, { format: 'qcow2', signal: AbortSignal.timeout(hashMs) }),
  mapImage: async (engine, path) => {
    let seen = 0
    for await (const extents of engine.mapImage(path, { format: 'qcow2' })) {
      for (const { start, length } of extents) {
        if (Number.isSafeInteger(start) && length > 0) continue
        throw new Error(`extent at ${start} of ${length} bytes`)
      }
      seen += extents.length
      if (seen >= extentLimit) break
    }
  },
  hashImage: (engine, path) =>
    engine.hashImage(path, { format: 'qcow2', signal: AbortSignal.timeout(hashMs) }),
  streamDecode: (engine, path) => {
    const sink = { write: async () => undefined }
    const options = { name: path, signal: AbortSignal.timeout(hashMs) }
    return engine.streamDecode(createReadStream(path), { kind: 'sink', sink }, options)
  },
  planResize: async (engine, path) => {
    const signal = AbortSignal.timeout(hashMs)
    const plan = await engine.planResize(path, { format: 'qcow2', size: 8192, signal })
    const words = plan.refusals.flatMap(({ explanation }) => Object.values(explanation)).join(' ')
    if (/undefined|NaN/.test(words)) throw new Error(`a plan that says: ${words}`)
  },
  planRepair: async (engine, path) => {
    const plan = await engine.planRepair(path, { format: 'qcow2', consent: dataLossSteps })
    const words = plan.steps.map(({ text }) => text).join(' ')
    if (/undefined|NaN/.test(words)) throw new Error(`a plan that says: ${words}`)
  },
}

/** Runs every target over the image at `path`; gives what went wrong. */
export async function fuzzRound(
  engine: Engine,
  path: string,
  round: { readonly seed: number; readonly story: readonly string[] },
): Promise<FuzzFailure[]> {
  const failures: FuzzFailure[] = []
  for (const [target, run] of Object.entries(targets)) {
    const start = performance.now()
    const problem = await problemOf(() => run(engine, path))
    const took = performance.now() - start
    const { rss } = process.memoryUsage()
    const report = (what: string) => failures.push({ ...round, target, what })
    if (problem !== undefined) report(problem)
    if (took > bounds.callMs) report(`took ${Math.round(took)} ms`)
    if (rss > bounds.rssBytes) report(`left ${Math.round(rss / 2 ** 20)} MiB resident`)
  }
  return failures
}

async function problemOf(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    if (!(error instanceof ImageError)) return `threw ${String(error)}`
    const words = Object.values(error.explanation).join(' ')
    if (/undefined|NaN|\?$/.test(words)) return `said: ${words}`
    if (error.kind !== 'internal') return undefined
    const { cause } = error
    return `internal: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`
  }
}
