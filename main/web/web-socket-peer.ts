import type { WebSocket } from 'ws'
import type { Peer } from '../../ipc/protocol.ts'
import { textPeer } from '../../ipc/text-peer.ts'

/** Close codes of RFC 6455, section 7.4.1. */
const unsupportedData = 1003
const policyViolation = 1008

/** How often a silent connection is asked whether it lives; two silences end it. */
const heartbeatMs = 30_000

/** A window's WebSocket as a peer of the contract. */
export function webSocketPeer(socket: WebSocket): Peer {
  let alive = true
  socket.on('pong', () => {
    alive = true
  })
  const heartbeat = setInterval(() => {
    if (!alive) socket.terminate()
    alive = false
    socket.ping()
  }, heartbeatMs)
  heartbeat.unref()
  socket.on('close', () => clearInterval(heartbeat))
  // A broken frame or a lost network; 'close' follows, and that is what the services hear.
  socket.on('error', () => undefined)

  return textPeer({
    send: (text) => {
      if (socket.readyState === socket.OPEN) socket.send(text)
    },
    onText: (listener) => {
      socket.on('message', (data, isBinary) => {
        // The default binary type of ws delivers every message as one Buffer.
        if (isBinary || !Buffer.isBuffer(data)) socket.close(unsupportedData, 'text only')
        else listener(data.toString())
      })
    },
    onClose: (listener) => socket.on('close', listener),
    close: () => socket.close(policyViolation, 'not the protocol'),
  })
}
