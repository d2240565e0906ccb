import {
  countsOfWords,
  ImageError,
  repairReturnsWords,
  returningWords,
  sizeFacts,
  undoLabels,
  type DoneChange,
  type ImageErrorData,
} from '../../core/index.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { OverlayEffect } from '../../ipc/schemas/preflight.ts'
import { fileBasis } from '../plans/basis.ts'
import { checkAfter } from '../plans/check-after.ts'
import type { CardFacts, DoneWork, Draft } from '../plans/draft.ts'
import type { PlanContext, Subject } from '../plans/subject.ts'
import { undoDraft, undoneWork, type UndoParts } from './undo-parts.ts'

/** Taken back by the engine's own undo: sizes, options, snapshots, backing names, and what was kept of them. */
export async function draftChange(
  { store }: Pick<UndoParts, 'store'>,
  { image, file }: Subject,
  { job, change }: { readonly job: Job; readonly change: DoneChange },
  context: PlanContext,
): Promise<Draft> {
  const { result: plan } = await context.host.run('planUndoChange', { ...image, change }, context)
  // Names from inside an image go to windows as they are; these draw them as text.
  const returns = returningWords(change, (name) => name)
  const refusals = plan.refusal === undefined ? [] : [plan.refusal]
  return {
    ...undoDraft({ job, returns, refusals, change }),
    card: cardFor(changesContent(change) ? 'goes-back' : 'none'),
    basis: { file: fileBasis(file) },
    carryOut: async ({ host, ...work }) => {
      using _kept = store.use(job.id)
      const { before, after } = await host.run('undoChange', { ...image, plan }, work)
      const done = undoneWork(job, returns)
      return { ...done, facts: [...done.facts, ...sizesOf(change)], before, after }
    },
  }
}

/** The disk's own size, which goes back from `after` to `before`. */
const sizesOf = (change: DoneChange): DoneWork['facts'] =>
  change.kind === 'grow' || change.kind === 'shrink'
    ? sizeFacts({ before: change.after, after: change.before })
    : []

/** Whether the disk may read differently to overlays. */
const changesContent = ({ kind }: DoneChange): boolean =>
  kind !== 'amend' && !['snapshot-create', 'snapshot-rename', 'snapshot-delete'].includes(kind)

/** Taken back by a safety copy. */
export async function draftRepair(
  { store }: Pick<UndoParts, 'store'>,
  { image, file, imageId }: Subject,
  { job, safetyCopy }: { readonly job: Job; readonly safetyCopy: string },
  context: PlanContext,
): Promise<Draft> {
  const { plan, refusal } = await planOfRepair({ image, safetyCopy }, context)
  const damage = damageOf(job)
  const returns =
    plan === undefined
      ? 'the tables from before'
      : repairReturnsWords(plan.bytesRestored, plan.length.now - plan.length.after, damage)
  const isUndone = plan?.state === 'before'
  const why = isUndone
    ? new ImageError('undo-done', { path: image.path, id: job.id }).toJSON()
    : refusal
  return {
    ...undoDraft({
      job,
      returns,
      refusals: why === undefined ? [] : [why],
      bytesWritten: plan?.bytesRestored,
      ...(damage === undefined ? {} : { damage: countsOfWords(damage) }),
    }),
    card: cardFor('goes-back'),
    basis: { file: fileBasis(file), state: plan?.state },
    carryOut: async ({ host, ...work }) => {
      using _kept = store.use(job.id)
      const { before, after } = await host.run('undoRepair', { ...image, safetyCopy }, work)
      const checked = await checkAfter({ ...image, identity: after.identity }, { host, ...work })
      return {
        ...undoneWork(job, returns),
        before,
        after,
        stillWrong: checked?.health,
        keep: (subjects, { id, endedAt: at }) => {
          const { modifiedAt, length } = after
          if (checked === undefined) subjects.forgetCheck(imageId)
          else
            subjects.keepCheck(imageId, { jobId: id, at, ...checked, file: { modifiedAt, length } })
        },
      }
    },
  }
}

/** What the repair found wrong, in words; undefined where its record does not tell. */
function damageOf({ result }: Job): string | undefined {
  if (result?.kind !== 'change') return undefined
  const fact = result.facts.find(({ label }) => label === undoLabels.damageBefore)
  return fact !== undefined && 'text' in fact ? fact.text : undefined
}

async function planOfRepair(
  { image, safetyCopy }: { readonly image: Subject['image']; readonly safetyCopy: string },
  context: PlanContext,
) {
  try {
    const task = { ...image, safetyCopy }
    const { result: plan } = await context.host.run('planUndoRepair', task, context)
    return { plan, refusal: undefined }
  } catch (thrown) {
    const error = ImageError.from(thrown, { path: image.path })
    if (error.kind === 'cancelled') throw error
    const refusal: ImageErrorData = error.toJSON()
    return { plan: undefined, refusal }
  }
}

const cardFor = (overlays: OverlayEffect): CardFacts => ({
  makesFiles: false,
  check: { kind: 'does-not-matter' },
  overlays,
  tellsMachines: true,
  undo: undefined,
})
