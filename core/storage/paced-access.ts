import type { PauseGate } from '../base/pause-switch.ts'

/**
 * Makes an access, once nobody wants a pause. While nobody does, `access` is called before this returns, so that
 * what gathers the requests of one turn still finds them in one, and costs one question. A cancel is no error
 * here: it lets the access go on, for only the operation knows whether it can still be stopped.
 */
export const paced = <Answer>(pace: PauseGate, access: () => Promise<Answer>): Promise<Answer> =>
  pace.isPaused ? pace.untilResumed(undefined).then(access) : access()
