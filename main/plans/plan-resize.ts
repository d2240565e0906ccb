import path from 'node:path'
import { ImageError, tellOfResize, type ResizePlan } from '../../core/index.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import type { CardFacts } from './draft.ts'
import type { Planner } from './planners.ts'
import type { Subject } from './subject.ts'

/** Zeroes, or promises of space, that a host writes in a second. */
const preallocatedPerSecond = 200 * 1024 * 1024

/** Another virtual size: growing is instant, shrinking cuts off what a person agreed to. */
export const planResize: Planner<'resize'> = async (subject, { parameters }, context) => {
  const { size, preallocation = 'off', ignoreDataLoss = false } = parameters
  const { image } = subject
  const { result: plan } = await context.host.run(
    'planResize',
    {
      ...image,
      size,
      preallocation,
      // What goes was looked at when the plan was shown, and the image is still the same.
      scanLimit: context.purpose === 'do' && ignoreDataLoss ? 0 : undefined,
    },
    context,
  )
  const consent = ignoreDataLoss ? plan.consentNeeded : []
  return {
    detail: detailOf(plan),
    refusals: plan.refusals,
    consent:
      plan.consentNeeded.length > consent.length
        ? new ImageError('plan-consent-missing', { path: image.path, found: lossOf(plan) }).toJSON()
        : undefined,
    hasEffect: plan.kind !== 'none',
    card: cardOf(plan, subject),
    basis: { stamp: plan.stamp, dataFile: plan.dataFile },
    carryOut: async ({ host, ...work }) => {
      const { result, before, after } = await host.run('resize', { ...image, plan, consent }, work)
      const outcome = plan.kind === 'none' ? 'nothing' : 'ok'
      return { ...tellOfResize({ plan, result }), before, after, outcome }
    },
  }
}

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
    bitmapsLost: [...bitmapsLost],
  }
}

function cardOf(plan: ResizePlan, { image }: Subject): CardFacts {
  const { kind, before, after, preallocation, snapshots } = plan
  const isPaid = preallocation === 'falloc' || preallocation === 'full'
  const bytes = isPaid ? Math.max(after.virtualSize - before.virtualSize, 0) : 0
  return {
    makesFiles: false,
    check: { kind: 'judged', health: healthOf(plan) },
    space: { folder: path.dirname(image.path), bytes },
    snapshots: { count: snapshots.length, lost: 0 },
    content: kind === 'shrink' ? 'differs' : 'same',
    tellsMachines: true,
    undo: kind === 'none' ? undefined : { undo: kind === 'grow' ? 'while-unchanged' : 'no' },
    seconds: Math.ceil(bytes / preallocatedPerSecond),
  }
}

/** Planning looks at every table: what stands against it is a reason of its own. */
const healthOf = ({ refusals }: ResizePlan): 'healthy' | 'needs-repair' =>
  refusals.some(({ reason }) => reason === 'contradictions-found') ? 'needs-repair' : 'healthy'
