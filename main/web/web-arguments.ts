import { parseArgs } from 'node:util'
import type { MetricsAddress } from '../metrics/metrics-server.ts'

export interface WebArguments {
  /** 0: any free port. */
  readonly port: number
  /** Folders the folder browser may show. */
  readonly roots: readonly string[]
  /** Folders and images for the library; they are roots too. */
  readonly paths: readonly string[]
  /** Whether a browser window may be opened here. */
  readonly open: boolean
  /** Where metrics are served, too; nowhere unless asked for. */
  readonly metrics: MetricsAddress | undefined
  readonly help: boolean
}

export const webUsage = `Usage: npm start -- --web [OPTIONS] [FOLDER|IMAGE...]

Folders and images are added to the library, and the window may look below them.

  --root FOLDER   the window may look below this folder, without adding it (repeatable)
  --port NUMBER   listen there instead of on any free port
  --no-open       only print the link, open no browser window
  --metrics-port NUMBER   serve Prometheus metrics there (0: any free port)
  --metrics-host ADDRESS  on this address instead of on 127.0.0.1`

/** Throws an Error with a sentence for people when the arguments make no sense. */
export function parseWebArguments(args: readonly string[]): WebArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      root: { type: 'string', multiple: true, default: [] },
      'no-open': { type: 'boolean', default: false },
      'metrics-port': { type: 'string' },
      'metrics-host': { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const metricsPort = values['metrics-port']
  return {
    port: portOf('--port', values.port),
    metrics:
      metricsPort === undefined
        ? undefined
        : { host: values['metrics-host'], port: portOf('--metrics-port', metricsPort) },
    roots: values.root,
    paths: positionals,
    open: !values['no-open'],
    help: values.help,
  }
}

function portOf(option: string, text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new Error(`${option} takes a number from 0 to 65535; found ${text}.`)
  }
  return port
}
