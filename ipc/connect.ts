/** The window's end of a connection: one typed function per entry of the contract. */
import type { AnyContract, CallOptions, Client } from './procedure.ts'
import { replyMessage, streamWindow, type Peer, type RequestMessage } from './protocol.ts'
import { cancelledByCaller, connectionLost, RemoteError } from './remote-error.ts'

/**
 * A client over one connection. Calls reject with RemoteError; when the connection closes, those
 * that are open and all later ones reject with the kind `io` (reason `disconnected`), and a new
 * connection needs a new client.
 *
 * Aborting a call's signal tells the services and rejects at once with the kind `cancelled`; what
 * they still send for it is dropped.
 */
export function connect<C extends AnyContract>(contract: C, peer: Peer): Client<C> {
  const pending = new Map<number, PendingCall>()
  let nextId = 1
  let closed = false

  const post = (message: RequestMessage): void => {
    if (!closed) peer.post(message)
  }

  peer.onClose(() => {
    closed = true
    for (const call of pending.values()) call.reject(new RemoteError(connectionLost))
    pending.clear()
  })

  peer.onMessage((raw) => {
    const parsed = replyMessage.safeParse(raw)
    if (!parsed.success) {
      // Services of another version: every answer would be guesswork.
      peer.close()
      return
    }
    const message = parsed.data
    const call = pending.get(message.id)
    if (call === undefined) return
    switch (message.type) {
      case 'result':
        pending.delete(message.id)
        call.resolve(message.value)
        break
      case 'error':
        pending.delete(message.id)
        call.reject(new RemoteError(message.error))
        break
      case 'event':
        try {
          call.onEvent(message.value)
        } catch (thrown) {
          // A listener that fails would otherwise miss this event in silence and show a wrong state.
          pending.delete(message.id)
          post({ type: 'cancel', id: message.id })
          call.reject(thrown)
          break
        }
        // Half a window early, so that the producer need not stop and wait for the answer.
        if (message.sequence % (streamWindow / 2) === 0) {
          post({ type: 'ack', id: message.id, sequence: message.sequence })
        }
        break
    }
  })

  const request = (
    name: string,
    input: unknown,
    onEvent: (event: unknown) => void,
    { signal }: CallOptions = {},
  ): Promise<unknown> => {
    if (closed) return Promise.reject(new RemoteError(connectionLost))
    if (signal?.aborted) return Promise.reject(new RemoteError(cancelledByCaller))
    const id = nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onAbort = (): void => {
      if (!pending.delete(id)) return
      post({ type: 'cancel', id })
      reject(new RemoteError(cancelledByCaller))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    pending.set(id, { resolve, reject, onEvent })
    post({ type: 'call', id, name, input })
    return promise.finally(() => signal?.removeEventListener('abort', onAbort))
  }

  const functions = Object.entries(contract).map(([name, { kind }]) => [
    name,
    kind === 'stream'
      ? (input: unknown, onEvent: (event: unknown) => void, options?: CallOptions) =>
          request(name, input, onEvent, options)
      : (input: unknown, options?: CallOptions) => request(name, input, ignore, options),
  ])
  // Built from the contract's own entries, which is what Client<C> maps over.
  return Object.fromEntries(functions) as Client<C>
}

interface PendingCall {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onEvent: (event: unknown) => void
}

const ignore = (): void => undefined
