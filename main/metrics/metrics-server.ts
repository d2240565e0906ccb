/**
 * Prometheus metrics over HTTP: GET /metrics. On the loopback unless somebody wrote another address out; there
 * it answers to its own names only, because a web page can have a name of its own point at this machine.
 */
import http from 'node:http'
import { isIPv6 } from 'node:net'
import { ImageError } from '../../core/index.ts'

const path = '/metrics'

/** Where to listen. */
export interface MetricsAddress {
  /** A name or an address, without brackets. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

export interface MetricsServer extends AsyncDisposable {
  /** Where it can be asked. */
  readonly url: string
}

export interface MetricsSource {
  readonly contentType: string
  text(): Promise<string>
}

/** Listens until it is disposed of; never keeps the process alive. Throws `metrics-not-served`. */
export async function serveMetrics(
  { host, port }: MetricsAddress,
  source: MetricsSource,
): Promise<MetricsServer> {
  let names: ReadonlySet<string> | undefined
  const server = http.createServer((request, response) => {
    void answer(request, { names, source }).then(({ status, body, contentType }) => {
      response.writeHead(status, {
        'content-type': contentType,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
  })
  server.unref()
  const bound = await listen(server, { host, port })
  const shown = `${isIPv6(host) ? `[${host}]` : host}:${bound}`
  if (isLoopback(host)) {
    names = new Set(['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${bound}`)).add(
      shown,
    )
  }
  return {
    url: `http://${shown}${path}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly contentType: string
}

async function answer(
  { method, url = '', headers }: http.IncomingMessage,
  { names, source }: { names: ReadonlySet<string> | undefined; source: MetricsSource },
): Promise<Answer> {
  const refuse = (status: number, body: string): Answer => ({
    status,
    body: `${body}\n`,
    contentType: 'text/plain',
  })
  if (names !== undefined && !names.has(headers.host ?? '')) {
    return refuse(421, 'This server answers to its own address only.')
  }
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'Only GET and HEAD are answered.')
  if (url.split('?')[0] !== path) return refuse(404, `Metrics are at ${path}.`)
  try {
    return { status: 200, body: await source.text(), contentType: source.contentType }
  } catch (error) {
    return refuse(500, `The metrics could not be collected: ${String(error)}`)
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.')

function listen(server: http.Server, { host, port }: MetricsAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const found = `${isIPv6(host) ? `[${host}]` : host}:${port}`
      const errno = error.code ?? 'EIO'
      reject(new ImageError('metrics-not-served', { found, errno }, { cause: error }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no TCP address'))
      else resolve(address.port)
    })
  })
}
