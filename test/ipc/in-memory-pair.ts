import { textPeer, type TextChannel } from '../../ipc/text-peer.ts'
import type { Peer } from '../../ipc/protocol.ts'

export interface PeerPair {
  readonly window: Peer
  readonly services: Peer
  /** Text as the services' end receives it, for tests that speak no protocol of ours. */
  readonly sendRaw: (text: string) => void
  /** Every text that left the services, in order. */
  readonly fromServices: readonly string[]
  readonly isClosed: () => boolean
}

/** Two connected ends that carry JSON text asynchronously and in order, as a socket does. */
export function inMemoryPair(options: { readonly limit?: number } = {}): PeerPair {
  const left = new End()
  const right = new End()
  left.other = right
  right.other = left
  const fromServices: string[] = []
  const services: TextChannel = {
    send: (text) => {
      fromServices.push(text)
      right.send(text)
    },
    onText: (listener) => right.onText(listener),
    onClose: (listener) => right.onClose(listener),
    close: () => right.close(),
  }
  return {
    window: textPeer(left),
    services: textPeer(services, options),
    sendRaw: (text) => left.send(text),
    fromServices,
    isClosed: () => left.closed,
  }
}

class End implements TextChannel {
  other: End | undefined
  closed = false
  #listeners: ((text: string) => void)[] = []
  #closeListeners: (() => void)[] = []

  send(text: string): void {
    queueMicrotask(() => {
      const other = this.other
      if (this.closed || other === undefined) return
      for (const listener of other.#listeners) listener(text)
    })
  }

  onText(listener: (text: string) => void): void {
    this.#listeners.push(listener)
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener)
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    for (const listener of this.#closeListeners) listener()
    this.other?.close()
  }
}
