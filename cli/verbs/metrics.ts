import { ImageError } from '../../core/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { parseMetricsAddress } from '../parse/metrics-address.ts'
import type { RunVerb } from '../table/verb.ts'

/** A server that accepts and says nothing is no server of metrics. */
const patience = 5_000

/** `platter metrics`: of a Platter that runs, by its address; else what library and history hold. */
export const metrics: RunVerb<object> = async ({ operands, host }) => {
  const [address] = operands
  await host.stdout.write(
    address === undefined ? await ofLibrary() : await ofAddress(address, host.signal),
  )
  return exitCodes.fine
}

async function ofLibrary(): Promise<string> {
  const { openRecords } = await import('../../main/headless.ts')
  using records = openRecords()
  return await records.metrics()
}

async function ofAddress(typed: string, signal: AbortSignal): Promise<string> {
  const url = urlOf(typed)
  const unreachable = (why: string, cause?: unknown): ImageError =>
    new ImageError('metrics-not-reachable', { found: url, errno: why }, { cause })
  try {
    const answer = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
      redirect: 'error',
    })
    if (!answer.ok) throw unreachable(`it answered with HTTP ${answer.status}`)
    return await answer.text()
  } catch (error) {
    if (signal.aborted) throw new ImageError('cancelled', {}, { cause: error })
    throw error instanceof ImageError ? error : unreachable(whyOf(error), error)
  }
}

/** The address as `--metrics` takes it, or the link that it printed. */
function urlOf(typed: string): string {
  if (typed.startsWith('http://') && URL.canParse(typed)) return typed
  const { host, port } = parseMetricsAddress(typed)
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`
}

/** fetch says "fetch failed" and keeps the reason to itself. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `nothing came within ${patience / 1000} s`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return 'code' in cause ? String(cause.code) : cause.message
}
