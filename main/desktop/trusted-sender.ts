import type { IpcMainEvent } from 'electron'
import { windowOrigin } from './window-scheme.ts'

/**
 * Whether a message comes from our own page in a window's main frame. Everything else that could
 * reach the IPC (a frame inside the page, a page that was navigated to) is not believed.
 */
export function isTrustedSender(event: Pick<IpcMainEvent, 'sender' | 'senderFrame'>): boolean {
  const frame = event.senderFrame
  return frame !== null && frame === event.sender.mainFrame && isOwnUrl(frame.url)
}

/** Compares the parsed origin: `app://platter.evil` begins like ours. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  // `origin` of a scheme that the URL standard does not know is "null", so its parts are compared.
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}` === windowOrigin
}
