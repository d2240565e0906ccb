import { app, powerMonitor } from 'electron'

/**
 * Calls back when the system ends, so that nobody can be asked any more: a shutdown (Linux, macOS), the end of the
 * session (Windows), and the signal by which service managers and shutting down systems end programs. May be called
 * more than once.
 */
export function onSessionEnd(end: () => void): void {
  // Electron's types forget the event; without this the system does not wait for us.
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault()
    end()
  })
  app.on('browser-window-created', (_event, window) => window.on('session-end', end))
  // Before whatever else would make an ordinary quit of it, which asks.
  process.prependListener('SIGTERM', end)
}
