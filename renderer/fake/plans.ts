/** What made-up actions would come to: a little progress first, then the plan, as the services do it. */
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { JobProgress } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { ActionPlan, PlanDetail } from '../../ipc/schemas/plan.ts'
import type { OverlayEffect, PreflightLine } from '../../ipc/schemas/preflight.ts'
import { compactPlanOf, resizePlanOf } from './plans-space.ts'
import { unreachable } from '../unreachable.ts'
import { moment } from './pace.ts'
import { filePlanOf, relinkPlanOf, repairPlanOf, snapshotPlanOf, undoPlanOf } from './plans-care.ts'

export interface MadeUpPlan {
  readonly detail: PlanDetail
  /** A quick one that comes before, with less in it. */
  readonly first?: PlanDetail
  /** What the card says beside what it says of every action. */
  readonly undo: Extract<PreflightLine, { id: 'undo' }>
  readonly neededBytes?: number
  /** Where; beside the image unless said. */
  readonly neededIn?: string
  readonly snapshotsLost?: number
  readonly seconds?: number
  readonly refused?: Extract<PreflightLine, { id: 'refusal' }>
}

export interface PlanQuestion {
  readonly row: LibraryRow
  readonly request: ImageAction
  readonly rows: ReadonlyMap<number, LibraryRow>
}

type PlanEvent =
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'plan'; readonly plan: ActionPlan }

/** Answers after a moment, longer where there is a first plan to look at. */
export async function planAction(
  question: PlanQuestion,
  onEvent: (event: PlanEvent) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const made = madeUpPlan(question)
  const plan = cardOf(question, made)
  const steps = made.first === undefined ? 2 : 12
  if (made.first !== undefined) {
    onEvent({ type: 'plan', plan: cardOf(question, { ...made, detail: made.first }) })
  }
  for (const share of Array.from({ length: steps }, (_, step) => (step + 0.5) / steps)) {
    const progress = { phase: 'Reading tables', done: share * 100, total: 100, unit: 'clusters' }
    onEvent({ type: 'progress', progress: { ...progress, unit: 'clusters', share } })
    await moment(120)
    if (signal?.aborted === true) return
  }
  onEvent({ type: 'plan', plan })
}

function madeUpPlan(question: PlanQuestion): MadeUpPlan {
  const { request } = question
  switch (request.kind) {
    case 'repair':
      return repairPlanOf(question.row, request)
    case 'snapshot':
      return snapshotPlanOf(question.row, request)
    case 'relink':
      return relinkPlanOf(question.row, request)
    case 'rename':
    case 'move':
    case 'trash':
    case 'remove':
      return filePlanOf(question, request)
    case 'undo':
      return undoPlanOf(question.row, request)
    case 'resize':
      return resizePlanOf(question.row, request)
    case 'compact':
      return compactPlanOf(question.row, request)
    default:
      return unreachable(request)
  }
}

const gib = 2 ** 30

const isUnchanged = (effect: OverlayEffect): boolean => effect === 'none' || effect === 'size-stays'

function effectOf(
  request: PlanQuestion['request'],
  { virtualSize = 0 }: LibraryRow,
): OverlayEffect {
  switch (request.kind) {
    case 'resize':
      return request.parameters.size < virtualSize ? 'broken' : 'size-stays'
    case 'snapshot':
      return request.parameters.action === 'apply' ? 'broken' : 'none'
    case 'compact':
    case 'repair':
      return 'none'
    case 'relink':
      return 'other-backing'
    case 'rename':
    case 'move':
      return 'other-place'
    case 'trash':
    case 'remove':
      return 'broken'
    case 'undo':
      return 'goes-back'
    default:
      return unreachable(request)
  }
}

function cardOf({ row, request, rows }: PlanQuestion, made: MadeUpPlan): ActionPlan {
  const children = [...rows.values()].filter(({ parentId }) => parentId === row.id)
  const inUse = row.use.state === 'writing'
  const onFile = ['trash', 'move', 'rename', 'remove'].includes(request.kind)
  const preflight: PreflightLine[] = [
    { id: 'use', tone: inUse ? 'stop' : 'good', use: row.use },
    { id: 'writable', tone: row.readOnly ? 'stop' : 'good', path: row.path },
  ]
  if (!onFile && row.format === 'qcow2') {
    preflight.push({
      id: 'check',
      tone: row.health === 'healthy' && !row.healthStale ? 'good' : 'note',
      health: row.health,
      stale: row.healthStale,
      ...(row.lastCheckAt !== undefined && { checkedAt: row.lastCheckAt }),
    })
  }
  if (made.neededBytes !== undefined) {
    const folder = made.neededIn ?? row.location
    const space = { folder, neededBytes: made.neededBytes, freeBytes: 412 * gib }
    preflight.push({ id: 'space', tone: 'good', ...space })
  }
  const snapshots = row.snapshotCount ?? 0
  if (snapshots > 0) {
    const lost = made.snapshotsLost ?? 0
    preflight.push({ id: 'snapshots', tone: lost > 0 ? 'note' : 'good', count: snapshots, lost })
  }
  if (children.length > 0) {
    const effect = effectOf(request, row)
    preflight.push({
      id: 'children',
      tone: effect === 'broken' ? 'stop' : isUnchanged(effect) ? 'good' : 'note',
      effect,
      children: children.map(({ id, name }) => ({ imageId: id, name })),
    })
  }
  if (row.usedBy.length > 0) {
    preflight.push({
      id: 'vms',
      tone: request.kind === 'trash' ? 'stop' : 'note',
      vms: row.usedBy.map(({ source, vm }) => ({ source, vm })),
    })
  }
  preflight.push(made.undo)
  if (made.seconds !== undefined)
    preflight.push({ id: 'time', tone: 'good', seconds: made.seconds })
  if (made.refused !== undefined) preflight.push(made.refused)
  return {
    token: `plan-${row.id}-${JSON.stringify(request)}`.slice(0, 200),
    madeAt: Date.now(),
    allowed: preflight.every(({ tone }) => tone !== 'stop'),
    preflight,
    detail: made.detail,
  }
}
