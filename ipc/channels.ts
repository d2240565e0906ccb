/** Electron's IPC channels; the only thing the preload script and the main process share at run time. */
export const channels = {
  /** The window starts a connection; a reload starts a new one. */
  open: 'platter:open',
  /** One message of ipc/protocol.ts as JSON text, in either direction. */
  message: 'platter:message',
  /** The services closed the connection. */
  close: 'platter:close',
} as const
