import { protocol, type Session } from 'electron'
import { readWindowFile } from '../window-files.ts'

const scheme = 'app'
const host = 'platter'

/** The only origin that may run our window and talk to the services. */
export const windowOrigin = `${scheme}://${host}`
export const windowUrl = `${windowOrigin}/index.html`

/** A scheme of our own instead of file://, which may read any file. Before the app is ready. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the window's files, with their headers, to this session. */
export function serveWindowScheme(session: Session, windowFolder: string): void {
  session.protocol.handle(scheme, async (request) => {
    const url = new URL(request.url)
    if (url.host !== host || request.method !== 'GET') {
      return new Response('Forbidden', { status: 403 })
    }
    const { status, headers, body } = await readWindowFile(windowFolder, url.pathname)
    return new Response(body, { status, headers: { ...headers } })
  })
}
