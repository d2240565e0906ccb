import { protocol, type Session } from 'electron'
import { readWindowFile } from '../window-files.ts'
import { windowHost, windowScheme } from './window-origin.ts'

/** A scheme of our own instead of file://, which may read any file. Before the app is ready. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: windowScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the window's files, with their headers, to this session. */
export function serveWindowScheme(session: Session, windowFolder: string): void {
  session.protocol.handle(windowScheme, async (request) => {
    const url = new URL(request.url)
    if (url.host !== windowHost || request.method !== 'GET') {
      return new Response('Forbidden', { status: 403 })
    }
    const { status, headers, body } = await readWindowFile(windowFolder, url.pathname)
    return new Response(body, { status, headers: { ...headers } })
  })
}
