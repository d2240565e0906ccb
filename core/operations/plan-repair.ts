import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import type { CheckOutcome } from '../qcow2/repair/check-outcome.ts'
import { planChanges, type PlannedChanges } from '../qcow2/repair/plan-changes.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { describeWrites } from './describe-writes.ts'
import type { Host } from './host.ts'
import { stampOf } from './image-stamp.ts'
import { passingSectors } from './passing-sectors.ts'
import type { CheckCounts, DataLossStep, RepairMode, RepairPlan } from './repair-plan.ts'
import { recordsOf } from './repair-records.ts'
import { requireQcow2 } from './require-qcow2.ts'
import { describeCopy, safetyCopyBytes, type CopySource } from './safety-copy.ts'

export interface PlanRepairOptions extends OperationContext {
  /** Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** Default `all`. */
  readonly mode?: RepairMode | undefined
  /** Data-loss steps that a person agreed to; default none: they are only offered. */
  readonly consent?: readonly DataLossStep[] | undefined
}

/** Writes listed in a plan; all are counted. */
const writeLimit = 1000

/**
 * What repairing an image would do, without changing it: the repair is made in memory and checked there,
 * so what a plan says remains is what will remain. The image is held as a reader meanwhile. Throws
 * `file-in-use` (a running VM changes what is repaired), `check-not-possible`, what makes a header
 * unreadable, and `repair-too-large`.
 */
export async function planRepair(
  host: Host,
  path: string,
  options: PlanRepairOptions = {},
): Promise<RepairPlan> {
  try {
    await using file = await host.openForHolding(path)
    requireQcow2(file, options.format, 'check-not-possible')
    const { mode = 'all', consent = [], signal, pause, onProgress } = options
    const prepared = await prepareRepair(host, file, path, {
      mode,
      consent,
      signal,
      pause,
      onProgress,
    })
    return prepared.plan
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

export interface PrepareOptions extends OperationContext {
  readonly mode: RepairMode
  readonly consent: readonly DataLossStep[]
}

/** A plan with everything that carrying it out takes. */
export interface PreparedRepair {
  readonly plan: RepairPlan
  readonly changes: PlannedChanges
  readonly source: CopySource
}

/** Plans a repair of an open file; the same file and options give the same plan. */
export async function prepareRepair(
  host: Host,
  file: BlockFile,
  path: string,
  options: PrepareOptions,
): Promise<PreparedRepair> {
  throwIfAborted(options.signal)
  const changes = await planChanges(file, options)
  const { geometry } = readHeaderArea(file, 'check')
  const place = { clusterSize: geometry.clusterSize, length: file.size() }
  const records = recordsOf(changes, place)
  const passing = passingSectors(file, changes.epochs)
  const source = { path, before: file, after: changes.file, records, passing }
  const writes = describeWrites(file, changes.epochs)
  const plan: RepairPlan = {
    path,
    format: 'qcow2',
    mode: options.mode,
    consent: options.consent,
    before: countsOf(changes.before),
    findings: changes.before.groups,
    steps: changes.steps,
    writes: writes.slice(0, writeLimit),
    writesOmitted: Math.max(0, writes.length - writeLimit),
    bytesWritten: writes.reduce((sum, { length }) => sum + length, 0),
    after: countsOf(changes.after),
    remaining: changes.after.groups,
    safetyCopyBytes: writes.length === 0 ? 0 : safetyCopyBytes(describeCopy(source)),
    digest: digestOf(host, changes),
    stamp: stampOf(file),
  }
  return { plan, changes, source }
}

export const countsOf = (outcome: CheckOutcome): CheckCounts => ({
  verdict: outcome.verdict,
  health: outcome.health,
  corruptions: outcome.corruptions,
  leaks: outcome.leaks,
  checkErrors: outcome.checkErrors,
  warnings: outcome.warnings,
})

function digestOf(host: Host, { epochs }: PlannedChanges): string {
  const hasher = host.createHasher('sha256')
  const encoder = new TextEncoder()
  for (const writes of epochs) {
    hasher.update(encoder.encode(`${writes.length} writes\n`))
    for (const { at, bytes } of writes) {
      hasher.update(encoder.encode(`${at} ${bytes.length}\n`))
      hasher.update(bytes)
    }
  }
  return hasher.digest()
}
