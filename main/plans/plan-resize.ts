import path from 'node:path'
import { ImageError, tellOfResize, type DoneChange, type ResizePlan } from '../../core/index.ts'
import type { Health } from '../../ipc/schemas/library.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import type { Keeper } from '../undo/keeper.ts'
import { dataFileRefusal } from './data-file-refusal.ts'
import type { CardFacts } from './draft.ts'
import { whyNotKept } from './preflight/why-not-kept.ts'
import type { Planner } from './planners.ts'
import type { Subject } from './subject.ts'

/** Zeroes, or promises of space, that a host writes in a second. */
const preallocatedPerSecond = 200 * 1024 * 1024

export interface ResizeParts {
  readonly keeper: Keeper
}

/**
 * Another virtual size: growing is instant; shrinking cuts off what a person agreed to lose, or what the undo store
 * keeps.
 */
export const resizePlanner =
  ({ keeper }: ResizeParts): Planner<'resize'> =>
  async (subject, { parameters }, context) => {
    const { size, preallocation = 'off', ignoreDataLoss = false } = parameters
    const { moveGptBackup = false, keepCut = false } = parameters
    const { image, imageId } = subject
    const { result: plan } = await context.host.run(
      'planResize',
      {
        ...image,
        size,
        preallocation,
        moveGptBackup,
        // What goes was looked at when the plan was shown, and the image is still the same.
        scanLimit: context.purpose === 'do' && ignoreDataLoss ? 0 : undefined,
      },
      context,
    )
    const needed = plan.kind === 'none' ? undefined : dataFileRefusal(subject)
    const cutBytes = plan.cut?.storedBytes
    const keptBytes =
      keepCut && plan.kind === 'shrink' && cutBytes !== undefined && keeper.fits(cutBytes)
        ? cutBytes
        : undefined
    const consent = ignoreDataLoss ? plan.consentNeeded : []
    const movesGpt = moveGptBackup && plan.gptBackupMovesTo !== undefined
    const isAgreed = keptBytes !== undefined || plan.consentNeeded.length === consent.length
    return {
      detail: detailOf(plan),
      refusals: needed === undefined ? plan.refusals : [...plan.refusals, needed],
      consent: isAgreed
        ? undefined
        : new ImageError('plan-consent-missing', {
            path: image.path,
            found: lossOf(plan),
          }).toJSON(),
      loses: plan.consentNeeded.length > 0 && keptBytes === undefined ? lossOf(plan) : undefined,
      // A copy of the partition table may have to go to the end of a disk that has its size already.
      hasEffect: plan.kind !== 'none' || movesGpt,
      card: { ...cardOf(plan, subject, movesGpt), undo: undoOf(plan, keptBytes, keeper) },
      basis: { stamp: plan.stamp, dataFile: plan.dataFile, keepsCut: keptBytes !== undefined },
      carryOut: async ({ host, jobId, ...work }) => {
        const kept =
          keptBytes === undefined
            ? undefined
            : await keeper.placeFor({ id: jobId, imageId }, keptBytes, (file) => ({
                kind: 'change',
                change: shrinkOf(plan, file),
              }))
        const task = { ...image, plan, consent, keepCut: kept }
        const { result, before, after } = await host.run('resize', task, work)
        return {
          ...tellOfResize({ plan, result }),
          ...(kept === undefined ? {} : { undo: shrinkOf(plan, kept) }),
          before,
          after,
          outcome: plan.kind === 'none' && !moveGptBackup ? 'nothing' : 'ok',
        }
      },
    }
  }

/** What takes it back: the size, and what was cut off. */
const shrinkOf = ({ format, before, after }: ResizePlan, kept: string): DoneChange => ({
  kind: 'shrink',
  format,
  before: before.virtualSize,
  after: after.virtualSize,
  kept,
})

const lossOf = ({ after }: ResizePlan): string =>
  `What lies past byte ${after.virtualSize} of the disk`

function detailOf(plan: ResizePlan): PlanOf<'resize'> {
  const { kind: direction, before, after, layout, cut, partitionsCut, bitmapsLost } = plan
  const content = cut?.content
  return {
    kind: 'resize',
    direction,
    before: before.virtualSize,
    after: after.virtualSize,
    layout,
    partitionsCut: [...partitionsCut],
    ...(cut === undefined
      ? {}
      : {
          cut: {
            storedBytes: cut.storedBytes,
            clusters: cut.clusters,
            ...(content?.complete === true ? { nonZeroBytes: content.dataBytes } : {}),
          },
        }),
    needsConsent: plan.consentNeeded.length > 0,
    ...(plan.gptBackupMovesTo === undefined ? {} : { gptBackupMovesTo: plan.gptBackupMovesTo }),
    bitmapsLost: [...bitmapsLost],
  }
}

function cardOf(
  plan: ResizePlan,
  { image, row }: Subject,
  movesGpt: boolean,
): Omit<CardFacts, 'undo'> {
  const { kind, before, after, preallocation, snapshots } = plan
  const isPaid = preallocation === 'falloc' || preallocation === 'full'
  const bytes = isPaid ? Math.max(after.virtualSize - before.virtualSize, 0) : 0
  return {
    makesFiles: false,
    check: { kind: 'judged', health: healthOf(plan, row) },
    space: { folder: path.dirname(image.path), bytes },
    snapshots: { count: snapshots.length, lost: 0 },
    overlays: kind === 'shrink' ? 'broken' : movesGpt ? 'partition-table' : 'size-stays',
    tellsMachines: true,
    seconds: Math.ceil(bytes / preallocatedPerSecond),
  }
}

function undoOf(
  { kind, cut }: ResizePlan,
  keptBytes: number | undefined,
  keeper: Keeper,
): CardFacts['undo'] {
  if (kind === 'none') return undefined
  if (kind === 'grow') return { undo: 'while-unchanged' }
  if (keptBytes !== undefined) return { undo: 'while-kept', keptBytes }
  const because =
    cut === undefined ? ({ kind: 'cannot-be-kept' } as const) : whyNotKept(cut.storedBytes, keeper)
  return { undo: 'no', because }
}

/** Planning looks at every table, but for those of an image that was not closed: they are made anew first. */
function healthOf({ refusals }: ResizePlan, { health }: Subject['row']): Health {
  if (refusals.some(({ reason }) => reason === 'contradictions-found')) return 'needs-repair'
  return health === 'dirty' ? 'dirty' : 'healthy'
}
