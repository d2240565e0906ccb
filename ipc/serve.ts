/**
 * The services' end of a connection: finds the handler, parses what comes in and what goes out, and
 * turns every error into data. This is the trust boundary; a window is believed nothing.
 */
import type { z } from 'zod'
import type { ErrorContext, ImageErrorData, Reason } from '../core/index.ts'
import type { AnyContract, CallContext, Call, Handlers, Stream } from './procedure.ts'
import {
  callLimit,
  requestMessage,
  streamWindow,
  type Peer,
  type ReplyMessage,
  type RequestMessage,
} from './protocol.ts'

/** How this file makes errors without importing the engine. */
export interface ServeErrors {
  /** An error of the catalogue. */
  create(reason: Reason, context: ErrorContext): ImageErrorData
  /** Any thrown value; what nobody expected becomes `internal`, without a stack. */
  from(thrown: unknown): ImageErrorData
}

export interface ServeOptions {
  readonly errors: ServeErrors
  /** Told of every error that is a defect of ours, with the thrown value and its stack, for the log. */
  readonly onDefect: (procedure: string, thrown: unknown) => void
}

/** Answers a peer's calls until it closes; then every open call's signal is aborted. */
export function serve<C extends AnyContract>(
  contract: C,
  handlers: Handlers<C>,
  peer: Peer,
  options: ServeOptions,
): void {
  const open = new Map<number, OpenCall>()
  let closed = false
  peer.onClose(() => {
    closed = true
    for (const call of open.values()) call.abort()
  })

  const reply = (message: ReplyMessage): void => {
    if (!closed) peer.post(message)
  }

  const start = async ({ id, name, input }: CallMessage): Promise<void> => {
    const refuse = (reason: Reason, context: ErrorContext) =>
      reply({ type: 'error', id, error: options.errors.create(reason, context) })

    const procedure = Object.hasOwn(contract, name) ? contract[name] : undefined
    if (procedure === undefined) return refuse('unknown-id', { field: 'call', id: name })
    if (open.size >= callLimit) {
      return refuse('invalid-argument', {
        field: 'The number of calls at once',
        expected: `at most ${callLimit}`,
        found: open.size + 1,
      })
    }
    const parsed = procedure.input.safeParse(input)
    if (!parsed.success) return refuse('invalid-argument', describeIssue(name, parsed.error))

    const call = new OpenCall(id, reply)
    open.set(id, call)
    try {
      const value = await run(procedure, handlers[name], parsed.data, call)
      reply({ type: 'result', id, value })
    } catch (thrown) {
      // A handler that stops because it was told to may reject with anything.
      const error = call.signal.aborted
        ? options.errors.create('cancelled', {})
        : options.errors.from(thrown)
      if (error.kind === 'internal') options.onDefect(name, thrown)
      reply({ type: 'error', id, error })
    } finally {
      call.end()
      open.delete(id)
    }
  }

  peer.onMessage((raw) => {
    const parsed = requestMessage.safeParse(raw)
    // Junk and a second call under an open id come from no window of ours. An error reply could not
    // be told from the first call's own, so the connection ends instead.
    if (!parsed.success || (parsed.data.type === 'call' && open.has(parsed.data.id))) {
      peer.close()
      return
    }
    const message = parsed.data
    switch (message.type) {
      case 'call':
        void start(message)
        break
      case 'cancel':
        open.get(message.id)?.abort()
        break
      case 'ack':
        open.get(message.id)?.acknowledge(message.sequence)
        break
    }
  })
}

type CallMessage = Extract<RequestMessage, { type: 'call' }>

/** What `Handlers` says for one name, with the types that a name only known at run time cannot have. */
type AnyCallHandler = (input: unknown, context: CallContext) => unknown
type AnyStreamHandler = (
  input: unknown,
  emit: (event: unknown) => Promise<void>,
  context: CallContext,
) => Promise<void>

async function run(
  procedure: Call | Stream,
  handler: unknown,
  input: unknown,
  call: OpenCall,
): Promise<unknown> {
  const context: CallContext = { signal: call.signal }
  if (procedure.kind === 'call') {
    // `Handlers<C>` gives every call of the contract a handler of this shape.
    return procedure.output.parse(await (handler as AnyCallHandler)(input, context))
  }
  const emit = (event: unknown) => call.emit(procedure.event.parse(event))
  await (handler as AnyStreamHandler)(input, emit, context)
  return undefined
}

/** One call or stream that has not been answered yet. */
class OpenCall {
  readonly #id: number
  readonly #reply: (message: ReplyMessage) => void
  readonly #controller = new AbortController()
  #waiting: (() => void)[] = []
  #sent = 0
  #acknowledged = 0
  #ended = false

  constructor(id: number, reply: (message: ReplyMessage) => void) {
    this.#id = id
    this.#reply = reply
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(): void {
    this.#controller.abort()
    this.#wake()
  }

  /** After the answer nothing more may leave under this id, whatever a handler left running. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(sequence, this.#sent))
    this.#wake()
  }

  /** Resolves once the stream may go on; rejects when it was cancelled. */
  async emit(value: unknown): Promise<void> {
    this.signal.throwIfAborted()
    if (this.#ended) throw new Error('an event came after its stream had ended')
    this.#sent += 1
    this.#reply({ type: 'event', id: this.#id, sequence: this.#sent, value })
    while (this.#isFull()) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.signal.throwIfAborted()
  }

  #isFull(): boolean {
    const unacknowledged = this.#sent - this.#acknowledged
    return unacknowledged >= streamWindow && !this.#ended && !this.signal.aborted
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

function describeIssue(name: string, error: z.ZodError): ErrorContext {
  const issue = error.issues[0]
  return {
    field: ['The input of', name, issue?.path.map(String).join('.')].filter(Boolean).join(' '),
    expected: 'another value',
    found: issue?.message ?? 'an invalid value',
  }
}
