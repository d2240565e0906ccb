import { useEffect, useEffectEvent, useReducer, useRef, useState } from 'react'
import type { CreateAction, ImageAction } from '../../../ipc/schemas/action.ts'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import type { JobProgress } from '../../../ipc/schemas/job.ts'
import type { ActionPlan } from '../../../ipc/schemas/plan.ts'
import { host } from '../../host.ts'
import { useJobs } from '../../state/jobs.ts'
import { useLibrary } from '../../state/library.ts'
import { errorDataOf } from '../../state/report-error.ts'
import {
  healthKey,
  isOfOtherHealth,
  noPlan,
  planVersion,
  reducePlan,
  type PlanEvent,
} from './plan-state.ts'
import { startCreating, startPlanned } from './start-planned.ts'

/** A change from its first plan to the job that carries it out. */
export interface PlannedAction {
  /** The newest plan; of an earlier request while `isCurrent` is false. */
  readonly plan: ActionPlan | undefined
  /** The plan is of what is asked for now, and of the image as it is now. */
  readonly isCurrent: boolean
  /** It is the last word; before that a better plan may come. */
  readonly isFinal: boolean
  readonly progress: JobProgress | undefined
  /** Why there is no plan, or why it was not started. */
  readonly error: ErrorData | undefined
  /** The start was asked for and not answered yet. */
  readonly starting: boolean
  /** What carries it out, once it was started. */
  readonly jobId: string | undefined
  readonly start: () => void
  /** Back from whatever came of it to a new plan. */
  readonly planAgain: () => void
}

/** Long enough for a word to be typed, short enough to feel at once. */
const debounceMs = 250

export interface ActionQuestion {
  readonly imageId: number
  /** Undefined while there is nothing to plan, such as a number that is not written yet. */
  readonly request: ImageAction | undefined
}

/**
 * Plans what is asked for, again whenever the request or the image changes, until it is started. The old plan stays
 * until the new one is there.
 */
export function useActionPlan({ imageId, request }: ActionQuestion): PlannedAction {
  const row = useLibrary((state) => state.rows.get(imageId))
  const endedAt = useJobs((state) => state.endedAt.get(imageId))
  return usePlanning({
    question: request && JSON.stringify(request),
    version: `${row === undefined ? 'gone' : planVersion(row)}:${endedAt ?? ''}`,
    health: row === undefined ? '' : healthKey(row),
    ask: async (tell, signal) => {
      if (request === undefined) return
      await host().api['plans.action']({ imageId, request }, tell, { signal })
    },
    start: async (planToken) => {
      if (request === undefined) throw new Error('nothing was planned')
      return await startPlanned({ imageId, request, planToken })
    },
  })
}

/** As `useActionPlan`, for an image that is not there yet. */
export function useCreatePlan(request: CreateAction | undefined): PlannedAction {
  return usePlanning({
    question: request && JSON.stringify(request),
    version: '',
    health: '',
    ask: async (tell, signal) => {
      if (request === undefined) return
      tell({ type: 'plan', plan: await host().api['plans.create']({ request }, { signal }) })
    },
    start: async (planToken) => {
      if (request === undefined) throw new Error('nothing was planned')
      return await startCreating(request, planToken)
    },
  })
}

type Told =
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'plan'; readonly plan: ActionPlan }

interface Planning {
  readonly question: string | undefined
  readonly version: string
  readonly health: string
  readonly ask: (tell: (told: Told) => void, signal: AbortSignal) => Promise<void>
  readonly start: (planToken: string) => Promise<string>
}

type Work =
  | { readonly kind: 'planning' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'started'; readonly jobId: string }
  | { readonly kind: 'refused'; readonly error: ErrorData }

const planningWork: Work = { kind: 'planning' }

function usePlanning({ question, version, health, ask, start }: Planning): PlannedAction {
  const [state, tell] = useReducer(reducePlan, noPlan)
  const [work, setWork] = useState(planningWork)
  const [round, setRound] = useState(0)
  // An Enter that is held down comes again before the first one was answered.
  const isStarted = useRef(false)
  const [plannedHealth, setPlannedHealth] = useState(health)
  if (health !== plannedHealth && isOfOtherHealth(state, health)) setPlannedHealth(health)
  const full =
    question === undefined ? undefined : `${round}/${version}/${plannedHealth}/${question}`
  const makePlan = useEffectEvent((asked: string, signal: AbortSignal) => {
    const tellUnlessStopped = (event: PlanEvent): void => {
      if (!signal.aborted) tell(event)
    }
    tell({ type: 'asked', question: asked })
    ask((told) => tellUnlessStopped({ ...told, question: asked }), signal).then(
      () => tellUnlessStopped({ type: 'answered', question: asked }),
      (thrown: unknown) =>
        tellUnlessStopped({ type: 'failed', question: asked, error: errorDataOf(thrown) }),
    )
  })
  // What was started changes the image itself: a plan of that would only be in its way.
  const isPlanning = work.kind === 'planning' || work.kind === 'refused'
  const isFirst = state.asked === undefined
  const delay = useEffectEvent(() => (isFirst ? 0 : debounceMs))
  useEffect(() => {
    if (full === undefined || !isPlanning) return undefined
    const stop = new AbortController()
    const timer = setTimeout(() => makePlan(full, stop.signal), delay())
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [full, isPlanning])

  const isCurrent = full !== undefined && state.answers === full && state.error === undefined
  const { plan } = state
  return {
    plan,
    isCurrent,
    isFinal: isCurrent && state.isFinal,
    progress: state.progress,
    error: work.kind === 'refused' ? work.error : full === state.asked ? state.error : undefined,
    starting: work.kind === 'starting',
    jobId: work.kind === 'started' ? work.jobId : undefined,
    start: () => {
      if (plan === undefined || !isCurrent || isStarted.current) return
      isStarted.current = true
      setWork({ kind: 'starting' })
      start(plan.token).then(
        (jobId) => setWork({ kind: 'started', jobId }),
        (thrown: unknown) => {
          isStarted.current = false
          setWork({ kind: 'refused', error: errorDataOf(thrown) })
        },
      )
    },
    planAgain: () => {
      isStarted.current = false
      setWork(planningWork)
      setRound((before) => before + 1)
    },
  }
}
