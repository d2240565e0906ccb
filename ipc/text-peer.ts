import { messageLimit, type Peer } from './protocol.ts'

/** A connection that carries text: what a WebSocket and Electron's IPC have in common. */
export interface TextChannel {
  send(text: string): void
  onText(listener: (text: string) => void): void
  onClose(listener: () => void): void
  close(): void
}

export interface TextPeerOptions {
  /** Longest text taken in; more closes the connection. The window trusts its own services. */
  readonly limit?: number
}

/**
 * Messages as JSON text. One codec for both carriers, so that a value that does not survive JSON fails
 * on the desktop too; and text is what Electron's context bridge copies cheaply. What is no JSON, or
 * too long, comes from no window of ours: the connection is closed.
 */
export function textPeer(
  channel: TextChannel,
  { limit = messageLimit }: TextPeerOptions = {},
): Peer {
  return {
    post: (message) => channel.send(JSON.stringify(message)),
    onMessage: (listener) =>
      channel.onText((text) => {
        const message = text.length > limit ? undefined : parse(text)
        if (message === undefined) channel.close()
        else listener(message)
      }),
    onClose: (listener) => channel.onClose(listener),
    close: () => channel.close(),
  }
}

/** Undefined is no JSON value, so it can stand for "not JSON". */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
