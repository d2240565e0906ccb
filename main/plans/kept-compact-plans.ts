import type { CompactPlan } from '../../core/index.ts'
import type { FileFacts } from '../jobs/engine-host.ts'
import type { Subject } from './subject.ts'

/** Images whose plans are kept; a plan is a few kilobytes. */
const mostImages = 8

/**
 * The last plans that looked at all of an image: whoever chooses another mode, or starts what was planned, does not
 * have everything read again. A plan is for every mode, and true as long as the file is the same.
 */
export class KeptCompactPlans {
  readonly #plans = new Map<number, { readonly plan: CompactPlan; readonly file: FileFacts }>()

  find({ imageId, file }: Pick<Subject, 'imageId' | 'file'>): CompactPlan | undefined {
    const kept = this.#plans.get(imageId)
    if (kept === undefined || !isSame(kept.file, file)) return undefined
    return kept.plan
  }

  /** Not kept: what hung on somebody who used the image then, or on other files, which may come or change. */
  keep({ imageId, file, use }: Subject, plan: CompactPlan): void {
    this.#plans.delete(imageId)
    const isHeld = use.state === 'reading' || use.state === 'writing'
    const hangsOnOthers = plan.dataFile !== undefined || plan.proofRefusal !== undefined
    if (isHeld || hangsOnOthers || plan.scan.kind !== 'whole') return
    const [oldest] = this.#plans.keys()
    if (this.#plans.size >= mostImages && oldest !== undefined) this.#plans.delete(oldest)
    this.#plans.set(imageId, { plan, file })
  }
}

const isSame = (one: FileFacts, other: FileFacts): boolean =>
  one.identity === other.identity &&
  one.length === other.length &&
  one.modifiedAt === other.modifiedAt &&
  one.onDisk === other.onDisk
