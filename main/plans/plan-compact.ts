import path from 'node:path'
import {
  tellOfCompaction,
  type CompactMode,
  type CompactPlan,
  type CompactResult,
  type ModePlan,
} from '../../core/index.ts'
import type { ActionOf } from '../../ipc/schemas/action.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import type { Measured } from '../jobs/engine-host.ts'
import { allocationOf, picturesOf } from './allocation-pictures.ts'
import { checkAfter } from './check-after.ts'
import type { DoneWork, Draft, WorkContext } from './draft.ts'
import type { KeptCompactPlans } from './kept-compact-plans.ts'
import type { Planner } from './planners.ts'
import type { Subject } from './subject.ts'

type Parameters = ActionOf<'compact'>['parameters']

/**
 * Gives space back. Shown at once from the tables alone; then with a sample of the content, which tells about how
 * much of it is zero, and then exactly. To be done, a sample is enough: the work finds the zeroes itself.
 */
export const compactPlanner =
  (kept: KeptCompactPlans): Planner<'compact'> =>
  async (subject, { parameters }, context, onDraft) => {
    const known = kept.find(subject)
    if (known !== undefined) return draftOf(subject, known, parameters)
    const planned = async (scan: 'none' | 'sampled' | 'whole'): Promise<CompactPlan> =>
      (await context.host.run('planCompact', { ...subject.image, scan }, context)).result
    if (context.purpose === 'do') return draftOf(subject, await planned('sampled'), parameters)
    onDraft(draftOf(subject, await planned('none'), parameters))
    const sampled = await planned('sampled')
    // Of what little there is, a sample may be all.
    const isWhole = sampled.scan.kind === 'whole'
    if (!isWhole) onDraft(draftOf(subject, sampled, parameters))
    const whole = isWhole ? sampled : await planned('whole')
    kept.keep(subject, whole)
    return draftOf(subject, whole, parameters)
  }

function draftOf(subject: Subject, plan: CompactPlan, parameters: Parameters): Draft {
  const { image, row } = subject
  const { mode, compress: compression = 'none' } = parameters
  const picked = mode === 'auto' ? plan.auto?.mode : mode
  // Where nothing is picked, what says best why: nothing is gained, or it is refused.
  const chosen = plan.modes[picked ?? (plan.format === 'raw' ? 'punch' : 'in-place')]
  const { proofRefusal } = plan
  const { leakedBytes } = plan.causes
  const health = row.health === 'dirty' ? 'dirty' : leakedBytes > 0 ? 'leaks' : 'healthy'
  return {
    detail: detailOf(plan),
    refusals: [...chosen.refusals, ...(proofRefusal === undefined ? [] : [proofRefusal])],
    consent: undefined,
    // How much compression spares, no plan knows.
    hasEffect: picked !== undefined && (chosen.gains || compression !== 'none'),
    card: {
      makesFiles: picked === 'rewrite',
      check: { kind: 'judged', health },
      space: { folder: path.dirname(image.path), bytes: chosen.temporaryBytes },
      snapshots: { count: plan.kept.snapshots, lost: 0 },
      overlays: 'none',
      tellsMachines: false,
      undo: { undo: 'not-needed', because: { kind: 'same-content' } },
      seconds: chosen.estimatedSeconds,
    },
    basis: { stamp: plan.stamp, dataFile: plan.dataFile?.stamp },
    carryOut: (work) => compactAsPlanned(subject, { plan, mode, compression }, work),
    keep: (subjects, at) => {
      const file = { modifiedAt: subject.file.modifiedAt, length: subject.file.length }
      subjects.keepReclaimable(subject.imageId, {
        bytes: reclaimableOf(plan),
        at,
        isExact: plan.scan.kind === 'whole',
        file,
      })
      // What the card says of the tables, the row says as well; a check that is not stale knows more.
      const isNews = row.lastCheckAt === undefined || row.healthStale
      if (isNews && row.format === 'qcow2' && health !== 'dirty' && chosen.refusals.length === 0) {
        subjects.keepCheck(subject.imageId, { at, health, file })
      }
    },
  }
}

interface Compacting {
  readonly plan: CompactPlan
  readonly mode: CompactMode | 'auto'
  readonly compression: 'none' | 'zlib' | 'zstd'
}

async function compactAsPlanned(
  { image, imageId, row }: Subject,
  compacting: Compacting,
  { host, isLookedAt, ...work }: WorkContext,
): Promise<DoneWork> {
  const stored = isLookedAt ? await allocationOf(image, { host, ...work }) : undefined
  const measured = await host.run('compact', { ...image, ...compacting }, work)
  const { result, before, after } = measured
  const isChanged = result.outcome === 'compacted' && row.format === 'qcow2'
  const left = { ...image, identity: after.identity }
  const checked = isChanged ? await checkAfter(left, { host, ...work }) : undefined
  // It is done: that somebody stops it now takes only the picture.
  const now =
    stored === undefined || result.outcome !== 'compacted'
      ? undefined
      : await allocationOf(left, { host, ...work }).catch(() => undefined)
  return {
    ...tellOfCompaction({ result }),
    before,
    after,
    outcome: result.outcome === 'nothing-to-do' ? 'nothing' : 'ok',
    pictures: picturesOf(stored, now),
    keep: (subjects, { id, endedAt: at }) => {
      const file = { modifiedAt: after.modifiedAt, length: after.length }
      const sha256 = provedDigest(measured)
      if (sha256 !== undefined) subjects.keepHash(imageId, { jobId: id, at, sha256, file })
      subjects.keepReclaimable(imageId, { bytes: 0, at, isExact: true, file })
      if (now !== undefined) subjects.keepAllocation(imageId, { summary: now, mappedAt: at, file })
      if (checked !== undefined) subjects.keepCheck(imageId, { jobId: id, at, ...checked, file })
    },
  }
}

/** The proof is the digest of the whole content, where it was made that way. */
function provedDigest({ result }: Measured<CompactResult>): string | undefined {
  const { digestOf, proofDigest, states } = result.receipt
  if (digestOf !== 'content' || proofDigest !== 'sha256') return undefined
  return states.find(({ snapshot }) => snapshot === undefined)?.sha256.after
}

/** By what compacting would do unasked. */
function reclaimableOf({ before, auto, modes }: CompactPlan): number {
  const after = auto === undefined ? undefined : modes[auto.mode].after
  if (after === undefined) return 0
  const freed =
    before.allocatedBytes === undefined || after.allocatedBytes === undefined
      ? before.fileLength - after.fileLength
      : before.allocatedBytes - after.allocatedBytes
  return Math.max(0, freed)
}

function detailOf(plan: CompactPlan): PlanOf<'compact'> {
  const { format, before, causes, modes, auto, kept, scan } = plan
  return {
    kind: 'compact',
    format,
    before,
    causes: {
      ...(causes.zeroBytes === undefined ? {} : { zeroBytes: causes.zeroBytes }),
      zeroMarginBytes: causes.zeroMarginBytes,
      leakedBytes: causes.leakedBytes,
      holeBytes: causes.holeBytes,
      tailBytes: causes.tailBytes,
      snapshotOnlyBytes: causes.snapshotOnlyBytes,
    },
    modes: {
      'in-place': modeOf(modes['in-place']),
      punch: modeOf(modes.punch),
      rewrite: modeOf(modes.rewrite),
      zeroes: modeOf(modes.zeroes),
    },
    ...(auto === undefined ? {} : { auto: { mode: auto.mode, because: auto.because } }),
    kept: {
      snapshots: kept.snapshots,
      bitmaps: kept.bitmaps,
      ...(kept.backingFile === undefined ? {} : { backingFile: kept.backingFile }),
    },
    scan: scan.kind,
  }
}

const modeOf = ({
  allowed,
  refusals,
  after,
  isExact,
  moved,
  temporaryBytes,
  estimatedSeconds,
  gains,
  notes,
}: ModePlan): PlanOf<'compact'>['modes']['punch'] => ({
  allowed,
  refusals: [...refusals],
  ...(after === undefined ? {} : { after }),
  isExact,
  movedBytes: moved.bytes,
  temporaryBytes,
  ...(estimatedSeconds === undefined ? {} : { estimatedSeconds }),
  gains,
  notes: [...notes],
})
