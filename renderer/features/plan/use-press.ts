import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { AnyRequest } from '../../../ipc/schemas/job.ts'
import { needsNoLook } from './needs-no-look.ts'
import type { PlannedAction } from './use-action-plan.ts'

export interface PressOptions {
  readonly action: PlannedAction
  readonly request: AnyRequest | undefined
  /** The form itself can be started; only the plan may be missing. */
  readonly isFormReady: boolean
  /** Something is lost for good: that is never started by a press that came before its plan. */
  readonly isDanger: boolean
}

/** What became of a press that came before the plan. */
export type PressState = 'none' | 'waiting' | 'look-first'

interface EarlyPress {
  readonly question: string
  readonly state: Exclude<PressState, 'none'>
}

export interface Press {
  readonly state: PressState
  /** Enter in the form: never starts what loses something. */
  readonly enter: () => void
  /** The button itself. */
  readonly button: () => void
}

/**
 * A press while the plan is being made, or made again, is not forgotten: the work starts when the plan of exactly that
 * request comes and has nothing that a person has to know first. Otherwise that is said, and the next press counts.
 */
export function usePress({ action, request, isFormReady, isDanger }: PressOptions): Press {
  const question = request && JSON.stringify(request)
  const [early, setEarly] = useState<EarlyPress>()
  const started = useRef<EarlyPress>(undefined)
  const { plan, isCurrent, error } = action
  const planned = isCurrent && isFormReady ? plan : undefined
  const isPlain = planned !== undefined && !isDanger && needsNoLook(planned)
  if (early !== undefined) {
    // Of another request, or of one that failed: who reads that presses anew.
    if (early.question !== question || error !== undefined) setEarly(undefined)
    // The first plan uses it up: what stands against the start may be gone later, when nobody thinks of the press.
    else if (early.state === 'waiting' && planned !== undefined && !isPlain) {
      setEarly(planned.allowed ? { question, state: 'look-first' } : undefined)
    }
  }
  const start = useEffectEvent(() => action.start())
  useEffect(() => {
    if (early?.state !== 'waiting' || !isPlain || started.current === early) return
    started.current = early
    start()
  }, [isPlain, early])
  const press = (mayStart: boolean): void => {
    if (planned?.allowed === true && mayStart) action.start()
    else if (planned === undefined && isFormReady && question !== undefined) {
      setEarly({ question, state: 'waiting' })
    }
  }
  return {
    state: early?.state === 'waiting' && isPlain ? 'none' : (early?.state ?? 'none'),
    enter: () => press(!isDanger),
    button: () => press(true),
  }
}
