import { ipcMain, type IpcMainEvent, type WebContents } from 'electron'
import { channels } from '../../ipc/channels.ts'
import { textPeer, type TextChannel } from '../../ipc/text-peer.ts'
import type { Peer } from '../../ipc/protocol.ts'
import { isTrustedSender } from './trusted-sender.ts'

/**
 * Carries the contract over Electron's IPC: one connection per loaded page. A reload, a crash of the
 * page or its window's end closes it, so that the calls of a page that is gone are aborted.
 */
export function acceptWindows(onConnection: (peer: Peer) => void): void {
  const connections = new Map<WebContents, WindowChannel>()

  onTrusted(channels.open, (sender) => {
    const known = connections.get(sender)
    known?.pageIsGone()
    const connection = new WindowChannel(sender)
    connections.set(sender, connection)
    if (known === undefined) {
      sender.on('render-process-gone', () => connections.get(sender)?.pageIsGone())
      sender.once('destroyed', () => {
        connections.get(sender)?.pageIsGone()
        connections.delete(sender)
      })
    }
    onConnection(textPeer(connection))
  })
  onTrusted(channels.message, (sender, text) => {
    const connection = connections.get(sender)
    if (typeof text === 'string') connection?.receive(text)
    else connection?.close()
  })
  onTrusted(channels.close, (sender) => connections.get(sender)?.close())
}

/** Listens to a channel for messages from our page; others are not even answered. */
function onTrusted(channel: string, handle: (sender: WebContents, text: unknown) => void): void {
  ipcMain.on(channel, (event: IpcMainEvent, text: unknown) => {
    if (isTrustedSender(event)) handle(event.sender, text)
  })
}

/** The services' end of one page's connection. */
class WindowChannel implements TextChannel {
  readonly #contents: WebContents
  readonly #textListeners: ((text: string) => void)[] = []
  readonly #closeListeners: (() => void)[] = []
  #closed = false

  constructor(contents: WebContents) {
    this.#contents = contents
  }

  send(text: string): void {
    if (!this.#closed && !this.#contents.isDestroyed()) this.#contents.send(channels.message, text)
  }

  receive(text: string): void {
    if (this.#closed) return
    for (const listener of this.#textListeners) listener(text)
  }

  onText(listener: (text: string) => void): void {
    this.#textListeners.push(listener)
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener)
  }

  close(): void {
    if (this.#closed) return
    this.pageIsGone()
    if (!this.#contents.isDestroyed()) this.#contents.send(channels.close)
  }

  /** Closes without a word: after a reload the word would reach the page that came instead. */
  pageIsGone(): void {
    if (this.#closed) return
    this.#closed = true
    for (const listener of this.#closeListeners) listener()
  }
}
