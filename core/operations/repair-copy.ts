import { throwIfAborted } from '../base/abort.ts'
import type { Reason } from '../errors/catalogue.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { checkOutcome } from '../qcow2/repair/check-outcome.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Host } from './host.ts'
import { mustBeStamped } from './image-stamp.ts'
import { countsOf, prepareRepair } from './plan-repair.ts'
import { copyAndProve, giveRights, type ProvedCopy } from './proved-copy.ts'
import { removeLeftovers } from './remove-leftovers.ts'
import { mustAgree, mustBeSame, resultOf, writeAll, type RepairOptions } from './repair.ts'
import type { RepairPlan, RepairResult } from './repair-plan.ts'
import { nameAside } from './rewrite-names.ts'

export type RepairCopyOptions = Omit<RepairOptions, 'safetyCopyFolder' | 'unsafeBuffering'>

export interface RepairedCopy extends RepairResult {
  readonly copied: ProvedCopy
}

/**
 * Repairs a copy and leaves the image alone: `plan` is that of the image, which is held as a reader meanwhile.
 *
 *     hidden copy beside the new name, holes kept       flush
 *     both read again and compared by digest
 *     planned again on the copy: the writes must be the same
 *     repaired, checked                                 flush
 *     the copy gets its name, over no other file        folder flush
 *
 * Nobody else has the copy before it has its name, so it needs no safety copy. A cancel is heard until then; whatever
 * fails leaves no file behind, and a killed process at most the hidden one, which the next one to that name removes.
 *
 * Throws `repair-consent-missing`, `plan-outdated`, `file-in-use`, `repair-copy-data-file`, `name-taken`, what reading
 * throws, and why the copy could not be made.
 */
export async function repairCopy(
  host: Host & ExchangingEnvironment,
  path: string,
  to: string,
  plan: RepairPlan,
  options: RepairCopyOptions = {},
): Promise<RepairedCopy> {
  const aside = nameAside(host, to)
  try {
    mustAgree(plan, options.consent ?? [])
    throwIfAborted(options.signal)
    await using file = await host.openForHolding(path)
    mustBeStamped(file, plan.stamp)
    mustHoldItsData(file)
    await removeLeftovers(host, to)
    await using copy = await host.createPrivateFile(aside)
    try {
      const copied = await copyAndProve(host, file, copy, options)
      const result = await repairOpen(host, copy, to, plan, options)
      await giveRights(host, path, aside, 'copyRights')
      await copy.flush()
      throwIfAborted(options.signal)
      await host.renameFile(aside, to)
      await host.flushFolder(host.paths.folderOf(to)).catch(() => undefined)
      return { ...result, copied }
    } catch (error) {
      await host.removeFile(aside).catch(() => undefined)
      throw error
    }
  } catch (error) {
    throw inWordsOfCopying(error, path, to, aside)
  }
}

/** Two images over one data file would write into each other's guests. */
function mustHoldItsData(file: BlockFile): void {
  const { dataFileName } = readHeaderArea(file, 'check')
  if (dataFileName === undefined) return
  throw new ImageError('repair-copy-data-file', { path: file.name, link: dataFileName })
}

async function repairOpen(
  host: Host,
  copy: WritableFile,
  to: string,
  plan: RepairPlan,
  { signal, pause, onProgress }: RepairCopyOptions,
): Promise<RepairResult> {
  const { mode, consent } = plan
  const how = { mode, consent, signal, pause, onProgress }
  const prepared = await prepareRepair(host, copy, to, how)
  mustBeSame(prepared.plan, plan)
  for (const writes of prepared.changes.epochs) await writeAll(copy, writes)
  await copy.flush()
  const after = await checkOutcome(copy, readHeaderArea(copy, 'check'), how)
  return {
    ...resultOf(prepared, undefined),
    after: countsOf(after),
    remaining: after.groups,
  }
}

const reasons: Partial<Record<Reason, Reason>> = {
  'file-exists': 'name-taken',
  'no-space': 'repair-copy-no-space',
  'file-too-long': 'repair-copy-no-space',
  'write-failed': 'repair-copy-failed',
  'flush-failed': 'repair-copy-failed',
  'file-not-writable': 'repair-copy-folder',
  'file-forbidden': 'repair-copy-folder',
  'folder-not-writable': 'repair-copy-folder',
  'file-missing': 'folder-missing',
}

/** What is wrong with the copy, said of the image that is as it was. */
function inWordsOfCopying(thrown: unknown, path: string, to: string, aside: string): ImageError {
  const error = ImageError.from(thrown, { path })
  const { path: about, ...facts } = error.context
  if (about !== aside && about !== to) return error
  const reason = reasons[error.reason] ?? error.reason
  const isOfName = reason === 'name-taken' || reason === 'folder-missing'
  const named = isOfName ? { path: to } : { path, link: to }
  return new ImageError(reason, { ...facts, ...named }, { cause: error })
}
