import type { Reason } from '../errors/catalogue.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { RawImage } from '../image/raw-image.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { contentSource } from './byte-source.ts'
import { holdForCompacting, type HeldImage } from './compact-hold.ts'
import type { AutoReason, CompactMode, CompactPlan, FileExtent } from './compact-plan.ts'
import { mustBeSame, type Proof } from './compact-proof.ts'
import { compactQcow2, type WorkDone } from './compact-qcow2.ts'
import { emptyReceipt, receiptOf } from './compact-receipt.ts'
import { compactByRewriting } from './compact-rewrite.ts'
import type { CompactReceipt, CompactResult } from './compact-result.ts'
import type { StateDigest } from './content-proof.ts'
import { digestOf } from './digest.ts'
import { extentOf } from './file-extent.ts'
import type { Host } from './host.ts'
import { mustBeStamped } from './image-stamp.ts'
import { proofHasher } from './proof-digest.ts'
import { punchRaw } from './punch-raw.ts'

export interface CompactOptions extends OperationContext {
  /** Default `auto`: what the plan picks. */
  readonly mode?: CompactMode | 'auto' | undefined
  /** Whether the content of every state is compared before and after; default true. */
  readonly verify?: boolean | undefined
  /** Nothing is flushed before the end: a power cut on the way may lose the image. Default false. */
  readonly unsafeBuffering?: boolean | undefined
  /** For `rewrite`; default `none`: what is compressed stays so, and nothing else becomes it. */
  readonly compression?: 'none' | 'zlib' | 'zstd' | undefined
  /** For `rewrite`: a second name for the original file, which must be free; default: it is removed. */
  readonly keepOriginalAs?: string | undefined
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
}

/**
 * Gives space back as a plan of `planCompact` says, with the image held as QEMU's writers do, and proves by
 * digests that the content of the active state and of every snapshot is the same. Where nothing is gained
 * nothing is written.
 *
 * A cancel is heard everywhere, and so is a pause. Whatever stops it leaves a valid image with the same
 * content (docs/COMPACTION.md); once something was written, `compact-cancelled` and `compact-stopped` say
 * so. Throws the refusal of the plan, `plan-outdated` when the image is another one, what holding it throws,
 * `contradictions-found`, `content-differs` and `compact-check-failed`.
 */
export async function compactImage(
  host: Host & ExchangingEnvironment,
  path: string,
  planned: CompactPlan,
  options: CompactOptions = {},
): Promise<CompactResult> {
  const startedAt = Date.now()
  // Stamped for the image that is named now, whatever name it was planned under.
  const plan = { ...planned, path: host.paths.resolve('', path) }
  try {
    const choice = chosenMode(plan, options)
    if (choice === undefined) {
      await using file = await host.openFile(plan.path)
      mustBeStamped(file, plan.stamp)
      return nothingToDo(plan, file, startedAt)
    }
    try {
      return await compactBy(host, plan, choice, { ...options, startedAt })
    } catch (error) {
      const second = withoutHoles(plan, choice, error)
      if (second === undefined) throw error
      return await compactBy(host, plan, second, { ...options, startedAt })
    }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

interface Choice {
  readonly mode: CompactMode
  readonly because: AutoReason | undefined
}

/** undefined: nothing is to be gained. Throws why what was asked for is refused. */
function chosenMode(
  plan: CompactPlan,
  { mode = 'auto', verify = true, compression = 'none', keepOriginalAs }: CompactOptions,
): Choice | undefined {
  const isRewrite = mode === 'rewrite'
  if (!isRewrite && (compression !== 'none' || keepOriginalAs !== undefined)) {
    throw new ImageError('invalid-argument', {
      path: plan.path,
      field: compression === 'none' ? 'keepOriginalAs' : 'compression',
      expected: 'the mode "rewrite" with it',
      found: `the mode "${mode}"`,
    })
  }
  const asked: Choice | undefined = mode === 'auto' ? plan.auto : { mode, because: undefined }
  if (asked === undefined) {
    // What nobody may do is not the same as what nobody has to do.
    const best = plan.modes[plan.format === 'raw' ? 'punch' : 'in-place']
    mustBeAllowed(best)
    return undefined
  }
  const chosen = plan.modes[asked.mode]
  mustBeAllowed(chosen)
  if (verify && plan.proofRefusal !== undefined) throw ImageError.fromJSON(plan.proofRefusal)
  // How much compression spares, no plan knows.
  return chosen.gains || compression !== 'none' ? asked : undefined
}

/** What `auto` picks where it has turned out that holes cannot be made; nothing was changed by then. */
function withoutHoles(
  { modes }: CompactPlan,
  { mode, because }: Choice,
  error: unknown,
): Choice | undefined {
  const isTold = error instanceof ImageError && error.reason === 'punch-unsupported'
  if (!isTold || mode !== 'punch' || because === undefined) return undefined
  const { allowed, gains } = modes['in-place']
  return allowed && gains ? { mode: 'in-place', because: 'host-makes-no-holes' } : undefined
}

function mustBeAllowed({ refusals: [refusal] }: CompactPlan['modes'][CompactMode]): void {
  if (refusal !== undefined) throw ImageError.fromJSON(refusal)
}

async function compactBy(
  host: Host & ExchangingEnvironment,
  plan: CompactPlan,
  choice: Choice,
  options: CompactOptions & { readonly startedAt: number },
): Promise<CompactResult> {
  const { verify = true, links, unsafeBuffering, signal } = options
  const held = await holdForCompacting(host, plan, {
    withBacking: verify,
    links,
    unsafeBuffering,
    signal,
  })
  let result: CompactResult
  try {
    result = await workOn(host, held, plan, choice, options)
  } catch (error) {
    // What was put off: whoever cancels does not expect a power cut an hour later to take the image.
    if (held.isChanged()) await held.settle().catch(() => undefined)
    // Closing may fail for the same reason: what went wrong first is what counts.
    await held.close().catch(() => undefined)
    throw inPart(error, held)
  }
  await held.close().catch((error: unknown) => {
    throw inPart(error, held)
  })
  return result
}

async function workOn(
  host: Host & ExchangingEnvironment,
  held: HeldImage,
  plan: CompactPlan,
  { mode, because }: Choice,
  options: CompactOptions & { readonly startedAt: number },
): Promise<CompactResult> {
  const { verify = true, unsafeBuffering = false, startedAt } = options
  const { signal, pause, onProgress } = options
  const task = { scan: plan.scan.kind, verify, signal, pause, onProgress }
  const before = extentOf(held.image.file)
  const { path } = plan
  if (mode === 'rewrite') {
    const { compression = 'none', keepOriginalAs } = options
    const rewriting = { ...task, path, compression, keepOriginalAs }
    const done = await compactByRewriting(host, held, rewriting)
    // The new file is flushed like any other: the old one is only read.
    const receipt = receiptOf(held, done, { verify, unsafeBuffering: false, startedAt })
    return {
      ...resultOf(plan, held, { before, after: done.extent, receipt }),
      mode,
      because,
      originalKeptAs: done.keptAs,
    }
  }
  const done =
    held.area === undefined
      ? await compactRaw(host, held, task)
      : await compactQcow2(host, held, { ...task, mode })
  if (!held.isChanged()) return nothingToDo(plan, held.image.file, startedAt)
  const peakExtraBytes = Math.max(done.peakExtraBytes, plan.modes[mode].temporaryBytes)
  const facts = { verify, unsafeBuffering, startedAt }
  const receipt = receiptOf(held, { ...done, peakExtraBytes }, facts)
  const after = extentOf(held.image.file)
  return { ...resultOf(plan, held, { before, after, receipt }), mode, because }
}

/** Makes holes of the zeroes of a raw image, with the proof around it. */
async function compactRaw(
  host: Host,
  held: HeldImage,
  { verify, ...context }: OperationContext & { readonly verify: boolean },
): Promise<WorkDone & Proof> {
  const { file } = held.image
  const image = new RawImage(file)
  const digests = async (phase: string): Promise<readonly StateDigest[]> => {
    if (!verify) return []
    const sha256 = await digestOf(contentSource(image), proofHasher(host, held.proofDigest), {
      ...context,
      onProgress: (progress) => context.onProgress?.({ ...progress, phase }),
    })
    return [{ snapshot: undefined, sha256, bytes: image.virtualSize, vmStateSha256: undefined }]
  }
  const before = await digests('hash-before')
  const { zeroBytes, punchedBytes } = await punchRaw(file, context)
  await held.settle()
  const after = held.isChanged() ? await digests('hash-after') : before
  mustBeSame(file.name, { before, after })
  return {
    before,
    after,
    zeroBytes,
    punchedBytes,
    movedBytes: 0,
    leakedBytes: 0,
    peakExtraBytes: 0,
  }
}

const resultOf = (
  { path, dataFile }: CompactPlan,
  held: HeldImage,
  {
    before,
    after,
    receipt,
  }: {
    readonly before: FileExtent
    readonly after: FileExtent
    readonly receipt: CompactReceipt
  },
): Omit<CompactResult, 'mode' | 'because'> => ({
  path,
  outcome: 'compacted',
  advice: undefined,
  before,
  after,
  dataFile: held.dataFile &&
    dataFile && {
      path: dataFile.path,
      before: dataFile.before,
      after: extentOf(held.dataFile.file),
    },
  originalKeptAs: undefined,
  receipt,
})

function nothingToDo(plan: CompactPlan, file: BlockFile, startedAt: number): CompactResult {
  const extent = extentOf(file)
  return {
    path: plan.path,
    outcome: 'nothing-to-do',
    mode: undefined,
    because: undefined,
    advice: 'discard-in-guest',
    before: extent,
    after: extent,
    dataFile: plan.dataFile && {
      path: plan.dataFile.path,
      before: plan.dataFile.before,
      after: plan.dataFile.before,
    },
    originalKeptAs: undefined,
    receipt: emptyReceipt(startedAt),
  }
}

const saysItself: ReadonlySet<Reason> = new Set([
  'content-differs',
  'compact-check-failed',
  'compact-cancelled',
  'compact-stopped',
])

/** What an error means once something was written: the image is whole all the same. */
function inPart(thrown: unknown, held: HeldImage): ImageError {
  const error = ImageError.from(thrown)
  if (!held.isChanged() || saysItself.has(error.reason)) return error
  const reason = error.kind === 'cancelled' ? 'compact-cancelled' : 'compact-stopped'
  return new ImageError(reason, { found: error.explanation.title }, { cause: error })
}
