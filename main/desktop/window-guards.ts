import { app, type Session } from 'electron'
import { isOwnUrl } from './window-origin.ts'

/** What our page may ask of the browser: putting text on the clipboard. */
const allowedPermissions: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Denies every permission but those, to anyone but our page; devices to everyone. */
export function guardPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) =>
    decide(allowedPermissions.has(permission) && isOwnUrl(details.requestingUrl)),
  )
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) =>
      allowedPermissions.has(permission) && isOwnUrl(requestingOrigin),
  )
  session.setDevicePermissionHandler(() => false)
}

/**
 * Holds every web content of the app on our page: no navigation away, no new window, no webview.
 * Platter links to no web site, so nothing is handed to the system's browser either.
 */
export function guardNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isOwnUrl(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => {
      if (!isOwnUrl(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}
