import {
  ImageError,
  operationPhases,
  type CompactMode,
  type CompactPlan,
  type CompactResult,
  type OperationContext,
} from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { describeCompactPlan, modeOf } from '../output/describe-compact-plan.ts'
import { describeCompactResult } from '../output/describe-compact-result.ts'
import { JsonArray } from '../output/json-array.ts'
import { recordChange } from '../output/record-change.ts'
import { tellOfCompaction } from '../output/tell-of-compaction.ts'
import { errorJson, exitCodeOf, printError, sayError } from '../output/print-error.ts'
import { paintFor } from '../terminal/style.ts'
import type { OptionValues } from '../table/option.ts'
import type { CommonOptions } from '../table/shared-options.ts'
import type { givingBack, rewriting } from '../table/space-verbs.ts'
import { eachImage } from './each-image.ts'

export type CompactImagesOptions = OptionValues<typeof givingBack>
export type RewriteOptions = OptionValues<typeof rewriting>

export interface CompactRun {
  readonly options: CompactImagesOptions & CommonOptions
  /** Only where a new file may be written. */
  readonly rewrite?: RewriteOptions | undefined
  readonly host: Host
  readonly mode: CompactMode | 'auto'
}

/** One element of `--json`. */
export interface CompactJson {
  readonly filename: string
  readonly plan: CompactPlan
  /** Missing after --dry-run. */
  readonly result?: CompactResult
}

/**
 * Gives space of every image back, one after the other; with --dry-run only says what it would come to.
 * Files are worked on as they were named: what changes images does not go looking for more of them.
 */
export async function compactImages(
  operands: readonly string[],
  { options, host, mode, rewrite }: CompactRun,
): Promise<ExitCode> {
  const { output } = options
  const array = output === 'json' && operands.length > 1 ? new JsonArray(host.stdout) : undefined
  const images = operands.map((path) => ({ path }))
  const work = (path: string, context: OperationContext) =>
    compactOne(path, { options, host, mode, rewrite }, context)
  const codes: ExitCode[] = []
  let printed = 0
  const record = recordChange(
    { host, options },
    { kind: mode === 'zeroes' ? 'discard' : 'compact', tell: tellOfCompaction },
  )
  const run = { host, options, record, phases: operationPhases.compact }
  for await (const outcome of eachImage(images, run, work)) {
    if (outcome.kind === 'cancelled') {
      codes.push(exitCodes.interrupted)
      // Whoever stopped it has to know what has become of the image.
      if (outcome.error !== undefined) await sayError(outcome.error, { output, host })
    } else if (outcome.kind === 'failed') {
      codes.push(exitCodeOf(outcome.error))
      const error = errorJson(outcome.error.toJSON())
      if (array === undefined) await printError(outcome.error, { output, host })
      else await array.add({ filename: outcome.path, error })
    } else {
      const { plan, result } = outcome.value
      codes.push(result === undefined ? codeOfPlan(plan, mode) : exitCodes.fine)
      if (output === 'json') {
        const element: CompactJson = { filename: outcome.path, ...outcome.value }
        if (array !== undefined) await array.add(element)
        else await host.stdout.line(JSON.stringify(element, undefined, 4))
      } else {
        const { stdout } = host
        const layout = { path: outcome.path, paint: paintFor(stdout) }
        if (printed++ > 0) await stdout.line()
        await stdout.line(
          result === undefined
            ? describeCompactPlan(plan, { ...layout, mode, width: stdout.width })
            : describeCompactResult(plan, result, layout),
        )
        // The next image can take minutes.
        await stdout.flush()
      }
    }
  }
  await array?.end()
  return worst(codes)
}

async function compactOne(
  path: string,
  { options, host, mode, rewrite }: CompactRun,
  context: OperationContext,
): Promise<{ readonly plan: CompactPlan; readonly result?: CompactResult }> {
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
