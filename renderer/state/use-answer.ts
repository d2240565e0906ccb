import { useEffect, useEffectEvent, useState } from 'react'
import type { ErrorData } from '../../ipc/schemas/error.ts'
import { errorDataOf } from './report-error.ts'

export type Answer<Value> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ready'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: ErrorData }

export interface Question<Value> {
  /** What is asked about. Another subject forgets the old answer at once. */
  readonly subject: string
  /** Asked again when it changes; the old answer stays until the new one comes. */
  readonly version: string | number
  readonly ask: (signal: AbortSignal) => Promise<Value>
}

interface Held<Value> {
  readonly subject: string
  readonly version: string | number
  readonly answer: Answer<Value>
}

const waiting = { kind: 'waiting' } as const

/** Asks the services while the component is shown; a question that is no longer asked is cancelled. */
export function useAnswer<Value>({ subject, version, ask }: Question<Value>): Answer<Value> {
  const [held, setHeld] = useState<Held<Value>>({ subject, version, answer: waiting })
  const askNow = useEffectEvent(ask)
  useEffect(() => {
    const stop = new AbortController()
    const hold = (answer: Answer<Value>): void => {
      if (!stop.signal.aborted) setHeld({ subject, version, answer })
    }
    askNow(stop.signal).then(
      (value) => hold({ kind: 'ready', value }),
      (thrown: unknown) => hold({ kind: 'failed', error: errorDataOf(thrown) }),
    )
    return () => stop.abort()
  }, [subject, version])
  return held.subject === subject ? held.answer : waiting
}
