import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { AnyRequest } from '../../../ipc/schemas/job.ts'
import { needsNoLook } from './needs-no-look.ts'
import type { PlannedAction } from './use-action-plan.ts'

export interface EnterOptions {
  readonly action: PlannedAction
  readonly request: AnyRequest | undefined
  /** The form itself can be started; only the plan may be missing. */
  readonly isFormReady: boolean
  /** Something is lost for good: that is never started by a key that came before its plan. */
  readonly isDanger: boolean
}

/** What became of an Enter that came before the plan. */
export type EnterState = 'none' | 'waiting' | 'look-first'

/**
 * Enter in a form whose plan is still being made is not forgotten: the work starts when the plan of exactly that request
 * comes and has nothing that a person has to know first. Otherwise that is said, and the next Enter counts.
 */
export function useEnter({ action, request, isFormReady, isDanger }: EnterOptions): {
  readonly state: EnterState
  readonly press: () => void
} {
  const question = request && JSON.stringify(request)
  const [pressedFor, setPressedFor] = useState<string>()
  const startedFor = useRef<string>(undefined)
  const isPressed = pressedFor !== undefined && pressedFor === question
  const { plan, isCurrent } = action
  const planned = isCurrent && isFormReady ? plan : undefined
  const isPlain = planned !== undefined && !isDanger && needsNoLook(planned)
  const start = useEffectEvent(() => action.start())
  useEffect(() => {
    // Once for one press: when it does not start, the next plan is for a person to look at.
    if (!isPressed || !isPlain || startedFor.current === question) return
    startedFor.current = question
    start()
  }, [isPlain, isPressed, question])
  return {
    state: !isPressed || isPlain ? 'none' : planned === undefined ? 'waiting' : 'look-first',
    press: () => {
      if (planned?.allowed === true && !isDanger) action.start()
      else if (planned === undefined && isFormReady) {
        startedFor.current = undefined
        setPressedFor(question)
      }
    },
  }
}
