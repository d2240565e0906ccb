import type { ErrorData } from '../../../ipc/schemas/error.ts'
import type { JobProgress } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { ActionPlan } from '../../../ipc/schemas/plan.ts'
import { unreachable } from '../../unreachable.ts'

/** What is known of the answer to "what would this come to?", while it is asked and asked again. */
export interface PlanState {
  /** The question that is being answered; undefined before the first one. */
  readonly asked: string | undefined
  /** The newest plan there is. It stays while the next one is made, so that nothing flickers. */
  readonly plan: ActionPlan | undefined
  /** The question that `plan` answers. */
  readonly answers: string | undefined
  /** No better plan of that question will come. */
  readonly isFinal: boolean
  /** Of looking at the image. */
  readonly progress: JobProgress | undefined
  /** Why there is no plan of the question that was asked last. */
  readonly error: ErrorData | undefined
}

export const noPlan: PlanState = {
  asked: undefined,
  plan: undefined,
  answers: undefined,
  isFinal: false,
  progress: undefined,
  error: undefined,
}

export type PlanEvent =
  | { readonly type: 'asked'; readonly question: string }
  | { readonly type: 'progress'; readonly question: string; readonly progress: JobProgress }
  | { readonly type: 'plan'; readonly question: string; readonly plan: ActionPlan }
  | { readonly type: 'answered'; readonly question: string }
  | { readonly type: 'failed'; readonly question: string; readonly error: ErrorData }

/** What comes in for a question that is no longer the one being asked is left out. */
export function reducePlan(state: PlanState, event: PlanEvent): PlanState {
  if (event.type === 'asked') {
    return {
      ...state,
      asked: event.question,
      isFinal: false,
      progress: undefined,
      error: undefined,
    }
  }
  if (event.question !== state.asked) return state
  switch (event.type) {
    case 'progress':
      return { ...state, progress: event.progress }
    case 'plan':
      return { ...state, plan: event.plan, answers: event.question }
    case 'answered':
      return { ...state, isFinal: true, progress: undefined }
    case 'failed':
      return { ...state, isFinal: true, progress: undefined, error: event.error }
    default:
      return unreachable(event)
  }
}

/** Changes with everything about an image that a plan of it could say otherwise, but for its health. */
export function planVersion(row: LibraryRow): string {
  const { use, usedBy, childCount, snapshotCount, missingSince } = row
  return [
    row.path,
    row.modifiedAt,
    row.fileLength,
    row.virtualSize,
    row.linksTrusted,
    row.treatedAsRaw,
    row.readOnly,
    use.state,
    usedBy.length,
    childCount,
    snapshotCount,
    missingSince,
  ].join(':')
}

/** What a row says of an image's health, and whether that is still of today's file. */
export const healthKey = ({ health, healthStale }: LibraryRow): string =>
  keyOfHealth(health, healthStale)

const keyOfHealth = (health: LibraryRow['health'], isStale: boolean): string =>
  `${health}:${isStale}`

/**
 * The health became another after the plan was made. What the plan says itself is no reason to make it again: it judges
 * the image, and what it found is kept in the row.
 */
export const isOfOtherHealth = (
  { plan, isFinal }: Pick<PlanState, 'plan' | 'isFinal'>,
  health: string,
): boolean =>
  isFinal &&
  (plan === undefined ||
    plan.preflight.some(
      (line) => line.id === 'check' && keyOfHealth(line.health, line.stale) !== health,
    ))
