/** What the preload script gives the window as `window.platter`. Absent in a browser. */
export interface DesktopBridge {
  /** Sends one message of ipc/protocol.ts as JSON text. */
  send(text: string): void
  /** One listener; a second call replaces the first. */
  onText(listener: (text: string) => void): void
  onClose(listener: () => void): void
  close(): void
  /** The absolute path of a file or folder that was dropped on the window; empty when it has none. */
  pathFor(file: File): string
}
