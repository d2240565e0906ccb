import path from 'node:path'
import {
  dataLossSteps,
  ImageError,
  tellOfRepair,
  type DataLossStep,
  type DiskLayout,
  type LostRange,
  type RepairPlan,
  type RepairResult,
} from '../../core/index.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import type { JobOutcome } from '../jobs/job-summary.ts'
import type { DoneWork, Draft, WorkContext } from './draft.ts'
import type { Planner } from './planners.ts'
import { placeOfCopy, planCopy, repairCopyAsPlanned, type RepairCopyParts } from './repair-copy.ts'
import type { PlanContext, Subject } from './subject.ts'

/** Puts tables right, those of the image or of a copy; what loses data is done only when it was agreed to by name. */
export const repairPlanner =
  (parts: RepairCopyParts): Planner<'repair'> =>
  async (subject, { parameters }, context) => {
    const { mode, allow = [], copyTo } = parameters
    const consent = allow.map(stepOf)
    const to = copyTo && (await placeOfCopy(parts, subject.image.path, copyTo))
    const task = { ...subject.image, mode, consent }
    const { result: plan } = await context.host.run('planRepair', task, context)
    const detail = detailOf(plan, await layoutFor(plan, subject, context))
    const draft = ofImage(subject, { plan, consent }, detail)
    if (to === undefined) return draft
    const copy = await planCopy(subject, to, plan, context)
    return {
      ...draft,
      detail: { ...detail, safetyCopyBytes: 0, copy: { path: to, bytes: copy.bytes } },
      // The image keeps what the copy gives up.
      loses: undefined,
      card: { lines: copy.lines },
      basis: { stamp: plan.stamp, digest: plan.digest, to },
      carryOut: (work) => repairCopyAsPlanned(parts, subject, { plan, consent, to }, work),
    }
  }

interface Planned {
  readonly plan: RepairPlan
  readonly consent: readonly DataLossStep[]
}

function ofImage(subject: Subject, { plan, consent }: Planned, detail: PlanOf<'repair'>): Draft {
  const { image } = subject
  const isWritten = plan.steps.some(({ included }) => included)
  return {
    detail,
    refusals: [],
    consent: undefined,
    loses: lossOf(plan),
    hasEffect: isWritten,
    card: {
      makesFiles: isWritten,
      check: { kind: 'mended', health: plan.before.health },
      space: { folder: path.dirname(image.path), bytes: plan.safetyCopyBytes },
      overlays: plan.steps.some(({ included, losesData }) => included && losesData)
        ? 'repaired'
        : 'none',
      tellsMachines: false,
      undo: { undo: 'while-unchanged', keptBytes: plan.safetyCopyBytes },
    },
    basis: { stamp: plan.stamp, digest: plan.digest },
    carryOut: (work) => repairAsPlanned(subject, { plan, consent }, work),
  }
}

async function repairAsPlanned(
  { image, imageId }: Subject,
  { plan, consent }: Planned,
  { host, ...work }: WorkContext,
): Promise<DoneWork> {
  const task = { ...image, plan, consent, safetyCopyFolder: undefined }
  const { result, before, after } = await host.run('repair', task, work)
  const mended = plan.before.leaks - result.after.leaks
  return {
    ...tellOfRepair({ plan, result }),
    before,
    after,
    stillWrong: result.after.health,
    ...(mended > 0 && { leaksMended: mended }),
    outcome: outcomeOf(result),
    // What is there afterwards was checked as part of the repair.
    keep: (subjects, { id, endedAt }) =>
      subjects.keepCheck(imageId, {
        jobId: id,
        at: endedAt,
        health: result.after.health,
        file: { modifiedAt: after.modifiedAt, length: after.length },
      }),
  }
}

/** What is still damaged is neither done nor nothing: somebody has to see to it. */
function outcomeOf({ after, safetyCopy }: RepairResult): JobOutcome {
  if (after.health === 'needs-repair' || after.health === 'damaged') return 'damaged'
  return safetyCopy === undefined ? 'nothing' : 'ok'
}

function lossOf({ steps }: RepairPlan): string | undefined {
  const losing = steps.filter(({ included, losesData }) => included && losesData)
  if (losing.length === 0) return undefined
  return `What the steps ${losing.map(({ name }) => name).join(', ')} give up`
}

/** Throws `invalid-argument`. */
function stepOf(word: string): DataLossStep {
  const step = dataLossSteps.find((name) => name === word)
  if (step !== undefined) return step
  throw new ImageError('invalid-argument', {
    field: 'The step',
    expected: `one of ${dataLossSteps.join(', ')}`,
    found: `"${word}"`,
  })
}

/** For naming the partition that loses something; a picture that cannot be had is no reason not to repair. */
async function layoutFor(
  { steps }: RepairPlan,
  { image }: Subject,
  { host, signal }: PlanContext,
): Promise<DiskLayout | undefined> {
  if (steps.every(({ lost }) => lost.length === 0)) return undefined
  try {
    return await host.run('disk', image, { signal })
  } catch (error) {
    if (ImageError.from(error).kind === 'cancelled') throw error
    return undefined
  }
}

function detailOf(plan: RepairPlan, layout: DiskLayout | undefined): PlanOf<'repair'> {
  const { before, after, findings, remaining, steps, writes } = plan
  return {
    kind: 'repair',
    before: countsOf(before),
    after: countsOf(after),
    findings: [...findings],
    remaining: [...remaining],
    steps: steps.map(({ lost, ...step }) => ({
      ...step,
      lost: lost.map((range) => lostRange(range, layout)),
    })),
    writes: [...writes],
    writesOmitted: plan.writesOmitted,
    bytesWritten: plan.bytesWritten,
    safetyCopyBytes: plan.safetyCopyBytes,
  }
}

const countsOf = ({ health, corruptions, leaks, checkErrors, warnings }: RepairPlan['before']) => ({
  health,
  corruptions,
  leaks,
  checkErrors,
  warnings,
})

function lostRange({ start, length, snapshot }: LostRange, layout: DiskLayout | undefined) {
  // A snapshot may have had another table of partitions.
  const partition =
    snapshot === undefined
      ? layout?.partitions.find((each) => start >= each.start && start < each.end)?.number
      : undefined
  return {
    start,
    length,
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(partition === undefined ? {} : { partition }),
  }
}
