import type { IpcMainEvent } from 'electron'
import { isOwnUrl } from './window-origin.ts'

/**
 * Whether a message comes from our own page in a window's main frame. Everything else that could
 * reach the IPC (a frame inside the page, a page that was navigated to) is not believed.
 */
export function isTrustedSender(event: Pick<IpcMainEvent, 'sender' | 'senderFrame'>): boolean {
  const frame = event.senderFrame
  return frame !== null && frame === event.sender.mainFrame && isOwnUrl(frame.url)
}
