import process from 'node:process'
import type { AccessSink, FileAction } from '../core/index.ts'
import type { RunMetricsServer } from '../main/headless.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Host, Streams } from './host.ts'
import { parseMetricsAddress, type MetricsAddress } from './parse/metrics-address.ts'
import { askedOptions } from './table/asked-options.ts'
import type { CommonOptions } from './table/shared-options.ts'
import type { Verb } from './table/verb.ts'
import { OutputError } from './terminal/text-output.ts'
import { readVersion } from './version.ts'
import { silentLog, type DebugLog } from './watch/debug-log.ts'

export interface VerbRun {
  readonly operands: readonly string[]
  /** Every property of the verb's options, parsed. */
  readonly options: Readonly<Record<string, unknown>>
  readonly streams: Streams
}

/**
 * Loads a verb and runs it with what surrounds it: trace, debug lines, metrics, and what is left to do after
 * its answer. Of these, nothing that was not asked for is loaded.
 */
export async function runVerb(
  verb: Verb,
  { operands, options, streams }: VerbRun,
): Promise<ExitCode> {
  // Every row of the table has them (defineVerb).
  const common = options as unknown as CommonOptions
  const isJson = options['output'] === 'json'
  const { stdout, stderr, entryUrl } = streams
  const address = common.metrics === undefined ? undefined : parseMetricsAddress(common.metrics)
  const log = common.debug ? await debugLog(streams, isJson) : silentLog
  const asked = askedOptions(verb.options, options)
  log.debug(`platter ${verb.name}`, {
    operands,
    options: asked,
    version: readVersion(entryUrl),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    pid: process.pid,
  })

  const run = await verb.load()
  await using metrics =
    address === undefined || verb.servesMetrics === true
      ? undefined
      : await servedMetrics(verb, address, { streams, isJson })
  const sinks: AccessSink[] = []
  if (common.trace) {
    const { accessTrace } = await import('./watch/access-trace.ts')
    sinks.push(accessTrace(stderr, { json: isJson }))
  }
  if (metrics !== undefined) sinks.push((access) => metrics.accessed(access))
  if (common.debug) sinks.push(openingsTo(log))

  const tasks: (() => Promise<void>)[] = []
  const host: Host = {
    ...streams,
    engine: await engineWith(sinks, { log, metrics }),
    log,
    onProgress: metrics === undefined ? undefined : (report) => metrics.progressed(report),
    asked,
    afterAnswer: (task) => void tasks.push(task),
  }
  try {
    const code = await run({ operands, options, host })
    log.debug(`platter ${verb.name} has ended`, { exitCode: code })
    return code
  } catch (error) {
    log.failed(`platter ${verb.name} failed`, error)
    throw error
  } finally {
    if (tasks.length > 0) await settled(stdout)
    for (const task of tasks) await task()
  }
}

async function debugLog({ stderr }: Streams, json: boolean): Promise<DebugLog> {
  const { openDebugLog } = await import('./watch/debug-log.ts')
  return openDebugLog(stderr, { json })
}

async function servedMetrics(
  verb: Verb,
  address: MetricsAddress,
  { streams, isJson }: { readonly streams: Streams; readonly isJson: boolean },
): Promise<RunMetricsServer> {
  const { serveRunMetrics } = await import('../main/headless.ts')
  const version = readVersion(streams.entryUrl)
  const metrics = await serveRunMetrics(address, { verb: verb.name, version })
  const { url } = metrics
  await streams.stderr.line(
    isJson ? JSON.stringify({ metrics: url }) : `platter: metrics are at ${url}`,
  )
  await streams.stderr.flush()
  return metrics
}

async function engineWith(
  sinks: readonly AccessSink[],
  { log, metrics }: { readonly log: DebugLog; readonly metrics: RunMetricsServer | undefined },
): Promise<Host['engine']> {
  const { createEngine } = await import('../core/index.ts')
  if (sinks.length === 0) return createEngine()
  const engine = createEngine({
    trace: (access) => {
      for (const sink of sinks) sink(access)
    },
    onDevice: metrics === undefined ? undefined : (device) => metrics.opened(device),
  })
  if (log === silentLog) return engine
  const { loggedEngine } = await import('./watch/logged-engine.ts')
  return loggedEngine(engine, log)
}

/** Which files are opened, locked and made says more than each read of them. */
const openings: ReadonlySet<FileAction> = new Set<FileAction>([
  'open',
  'hold',
  'hold-writing',
  'create',
  'close',
  'remove',
  'rename',
  'add-name',
])

const openingsTo =
  (log: DebugLog): AccessSink =>
  ({ action, file, to, failure, durationMs }) => {
    if (!openings.has(action)) return
    const milliseconds = Number(durationMs.toFixed(3))
    log.debug(`file: ${action}`, { file, to, failure, milliseconds })
  }

/** The answer is out, or will never be: then whoever flushes next hears of it. */
async function settled(stdout: Streams['stdout']): Promise<void> {
  try {
    await stdout.flush()
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
  }
}
