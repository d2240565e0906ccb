import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { parseMetricsAddress } from '../parse/metrics-address.ts'
import type { RunVerb } from '../table/verb.ts'

/** The host serves them itself. */
function metricsWords(address: string | undefined): readonly string[] {
  if (address === undefined) return []
  const { host, port } = parseMetricsAddress(address)
  return ['--metrics-host', host, '--metrics-port', String(port)]
}

interface WebOptions {
  readonly port: number | undefined
  readonly open: boolean
}

/**
 * `platter web`: the web host as a process of its own, in our place: its streams are ours, signals
 * reach it, its exit code is ours.
 */
export const web: RunVerb<WebOptions> = async ({ operands, options, host }): Promise<ExitCode> => {
  const extension = host.entryUrl.endsWith('.ts') ? 'ts' : 'js'
  const entry = fileURLToPath(new URL(`../main/web.${extension}`, host.entryUrl))
  const words = [
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
    ...(options.open ? [] : ['--no-open']),
    ...metricsWords(options.metrics),
    '--',
    ...operands,
  ]
  const child = spawn(process.execPath, [entry, ...words], { stdio: 'inherit' })
  // From a terminal Ctrl-C reaches the child too: it takes signals of one moment for one.
  host.signal.addEventListener('abort', () => child.kill('SIGTERM'))
  const [code] = await once(child, 'exit')
  return code === 0 ? exitCodes.fine : exitCodes.failed
}
