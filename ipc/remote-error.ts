import type { ErrorData } from './schemas/error.ts'

/** What a call rejects with: the services' error, with its kind, facts and words. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly data: ErrorData

  constructor(data: ErrorData) {
    super(data.explanation.title)
    this.data = data
  }

  get kind(): string {
    return this.data.kind
  }
}

/*
 * The two errors that arise on the window's side, where the engine's catalogue is out of reach. They
 * repeat its rows 'cancelled' and 'disconnected'; a test compares them.
 */

export const cancelledByCaller: ErrorData = {
  reason: 'cancelled',
  kind: 'cancelled',
  code: 'PLT-1001',
  context: {},
  explanation: {
    title: 'Cancelled',
    detail: 'The work was stopped.',
    safety: 'Nothing was changed.',
    advice: 'Start it again when you want the result.',
  },
  causes: [],
}

export const connectionLost: ErrorData = {
  reason: 'disconnected',
  kind: 'io',
  code: 'PLT-1490',
  context: {},
  explanation: {
    title: 'The connection to Platter was lost',
    detail: 'The window has no connection to the program that does the work.',
    safety: 'Running jobs go on without the window.',
    advice: 'Wait until the window is connected again, then look at the result.',
  },
  causes: [],
}
