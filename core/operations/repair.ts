import { throwIfAborted } from '../base/abort.ts'
import type { Reason } from '../errors/catalogue.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { checkOutcome } from '../qcow2/repair/check-outcome.ts'
import type { PlannedWrite } from '../storage/planned-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Host } from './host.ts'
import { mustBeStamped } from './image-stamp.ts'
import { countsOf, prepareRepair, type PreparedRepair } from './plan-repair.ts'
import type { DataLossStep, RepairPlan, RepairResult } from './repair-plan.ts'
import { describeCopy, writeSafetyCopy } from './safety-copy.ts'
import { restoreImage } from './undo-repair.ts'

export interface RepairOptions extends OperationContext {
  /** The data-loss steps of the plan that the person agreed to, by name; default none. */
  readonly consent?: readonly DataLossStep[] | undefined
  /** Folder for the safety copy; default: beside the image. */
  readonly safetyCopyFolder?: string | undefined
  /**
   * Flushes the image once, at the end. A power cut before that may leave tables without what they refer
   * to; the safety copy, which is always flushed, takes that back.
   */
  readonly unsafeBuffering?: boolean | undefined
}

/** Safety copies of one image. */
const maxCopies = 10_000

/**
 * Carries out a plan of `planRepair`: holds the image as a writer, plans again (the image must be the one
 * that was planned for, and the writes the same), writes and flushes the safety copy, then writes what
 * was planned in its order, and checks what is there now.
 *
 * New tables go to free places, and one write of one sector switches to them; refcounts that are only too
 * high are lowered in place. So a power cut leaves the image as it was or better, and `undoRepair` knows
 * both. A cancel is heard until the first write to the image.
 *
 * Throws `repair-consent-missing`, `plan-outdated`, `file-in-use`, what writing throws (the image is as it
 * was then, and the safety copy gone), and `repair-interrupted` when it stopped half way.
 */
export async function repairImage(
  host: Host & WritingEnvironment,
  path: string,
  plan: RepairPlan,
  options: RepairOptions = {},
): Promise<RepairResult> {
  try {
    mustAgree(plan, options.consent ?? [])
    const { signal, pause, onProgress } = options
    await using file = await host.openForWriting(path)
    mustBeStamped(file, plan.stamp)
    const { mode, consent } = plan
    const prepared = await prepareRepair(host, file, path, {
      mode,
      consent,
      signal,
      pause,
      onProgress,
    })
    mustBeSame(prepared.plan, plan)
    throwIfAborted(signal)
    if (prepared.changes.epochs.length === 0) return resultOf(prepared, undefined)
    const copy = await makeSafetyCopy(host, path, prepared, options)
    await apply(host, file, prepared, { copy, unsafeBuffering: options.unsafeBuffering === true })
    const after = await checkOutcome(file, readHeaderArea(file, 'check'), { pause, onProgress })
    return {
      ...resultOf(prepared, copy),
      after: countsOf(after),
      remaining: after.groups,
    }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

export function mustAgree(plan: RepairPlan, consent: readonly DataLossStep[]): void {
  const losing = plan.steps.filter(({ losesData, included }) => losesData && included)
  if (losing.every(({ name }) => consent.some((agreed) => agreed === name))) return
  throw new ImageError('repair-consent-missing', {
    path: plan.path,
    expected: losing.map(({ name }) => name).join(', '),
    found: consent.length === 0 ? 'none' : consent.join(', '),
  })
}

export function mustBeSame(now: RepairPlan, plan: RepairPlan): void {
  if (now.digest === plan.digest) return
  const path = plan.path
  const field = 'list of writes'
  throw new ImageError('plan-outdated', { path, field, expected: plan.digest, found: now.digest })
}

export function resultOf({ plan }: PreparedRepair, safetyCopy: string | undefined): RepairResult {
  return {
    path: plan.path,
    before: plan.before,
    after: plan.after,
    corruptionsFixed: Math.max(0, plan.before.corruptions - plan.after.corruptions),
    leaksFixed: Math.max(0, plan.before.leaks - plan.after.leaks),
    safetyCopy,
    bytesWritten: plan.bytesWritten,
    remaining: plan.remaining,
  }
}

/** Gives the path of a safety copy that is whole and durable. */
async function makeSafetyCopy(
  host: Host & WritingEnvironment,
  path: string,
  { source }: PreparedRepair,
  { safetyCopyFolder, signal }: RepairOptions,
): Promise<string> {
  const { name, file } = await createCopyFile(host, path, safetyCopyFolder)
  try {
    try {
      await writeSafetyCopy(host, file, describeCopy(source), source)
      throwIfAborted(signal)
    } finally {
      await file.close()
    }
    await host.flushFolder(host.paths.folderOf(name))
    return name
  } catch (error) {
    await host.removeFile(name)
    throw ofSafetyCopy(error, path)
  }
}

const copyReasons: Partial<Record<Reason, Reason>> = {
  'no-space': 'safety-copy-no-space',
  'file-too-long': 'safety-copy-no-space',
  'write-failed': 'safety-copy-failed',
  'flush-failed': 'safety-copy-failed',
  'folder-not-writable': 'safety-copy-folder',
}

/** What is wrong with the copy, said of the image that is not repaired therefore. */
function ofSafetyCopy(thrown: unknown, path: string): ImageError {
  const error = ImageError.from(thrown)
  const { path: link, ...facts } = error.context
  const reason = copyReasons[error.reason]
  // What reads the image while it is copied fails in its own words.
  if (reason === undefined || link === undefined || link === path) return error
  return new ImageError(reason, { ...facts, path, link }, { cause: error })
}

/** `disk.qcow2.repair-undo-1`, or the next number that is free. */
async function createCopyFile(
  host: WritingEnvironment,
  path: string,
  folder = host.paths.folderOf(path),
): Promise<{ readonly name: string; readonly file: WritableFile }> {
  const image = path.slice(host.paths.folderOf(path).length).replace(/^[\\/]/, '')
  for (let number = 1; number <= maxCopies; number++) {
    const name = host.paths.resolve(folder, `${image}.repair-undo-${number}`)
    try {
      return { name, file: await host.createFile(name) }
    } catch (error) {
      if (!(error instanceof ImageError) || error.reason !== 'file-exists') {
        throw ofSafetyCopy(error, path)
      }
    }
  }
  throw new ImageError('file-exists', { path: `${path}.repair-undo-${maxCopies}` })
}

async function apply(
  host: Host & WritingEnvironment,
  file: WritableFile,
  { changes, source }: PreparedRepair,
  { copy, unsafeBuffering }: { readonly copy: string; readonly unsafeBuffering: boolean },
): Promise<void> {
  try {
    for (const writes of changes.epochs) {
      await writeAll(file, writes)
      if (!unsafeBuffering) await file.flush()
    }
    if (unsafeBuffering) await file.flush()
  } catch (error) {
    const thrown = ImageError.from(error, { path: file.name })
    // After a failed flush nobody may write to the file: what is there is for an undo later to see.
    if (thrown.reason !== 'flush-failed' && (await takeBack(host, file, copy))) throw thrown
    const facts = { path: source.path, link: copy }
    throw new ImageError('repair-interrupted', facts, { cause: thrown })
  }
}

export async function writeAll(file: WritableFile, writes: readonly PlannedWrite[]): Promise<void> {
  for (const { at, bytes, tag } of writes) await file.write(bytes, at, tag)
}

/** Whether the image is as it was, and the safety copy gone. */
async function takeBack(
  host: Host & WritingEnvironment,
  file: WritableFile,
  copy: string,
): Promise<boolean> {
  try {
    {
      await using copied = await host.openFile(copy)
      await restoreImage(host, file, copied)
    }
    await host.removeFile(copy)
    return true
  } catch {
    return false
  }
}
