/**
 * The messages that carry the contract, and the peer that carries the messages. The same on Electron's
 * IPC, a WebSocket and an in-memory pair; `serve.ts` and `connect.ts` are its two ends.
 *
 *   window                              services
 *     call    id name input     ─────▶
 *                               ◀─────  event  id sequence value     (streams; at most `streamWindow`
 *     ack     id sequence       ─────▶                                unacknowledged at a time)
 *     cancel  id                ─────▶
 *                               ◀─────  result id value  |  error id error      (ends the id)
 */
import { z } from 'zod'
import { errorData } from './schemas/error.ts'

/** The WebSocket subprotocol; a change of the messages below is a new number. */
export const protocolName = 'platter.v1'

/**
 * Events a stream may send ahead of what the window has taken in. Without a bound, a fast producer
 * fills the memory of the slower side.
 */
export const streamWindow = 64

/** Calls and streams one window may have open at once; a window in a loop must not exhaust the services. */
export const callLimit = 512

/** Longest message a window may send, in characters: room for 100,000 ids or 10,000 dropped paths. */
export const messageLimit = 8 * 1024 * 1024

const id = z.number().int().nonnegative()
const sequence = z.number().int().positive()

export const requestMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('call'),
    id,
    name: z.string().max(100),
    input: z.unknown().optional(),
  }),
  z.object({ type: z.literal('cancel'), id }),
  z.object({ type: z.literal('ack'), id, sequence }),
])
export type RequestMessage = z.infer<typeof requestMessage>

export const replyMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id, value: z.unknown().optional() }),
  z.object({ type: z.literal('error'), id, error: errorData }),
  z.object({ type: z.literal('event'), id, sequence, value: z.unknown().optional() }),
])
export type ReplyMessage = z.infer<typeof replyMessage>

/** One end of a connection that delivers plain data whole and in order. */
export interface Peer {
  /** Dropped in silence once the connection is closed; `onClose` has told by then. */
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}
