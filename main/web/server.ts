/**
 * The web host's door: files of the window over HTTP, the contract over one WebSocket path. It listens
 * on this machine only, and still believes no one: every page a browser opens can reach 127.0.0.1.
 *
 *   421  another Host        DNS rebinding: a foreign name that was pointed at us
 *   403  another Origin      a foreign page that opens a WebSocket; traversal out of the window's folder
 *   401  no or wrong token   another user's program on the same machine
 */
import http from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { messageLimit, protocolName, type Peer } from '../../ipc/protocol.ts'
import { readWindowFile, securityHeaders } from '../window-files.ts'
import { AccessToken, type RefusalDelay } from './access-token.ts'
import { webSocketPeer } from './web-socket-peer.ts'

const connectionPath = '/connection'
const tokenPrefix = 'auth.'

export interface WebServerOptions {
  /** Built files of the window. */
  readonly windowFolder: string
  /** Called for every window that showed the token. */
  readonly onConnection: (peer: Peer) => void
  /** 0 or absent: any free port. */
  readonly port?: number
  readonly refusalDelay?: RefusalDelay
}

export interface WebServer {
  readonly port: number
  /** The link that signs in; the token is in its fragment. */
  readonly url: string
  close(): Promise<void>
}

/** Starts listening on 127.0.0.1. Rejects when the port is taken. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const token = new AccessToken(options.refusalDelay)
  let ownHosts: ReadonlySet<string> = new Set()

  const server = http.createServer((request, response) => {
    void answer(request, response, { ownHosts, windowFolder: options.windowFolder })
  })
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimit,
    perMessageDeflate: false,
    handleProtocols: () => protocolName,
  })

  const upgrade = async (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    const host = request.headers.host ?? ''
    if (!ownHosts.has(host)) return refuse(socket, '421 Misdirected Request')
    if (request.headers.origin !== `http://${host}`) return refuse(socket, '403 Forbidden')
    if (request.url !== connectionPath) return refuse(socket, '404 Not Found')
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(trim)
    if (!offered.includes(protocolName)) return refuse(socket, '400 Bad Request')
    const shown = offered.find((protocol) => protocol.startsWith(tokenPrefix))
    if (!token.matches(shown?.slice(tokenPrefix.length))) {
      return (await token.slowDown()) ? refuse(socket, '401 Unauthorized') : socket.destroy()
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      options.onConnection(webSocketPeer(webSocket)),
    )
    return undefined
  }
  server.on('upgrade', (request, socket, head) => {
    // The client may leave while it waits for its refusal.
    socket.on('error', () => socket.destroy())
    void upgrade(request, socket, head)
  })

  const port = await listen(server, options.port ?? 0)
  ownHosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])

  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${token.value}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { ownHosts, windowFolder }: { ownHosts: ReadonlySet<string>; windowFolder: string },
): Promise<void> {
  const refuseRequest = (status: number, text: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { ...securityHeaders, ...headers, 'content-type': 'text/plain' })
    response.end(text)
  }
  if (!ownHosts.has(request.headers.host ?? '')) {
    return refuseRequest(421, 'This server answers to its own address only.')
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuseRequest(405, 'Method not allowed', { allow: 'GET, HEAD' })
  }
  // Not `new URL`: it folds `..` away before anyone could refuse it.
  const urlPath = (request.url ?? '/').split('?')[0] ?? '/'
  const file = await readWindowFile(windowFolder, urlPath)
  response.writeHead(file.status, { ...file.headers, 'content-length': file.body.length })
  response.end(request.method === 'HEAD' ? undefined : file.body)
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function listen(server: http.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no TCP address'))
      else resolve(address.port)
    })
  })
}

const trim = (text: string): string => text.trim()
