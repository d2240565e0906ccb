import { UsageError } from '../usage-error.ts'

/** Where metrics are served, or asked for. */
export interface MetricsAddress {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
}

const shape = /^(?:(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[\w.-]+))?:)?(?<port>\d{1,5})$/i

/**
 * `9090`, `:9090`, `127.0.0.1:9090`, `[::1]:9090`, `localhost:9090`. Without a host it is the loopback: other
 * machines are let in only by an address that was written out. Throws UsageError.
 */
export function parseMetricsAddress(text: string): MetricsAddress {
  const { six, host, port } = shape.exec(text)?.groups ?? {}
  if (port === undefined || Number(port) > 65_535) {
    throw new UsageError(
      `"${text}" is no address for metrics. Write a port (9090, ":0" for any free one) or an address with one (127.0.0.1:9090).`,
    )
  }
  return { host: six ?? host ?? '127.0.0.1', port: Number(port) }
}
