import type { ActionOf, ImageAction } from '../../ipc/schemas/action.ts'
import type { Draft } from './draft.ts'
import type { PlanContext, Subject, Target } from './subject.ts'

/**
 * Plans one kind of action. Only reads. Better figures that take longer may come later: each draft on the way
 * goes to `onDraft`, the last one is the answer. Throws an ImageError for what cannot even be planned.
 */
export type Planner<Kind extends ImageAction['kind']> = (
  subject: Subject,
  request: ActionOf<Kind>,
  context: PlanContext,
  onDraft: (draft: Draft) => void,
) => Promise<Draft>

/** As `Planner`, of what may be about a file that is gone. */
export type FreePlanner<Kind extends ImageAction['kind']> = (
  target: Target,
  request: ActionOf<Kind>,
  context: PlanContext,
  onDraft: (draft: Draft) => void,
) => Promise<Draft>

/** What is about places, names and what was done before. */
export interface FilePlanners {
  readonly rename: Planner<'rename'>
  readonly move: Planner<'move'>
  readonly trash: Planner<'trash'>
  readonly remove: FreePlanner<'remove'>
  readonly undo: FreePlanner<'undo'>
}

/** Every kind of action, and what plans it. */
export interface Planners extends FilePlanners {
  readonly resize: Planner<'resize'>
  readonly compact: Planner<'compact'>
  readonly repair: Planner<'repair'>
  readonly snapshot: Planner<'snapshot'>
  readonly relink: Planner<'relink'>
}
