import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { messageLimit, protocolName, type Peer } from '../../ipc/protocol.ts'
import { startWebServer, type WebServer } from '../../main/web/server.ts'

let folder: string
let server: WebServer
const connections: Peer[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'platter-web-'))
  const windowFolder = path.join(folder, 'renderer')
  await mkdir(path.join(windowFolder, 'assets'), { recursive: true })
  await mkdir(path.join(folder, 'renderer-old'))
  await writeFile(path.join(windowFolder, 'index.html'), '<!doctype html><title>Platter</title>')
  await writeFile(path.join(windowFolder, 'assets', 'main-abc.js'), 'export {}')
  await writeFile(path.join(folder, 'secret.txt'), 'secret')
  await writeFile(path.join(folder, 'renderer-old', 'secret.txt'), 'secret')
  server = await startWebServer({
    windowFolder,
    onConnection: (peer) => connections.push(peer),
    refusalDelay: { first: 1, longest: 4 },
  })
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

interface Answer {
  readonly status: number | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Sends the path as it is written: `http.get` and `fetch` would tidy it up. */
function get(
  urlPath: string,
  { host, method = 'GET' }: { host?: string; method?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: urlPath,
        method,
        headers: host === undefined ? {} : { host },
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (body += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body }),
        )
      },
    )
    request.on('error', reject)
    request.end()
  })
}

interface Attempt {
  readonly token?: string
  readonly origin?: string
  readonly host?: string
  readonly path?: string
  readonly protocol?: string
}

const tokenOf = (url: string) => new URL(url).hash.replace('#token=', '')

function open(attempt: Attempt): Promise<WebSocket | number> {
  const protocols = [attempt.protocol ?? protocolName]
  if (attempt.token !== undefined) protocols.push(`auth.${attempt.token}`)
  const socket = new WebSocket(
    `ws://127.0.0.1:${server.port}${attempt.path ?? '/connection'}`,
    protocols,
    {
      origin: attempt.origin ?? `http://127.0.0.1:${server.port}`,
      headers: attempt.host === undefined ? {} : { host: attempt.host },
    },
  )
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket))
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', reject)
  })
}

async function opened(): Promise<WebSocket> {
  const socket = await open({ token: tokenOf(server.url) })
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}

const closeCode = (socket: WebSocket) =>
  new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)))

describe('the window’s files', () => {
  it('are served with every security header', async () => {
    const { status, headers, body } = await get('/')
    expect(status).toBe(200)
    expect(body).toContain('<title>Platter</title>')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['cross-origin-resource-policy']).toBe('same-origin')
    expect(headers['set-cookie']).toBeUndefined()
  })

  it.each([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ])('have a content security policy with %s', async (directive) => {
    const { headers } = await get('/')
    expect(String(headers['content-security-policy']).split('; ')).toContain(directive)
  })

  it('may be kept for ever only when their name holds their hash', async () => {
    expect((await get('/assets/main-abc.js')).headers['cache-control']).toContain('immutable')
    expect((await get('/')).headers['cache-control']).toBe('no-cache')
  })

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..%2frenderer-old/secret.txt',
  ])('never leave their folder: %s is 403', async (urlPath) => {
    const { status, body } = await get(urlPath)
    expect(status).toBe(403)
    expect(body).not.toContain('secret')
  })

  it.each(['/%', '/%ff%00', '/index.html%00.js'])('refuse the broken path %s', async (urlPath) => {
    expect((await get(urlPath)).status).toBe(400)
  })

  it('say when one is missing, and list no folder', async () => {
    expect((await get('/missing.js')).status).toBe(404)
    expect((await get('/assets')).status).toBe(404)
  })

  it('are only read', async () => {
    const { status, headers } = await get('/', { method: 'POST' })
    expect(status).toBe(405)
    expect(headers.allow).toBe('GET, HEAD')
    expect(await get('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('answer to no foreign name, so that DNS rebinding gets nothing', async () => {
    expect((await get('/', { host: `evil.example:${server.port}` })).status).toBe(421)
    expect((await get('/', { host: '127.0.0.1' })).status).toBe(421)
    expect((await get('/', { host: `localhost:${server.port}` })).status).toBe(200)
  })
})

describe('the link', () => {
  it('has a token of 256 bits in its fragment, where no request carries it', () => {
    const url = new URL(server.url)
    expect(url.hostname).toBe('127.0.0.1')
    expect(url.search).toBe('')
    expect(Buffer.from(tokenOf(server.url), 'base64url')).toHaveLength(32)
  })
})

describe('the connection', () => {
  it('opens for the token, from our own page', async () => {
    const before = connections.length
    const socket = await opened()
    expect(socket.protocol).toBe(protocolName)
    expect(connections).toHaveLength(before + 1)
    socket.close()
  })

  it.each<[string, () => Attempt, number]>([
    ['no token', () => ({}), 401],
    ['an empty token', () => ({ token: '' }), 401],
    ['a wrong token', () => ({ token: 'x'.repeat(43) }), 401],
    ['the token’s beginning', () => ({ token: tokenOf(server.url).slice(0, -1) }), 401],
    [
      'a foreign origin',
      () => ({ token: tokenOf(server.url), origin: 'http://evil.example' }),
      403,
    ],
    ['the null origin', () => ({ token: tokenOf(server.url), origin: 'null' }), 403],
    [
      'another port’s origin',
      () => ({ token: tokenOf(server.url), origin: `http://127.0.0.1:${server.port + 1}` }),
      403,
    ],
    [
      'a foreign host that names itself as origin',
      () => ({
        token: tokenOf(server.url),
        host: `evil.example:${server.port}`,
        origin: `http://evil.example:${server.port}`,
      }),
      421,
    ],
    ['another path', () => ({ token: tokenOf(server.url), path: '/other' }), 404],
    ['another protocol', () => ({ token: tokenOf(server.url), protocol: 'platter.v0' }), 400],
  ])('is refused with %s', async (_what, attempt, status) => {
    const before = connections.length
    expect(await open(attempt())).toBe(status)
    expect(connections).toHaveLength(before)
  })

  it('answers wrong tokens later each time', async () => {
    const own = await startWebServer({
      windowFolder: folder,
      onConnection: () => undefined,
      refusalDelay: { first: 40, longest: 160 },
    })
    const attempt = async () => {
      const startedAt = performance.now()
      await new Promise<void>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${own.port}/connection`, [protocolName], {
          origin: `http://127.0.0.1:${own.port}`,
        })
        socket.on('unexpected-response', () => resolve())
      })
      return performance.now() - startedAt
    }
    await attempt()
    await attempt()
    expect(await attempt()).toBeGreaterThan(155)
    await own.close()
  })

  it.each<[string, (socket: WebSocket) => void, number]>([
    ['junk', (socket) => socket.send('{'), 1008],
    ['binary', (socket) => socket.send(Buffer.from([1, 2, 3])), 1003],
    ['an endless message', (socket) => socket.send('x'.repeat(messageLimit + 1)), 1009],
  ])('is closed over %s', async (_what, send, code) => {
    const socket = await opened()
    connections.at(-1)?.onMessage(() => undefined)
    const closed = closeCode(socket)
    send(socket)
    expect(await closed).toBe(code)
  })

  it('is closed over bytes that are no WebSocket frame', async () => {
    const socket = net.connect(server.port, '127.0.0.1')
    const ended = new Promise<string>((resolve) => socket.on('close', () => resolve('closed')))
    socket.write(
      [
        'GET /connection HTTP/1.1',
        `Host: 127.0.0.1:${server.port}`,
        `Origin: http://127.0.0.1:${server.port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
        `Sec-WebSocket-Protocol: ${protocolName}, auth.${tokenOf(server.url)}`,
        '',
        '',
      ].join('\r\n'),
    )
    socket.once('data', () => socket.write(Buffer.alloc(64, 0xff)))
    socket.resume()
    expect(await ended).toBe('closed')
  })
})

describe('two servers', () => {
  it('do not accept each other’s token', async () => {
    const other = await startWebServer({ windowFolder: folder, onConnection: () => undefined })
    expect(await open({ token: tokenOf(other.url) })).toBe(401)
    await other.close()
  })

  it('say when the port is taken', async () => {
    const options = { windowFolder: folder, onConnection: () => undefined, port: server.port }
    await expect(startWebServer(options)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
