import {
  ImageError,
  operationPhases,
  tellOfCompaction,
  type CompactMode,
  type CompactPlan,
  type CompactResult,
  type OperationContext,
} from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { describeCompactPlan, modeOf } from '../output/describe-compact-plan.ts'
import { describeCompactResult } from '../output/describe-compact-result.ts'
import { recordChange } from '../output/record-change.ts'
import { exitCodeOf } from '../output/print-error.ts'
import type { OptionValues } from '../table/option.ts'
import type { CommonOptions } from '../table/shared-options.ts'
import type { givingBack, rewriting } from '../table/space-verbs.ts'
import { changeImages } from './change-images.ts'

export type CompactImagesOptions = OptionValues<typeof givingBack>
export type RewriteOptions = OptionValues<typeof rewriting>

export interface CompactRun {
  readonly options: CompactImagesOptions & CommonOptions
  /** Only where a new file may be written. */
  readonly rewrite?: RewriteOptions | undefined
  readonly host: Host
  readonly mode: CompactMode | 'auto'
}

interface Compacted {
  readonly plan: CompactPlan
  /** Missing after --dry-run. */
  readonly result?: CompactResult
}

/** One element of `--json`. */
interface CompactJson extends Compacted {
  readonly version: 1
  readonly filename: string
}

/**
 * Gives space of every image back, one after the other; with --dry-run only says what it would come to.
 * Files are worked on as they were named: what changes images does not go looking for more of them.
 */
export async function compactImages(
  operands: readonly string[],
  { options, host, mode, rewrite }: CompactRun,
): Promise<ExitCode> {
  return changeImages<Compacted>(
    operands,
    { host, options },
    {
      work: (path, context) => compactOne(path, { options, host, mode, rewrite }, context),
      record: recordChange(
        { host, options },
        { kind: mode === 'zeroes' ? 'discard' : 'compact', tell: tellOfCompaction },
      ),
      phases: operationPhases.compact,
      json: (filename, value): CompactJson => ({ version: 1, filename, ...value }),
      text: (path, { plan, result }, { paint, width }) =>
        result === undefined
          ? describeCompactPlan(plan, { path, paint, width, mode })
          : describeCompactResult(plan, result, { path, paint }),
      codeOf: ({ plan, result }) =>
        result === undefined ? codeOfPlan(plan, mode) : exitCodes.fine,
    },
  )
}

async function compactOne(
  path: string,
  { options, host, mode, rewrite }: CompactRun,
  context: OperationContext,
): Promise<Compacted> {
  const { format, links, dryRun, verify, unsafeBuffering } = options
  // What is done finds the zeroes anew; to choose a mode for it, a part of them tells enough.
  const scan = dryRun ? 'whole' : 'sampled'
  const plan = await host.engine.planCompact(path, { ...context, format, links, scan })
  if (dryRun) return { plan }
  const result = await host.engine.compactImage(path, plan, {
    ...context,
    mode,
    links,
    verify,
    unsafeBuffering,
    compression: rewrite?.compress,
    keepOriginalAs: rewrite?.keepOriginal,
  })
  return { plan, result }
}

/** A plan that cannot be carried out answers as carrying it out would. */
function codeOfPlan(plan: CompactPlan, mode: CompactMode | 'auto'): ExitCode {
  const [refusal] = plan.modes[modeOf(plan, mode)].refusals
  return refusal === undefined ? exitCodes.fine : exitCodeOf(ImageError.fromJSON(refusal))
}
