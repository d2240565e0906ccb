import { throwIfAborted } from '../base/abort.ts'
import { unreachable } from '../base/assert.ts'
import { pow2 } from '../base/bits.ts'
import { word64 } from '../base/word64.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { completeSnapshots } from '../qcow2/amend/complete-snapshots.ts'
import { expandZeroClusters } from '../qcow2/amend/expand-zero-clusters.ts'
import { relayHeader } from '../qcow2/amend/relay-header.ts'
import { areaOfVersion } from '../qcow2/amend/version-header.ts'
import { autoclear, compatible } from '../qcow2/format/features.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { readyToChange } from '../qcow2/ready-to-change.ts'
import { Restructure } from '../qcow2/restructure/restructure.ts'
import { withHeader, writeHeaderFields } from '../qcow2/tables/header-store.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { AmendContext, AmendOptions, AmendPlan, AmendResult, AmendStep } from './amend-plan.ts'
import { mustBeStamped } from './image-stamp.ts'
import { planFor } from './plan-amend.ts'
import { requireQcow2 } from './require-qcow2.ts'

/**
 * Changes version, refcount width or lazy refcounts of an image that is there, its content unchanged.
 * Backing name, data file name and extensions we do not know survive.
 *
 * Cancel points: in each step until its switch, and between steps. The image is valid at each, with the
 * same content; `amend-cancelled` and `amend-stopped` say which steps are done. Throws as `planAmend`,
 * `file-in-use`, `plan-outdated`, and what the steps throw.
 */
export async function amendImage(
  host: WritingEnvironment,
  path: string,
  options: AmendOptions,
  { format, stamp, ...context }: AmendContext = {},
): Promise<AmendResult> {
  try {
    throwIfAborted(context.signal)
    await using file = await host.openForWriting(path)
    requireQcow2(file, format, 'amend-not-possible')
    if (stamp !== undefined) mustBeStamped(file, stamp)
    const before = file.size()
    const work = new AmendWork(file, context)
    const plan = await work.run(options)
    return { plan, fileLength: { before, after: file.size() } }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/** The steps of one amend, and which of them are done. */
class AmendWork {
  readonly #file: WritableFile
  readonly #context: OperationContext
  readonly #done: string[] = []

  constructor(file: WritableFile, context: OperationContext) {
    this.#file = file
    this.#context = context
  }

  async run(options: AmendOptions): Promise<AmendPlan> {
    const file = this.#file
    try {
      let area = readHeaderArea(file)
      const plan = await planFor(file, area, options, this.#context)
      for (const step of plan.steps) {
        throwIfAborted(this.#context.signal)
        area = await this.#take(step, area)
        this.#done.push(nameOf(step))
      }
      return plan
    } catch (error) {
      throw this.#inPart(error)
    }
  }

  async #take(step: AmendStep, area: HeaderArea): Promise<HeaderArea> {
    const file = this.#file
    switch (step.kind) {
      case 'rebuild-refcounts':
        return readyToChange(file, this.#context)
      case 'expand-zero-clusters':
        return expandZeroClusters(file, area, { ...this.#context, total: step.clusters })
      case 'complete-snapshots':
        return completeSnapshots(file, area, this.#context)
      case 'refcount-width': {
        const refcountOrder = Math.log2(step.to)
        const { signal, pause, onProgress } = this.#context
        const options = { refcounts: 'stored', refcountOrder, signal, pause, onProgress } as const
        using change = Restructure.begin(file, area, options)
        return await change.commit()
      }
      case 'version':
        return relayHeader(file, area, areaOfVersion(area, step.to))
      case 'lazy-refcounts':
        return this.#setLazy(area, step.to)
      default:
        return unreachable(step)
    }
  }

  async #setLazy(area: HeaderArea, isLazy: boolean): Promise<HeaderArea> {
    const { compatibleFeatures, autoclearFeatures } = area.header
    const { high, low } = compatibleFeatures
    const bit = pow2(compatible.lazyRefcounts)
    const others = low - (low % (2 * bit) >= bit ? bit : 0)
    const known = pow2(autoclear.bitmaps) + pow2(autoclear.dataFileRaw)
    const changed = withHeader(area, {
      compatibleFeatures: word64(high, others + (isLazy ? bit : 0)),
      // Bits that we do not know are cleared by every change (qcow2 specification, "autoclear_features").
      autoclearFeatures: word64(0, autoclearFeatures.low & known),
    })
    writeHeaderFields(this.#file, changed.header)
    await this.#file.flush()
    return changed
  }

  /** What an error means once something has been changed. */
  #inPart(thrown: unknown): ImageError {
    const error = ImageError.from(thrown)
    if (this.#done.length === 0) return error
    const reason = error.kind === 'cancelled' ? 'amend-cancelled' : 'amend-stopped'
    return new ImageError(reason, { found: this.#done.join(', ') }, { cause: error })
  }
}

function nameOf(step: AmendStep): string {
  switch (step.kind) {
    case 'rebuild-refcounts':
      return 'refcounts were rebuilt'
    case 'expand-zero-clusters':
      return 'zero clusters were written out'
    case 'complete-snapshots':
      return 'snapshots were given their disk size'
    case 'refcount-width':
      return `refcounts have ${step.to} bits`
    case 'version':
      return `the image has version ${step.to}`
    case 'lazy-refcounts':
      return `lazy refcounts are ${step.to ? 'on' : 'off'}`
    default:
      return unreachable(step)
  }
}
