import { ImageError, ProgressMeter, unreachable, type CheckResult } from '../../core/index.ts'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { JobProgress } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'
import type { PreflightLine } from '../../ipc/schemas/preflight.ts'
import { recordedRequestOf } from '../../ipc/schemas/recorded-request.ts'
import type { EngineHost, KnownImage } from '../jobs/engine-host.ts'
import { phasesOf } from '../jobs/job-phases.ts'
import type { JobSubjects } from '../jobs/job-subjects.ts'
import type {
  ActionWork,
  Agreed,
  NotBegun,
  Performed,
  PerformOptions,
  Task,
} from '../jobs/perform.ts'
import type { Draft } from './draft.ts'
import type { Planners } from './planners.ts'
import { cardOf } from './preflight/card.ts'
import { stopError } from './preflight/stop-error.ts'
import { lookAround } from './preflight/surroundings.ts'
import type { PlanContext, Subject, Target } from './subject.ts'
import { tokenOf } from './token.ts'

/** The library, as far as planning needs it. */
export interface PlannedImages extends JobSubjects {
  /** Throws `unknown-id`, `file-missing` and `outside-roots`. */
  locate(imageId: number): Promise<KnownImage>
  row(imageId: number): LibraryRow | undefined
  /** Images whose backing file this one is. */
  childrenOf(imageId: number): readonly LibraryRow[]
  /** Reads headers again, whichever file is there now. */
  refresh(imageIds: readonly number[]): Promise<void>
}

export interface PlanningParts {
  readonly images: PlannedImages
  readonly planners: Planners
  /** Threads that plan for windows; jobs plan on their own. */
  readonly host: EngineHost
  readonly now?: () => number
}

export interface ShownPlans {
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
  /** The last one is the answer. */
  readonly onPlan: (plan: ActionPlan) => void
}

interface ShownWork {
  readonly stop: () => void
  /** Nothing reads the image for it any more. */
  readonly ended: Promise<void>
}

/**
 * Plans actions and carries them out as they were planned. Nothing is done that was not shown: a plan has a token,
 * and what is carried out is planned again, from the files as they are then, and must have the same.
 */
export class Planning implements ActionWork {
  readonly #parts: PlanningParts
  /** Plans that are being made for windows, by image: each holds it as a reader. */
  readonly #shown = new Map<number, Set<ShownWork>>()
  /** Images that are being changed: a plan of one would hold it as a reader, and be out of date at its end. */
  readonly #changing = new Set<number>()
  readonly #now: () => number

  constructor(parts: PlanningParts) {
    this.#parts = parts
    this.#now = parts.now ?? Date.now
  }

  /**
   * Plans for a window: one plan or several, each better than the one before. Resolves with the last one.
   * Throws `plan-overtaken` when somebody begins to change the image meanwhile, and what planning throws.
   */
  async show(imageId: number, request: ImageAction, shown: ShownPlans): Promise<ActionPlan> {
    if (this.#changing.has(imageId)) throw this.#overtaken(imageId)
    const stopping = new AbortController()
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const work: ShownWork = { stop: () => stopping.abort(), ended }
    const works = this.#shown.get(imageId) ?? new Set()
    this.#shown.set(imageId, works.add(work))
    try {
      const signal = AbortSignal.any([shown.signal, stopping.signal])
      return await this.#show(imageId, request, { ...shown, signal })
    } catch (thrown) {
      const isOvertaken = stopping.signal.aborted && !shown.signal.aborted
      throw isOvertaken ? this.#overtaken(imageId) : thrown
    } finally {
      works.delete(work)
      if (works.size === 0) this.#shown.delete(imageId)
      end()
    }
  }

  async #show(
    imageId: number,
    request: ImageAction,
    { signal, onProgress, onPlan }: ShownPlans,
  ): Promise<ActionPlan> {
    const meter = new ProgressMeter(undefined, phasesOf(request))
    const context: PlanContext = {
      host: this.#parts.host,
      purpose: 'show',
      signal,
      onEvent: (progress) => onProgress(meter.measure(progress)),
    }
    const target = this.#targetOf(imageId, context)
    // Drafts are shown in their order, though looking around takes a moment.
    let shown: Promise<unknown> = Promise.resolve()
    const show = (draft: Draft): Promise<ActionPlan> => {
      const plan = shown.then(() => this.#planOf(draft, request, target))
      shown = plan.then((made) => {
        if (!signal.aborted) onPlan(made)
      })
      shown.catch(() => undefined)
      return plan
    }
    const showEarly = (early: Draft): void => {
      // Its failure is the last one's as well, which is waited for.
      show(early).catch(() => undefined)
    }
    const drafted = await this.#draft(target, request, context, showEarly)
    const draft = await judged(drafted, target, context, showEarly)
    draft.keep?.(this.#parts.images, this.#now())
    const plan = await show(draft)
    await shown
    return plan
  }

  /**
   * Does what a person agreed to, or what a batch does without asking. Throws `plan-missing` without either,
   * `plan-outdated` when it would be another plan, why it cannot be done, and what doing it throws.
   */
  async carryOut(
    task: Task & { readonly request: ImageAction },
    host: EngineHost,
    options: PerformOptions,
  ): Promise<Performed | NotBegun> {
    const { imageId } = task
    // The queue does one thing at a time with an image.
    this.#changing.add(imageId)
    try {
      return await this.#carryOut(task, host, options)
    } finally {
      this.#changing.delete(imageId)
    }
  }

  async #carryOut(
    { jobId, imageId, request, agreed }: Task & { readonly request: ImageAction },
    host: EngineHost,
    { signal, hold, onEvent }: PerformOptions,
  ): Promise<Performed | NotBegun> {
    const { images } = this.#parts
    const path = images.row(imageId)?.path ?? `image ${imageId}`
    if (agreed === undefined) throw new ImageError('plan-missing', { path })
    await this.#endShown(imageId)
    const context: PlanContext = { host, purpose: 'do', signal, hold, onEvent }
    const target = this.#targetOf(imageId, context)
    const drafted = await this.#draft(target, request, context)
    // A plan that was shown was judged then, and its token says that the file is the same.
    const draft = agreed.kind === 'plan' ? drafted : await judged(drafted, target, context)
    const card = await this.#cardOf(draft, target)
    mustBeAgreed(tokenFor(request, draft), agreed, path)
    const hindrance =
      stopError(card, path) ??
      consentError(draft) ??
      (agreed.kind === 'batch' ? lossError(draft, path) : undefined)
    if (hindrance !== undefined) {
      if (agreed.kind === 'plan') throw hindrance
      const { title, detail } = hindrance.explanation
      const isInUse = hindrance.reason === 'file-in-use'
      return { kind: 'skipped', reason: `${title}. ${detail}`, isInUse }
    }
    try {
      const isLookedAt = agreed.kind === 'plan'
      const done = await draft.carryOut({ host, jobId, signal, hold, onEvent, isLookedAt })
      return {
        kind: 'done',
        result: {
          kind: 'change',
          facts: [...done.facts],
          ...(done.undo === undefined ? {} : { undo: done.undo }),
          ...(done.stillWrong === undefined || done.stillWrong === 'healthy'
            ? {}
            : { stillWrong: done.stillWrong }),
          ...(done.leaksMended === undefined ? {} : { leaksMended: done.leaksMended }),
          ...(done.pictures === undefined ? {} : { pictures: done.pictures }),
        },
        summary: done.summary,
        outcome: done.outcome ?? 'ok',
        path: done.path ?? path,
        before: done.before,
        after: done.after,
        keep: done.keep ?? (() => undefined),
      }
    } finally {
      // Also when it stopped half way: what it left behind is what the row must show. That the row could not be read
      // again changes nothing about the image; the next look at its folder makes up for it.
      await images.refresh([imageId]).catch(() => undefined)
    }
  }

  #overtaken(imageId: number): ImageError {
    const path = this.#parts.images.row(imageId)?.path
    return new ImageError('plan-overtaken', path === undefined ? {} : { path })
  }

  /** A plan may be agreed to while a better one is still being made: its reader must not hinder the work. */
  async #endShown(imageId: number): Promise<void> {
    const works = [...(this.#shown.get(imageId) ?? [])]
    for (const { stop } of works) stop()
    await Promise.all(works.map(({ ended }) => ended))
  }

  /** Looked at once, when somebody wants to know. */
  #targetOf(imageId: number, context: PlanContext): Target {
    let looked: Promise<Subject> | undefined
    return {
      imageId,
      path: this.#parts.images.row(imageId)?.path,
      look: () => (looked ??= this.#lookAt(imageId, context)),
    }
  }

  async #lookAt(imageId: number, { host, signal }: PlanContext): Promise<Subject> {
    const { images } = this.#parts
    const image = await images.locate(imageId)
    const { result: use, before: file } = await host.run('use', image, { signal })
    const row = images.row(imageId)
    if (row === undefined) throw new ImageError('unknown-id', { field: 'image', id: `${imageId}` })
    const children = row.childCount === 0 ? [] : images.childrenOf(imageId)
    const contentOf = (row.dataFileOf ?? []).flatMap((id) => images.row(id) ?? [])
    return { imageId, image, row, use, file, children, contentOf }
  }

  /** Each kind's own planner; the compiler sees that none is missing. */
  async #draft(
    target: Target,
    request: ImageAction,
    context: PlanContext,
    onDraft: (draft: Draft) => void = () => undefined,
  ): Promise<Draft> {
    const { planners } = this.#parts
    switch (request.kind) {
      case 'resize':
        return planners.resize(await target.look(), request, context, onDraft)
      case 'compact':
        return planners.compact(await target.look(), request, context, onDraft)
      case 'repair':
        return planners.repair(await target.look(), request, context, onDraft)
      case 'snapshot':
        return planners.snapshot(await target.look(), request, context, onDraft)
      case 'relink':
        return planners.relink(await target.look(), request, context, onDraft)
      case 'rename':
        return planners.rename(await target.look(), request, context, onDraft)
      case 'move':
        return planners.move(await target.look(), request, context, onDraft)
      case 'trash':
        return planners.trash(await target.look(), request, context, onDraft)
      case 'remove':
        return planners.remove(target, request, context, onDraft)
      case 'undo':
        return planners.undo(target, request, context, onDraft)
      default:
        return unreachable(request)
    }
  }

  async #planOf(draft: Draft, request: ImageAction, target: Target): Promise<ActionPlan> {
    const preflight = await this.#cardOf(draft, target)
    return {
      token: tokenFor(request, draft),
      madeAt: this.#now(),
      allowed:
        draft.hasEffect &&
        draft.consent === undefined &&
        preflight.every(({ tone }) => tone !== 'stop'),
      preflight: [...preflight],
      detail: draft.detail,
    }
  }

  async #cardOf(
    { card, refusals }: Pick<Draft, 'card' | 'refusals'>,
    target: Target,
  ): Promise<readonly PreflightLine[]> {
    if ('lines' in card) return card.lines
    const subject = await target.look()
    const surroundings = await lookAround(subject.image.path, card)
    return cardOf({ card, refusals }, subject, surroundings, this.#now())
  }
}

/**
 * A change that needs sound tables is not offered on the word of a check that is older than the file: a quick one is
 * made first.
 */
async function judged(
  draft: Draft,
  target: Target,
  { host, signal, hold }: PlanContext,
  onDraft: (draft: Draft) => void = () => undefined,
): Promise<Draft> {
  const { card } = draft
  if ('lines' in card || card.check.kind !== 'must-be-sound') return draft
  const { row, use, image } = await target.look()
  const isKnown = row.lastCheckAt !== undefined && !row.healthStale
  if (isKnown || row.format !== 'qcow2' || use.state === 'writing') return draft
  onDraft(draft)
  const task = { ...image, depth: 'metadata' as const }
  const { result, before: file } = await host.run('check', task, { signal, hold })
  const { health } = result
  return {
    ...draft,
    card: { ...card, check: { kind: 'judged', health } },
    // What a plan found out is as good as what a check of its own would.
    keep: (subjects, at) => {
      draft.keep?.(subjects, at)
      subjects.keepCheck(target.imageId, {
        at,
        health,
        fragmentation: fragmentationOf(result),
        file,
      })
    },
  }
}

/** The share of the used clusters that lie out of order. */
const fragmentationOf = ({ clusters: { allocated, fragmented } }: CheckResult): number =>
  allocated === 0 ? 0 : Math.min(1, fragmented / allocated)

const tokenFor = (request: ImageAction, { basis }: Draft): string =>
  tokenOf({ request: recordedRequestOf(request), basis })

function mustBeAgreed(token: string, agreed: Agreed, path: string): void {
  if (agreed.kind === 'batch' || agreed.token === token) return
  throw new ImageError('plan-outdated', {
    path,
    field: 'image, or what would be done to it,',
    expected: `plan ${agreed.token.slice(0, 8)}`,
    found: `plan ${token.slice(0, 8)}`,
  })
}

const consentError = ({ consent }: Draft): ImageError | undefined =>
  consent && ImageError.fromJSON(consent)

const lossError = ({ loses }: Draft, path: string): ImageError | undefined =>
  loses === undefined ? undefined : new ImageError('plan-consent-missing', { path, found: loses })
