import path from 'node:path'
import {
  operationPhases,
  qemuCheckJson,
  type CheckResult,
  type OperationContext,
  type ReportEntry,
} from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { eachImage, type ImageOutcome } from '../images/each-image.ts'
import { findImages } from '../images/find-images.ts'
import { describeBatch, describeCheck } from '../output/describe-check.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, exitCodeOf, printError } from '../output/print-error.ts'
import { reportFormatOf, saveReport } from '../output/save-report.ts'
import { paintFor } from '../terminal/style.ts'
import type {
  CommonOptions,
  OutputOptions,
  ReadingOptions,
  RecordedOptions,
} from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'

type Outcome = ImageOutcome<CheckResult>

const outcomeOf = (result: CheckResult) => ({ kind: 'check', result }) as const

interface CheckOptions extends OutputOptions, ReadingOptions, RecordedOptions {
  readonly deep: boolean
  readonly report: string | undefined
}

/** `platter check`: reads all metadata, changes nothing, answers as `qemu-img check` does. */
export const check: RunVerb<CheckOptions> = async ({ operands, options, host }) => {
  const reportFormat = options.report === undefined ? undefined : reportFormatOf(options.report)
  const { images, isBatch } = await findImages(operands, host)
  const array = options.output === 'json' && isBatch ? new JsonArray(host.stdout) : undefined
  const startedAt = Date.now()
  const depth = options.deep ? 'full' : 'metadata'
  const { format, links } = options
  const record = options.history
    ? ({ request: { kind: 'check', depth }, outcomeOf } as const)
    : undefined
  const work = (file: string, context: OperationContext): Promise<CheckResult> =>
    host.engine.checkImage(file, { ...context, format, links, depth })

  const run = { host, options, record, phases: operationPhases.check }
  const outcomes: Outcome[] = []
  for await (const outcome of eachImage(images, run, work)) {
    outcomes.push(outcome)
    if (array !== undefined && outcome.kind !== 'cancelled') await array.add(elementOf(outcome))
  }
  await array?.end()

  const entries = outcomes.map((outcome) => entryOf(outcome, isBatch))
  const report = {
    title: operands.map((operand) => path.resolve(operand)).join(', '),
    startedAt,
    endedAt: Date.now(),
    engineVersion: host.engine.version,
    depth,
    entries,
  } as const
  if (isBatch) {
    if (options.output === 'text') {
      const { stdout } = host
      await stdout.line(
        describeBatch(report, {
          paint: paintFor(stdout),
          width: stdout.width,
          quiet: options.quiet,
        }),
      )
    }
  } else {
    for (const outcome of outcomes) await printOne(outcome, options, host)
  }
  if (options.report !== undefined && reportFormat !== undefined) {
    await saveReport(options.report, reportFormat, report)
  }
  return exitCodeOfRun(outcomes, { isBatch, isDeep: depth === 'full' })
}

async function printOne(
  outcome: Outcome,
  options: CheckOptions & CommonOptions,
  host: Host,
): Promise<void> {
  if (outcome.kind === 'cancelled') return
  if (outcome.kind === 'failed') {
    await printError(outcome.error, { output: options.output, host })
  } else if (options.output === 'json') {
    await host.stdout.line(
      JSON.stringify({ ...qemuCheckJson(outcome.value), filename: outcome.path }, undefined, 4),
    )
  } else {
    await host.stdout.line(describeCheck(outcome.path, outcome.value, paintFor(host.stdout)))
  }
}

function elementOf(outcome: Exclude<Outcome, { readonly kind: 'cancelled' }>): unknown {
  return outcome.kind === 'done'
    ? { ...qemuCheckJson(outcome.value), filename: outcome.path }
    : { filename: outcome.path, error: errorJson(outcome.error.toJSON()) }
}

function entryOf(outcome: Outcome, isBatch: boolean): ReportEntry {
  const { path: file, durationMs } = outcome
  if (outcome.kind === 'done') {
    return { kind: 'checked', path: file, result: outcome.value, durationMs }
  }
  if (outcome.kind === 'cancelled') return { kind: 'cancelled', path: file }
  return isBatch && hasNothingToCheck(outcome)
    ? { kind: 'skipped', path: file, reason: `${outcome.error.explanation.title}.` }
    : { kind: 'failed', path: file, error: outcome.error.toJSON(), durationMs }
}

const hasNothingToCheck = (outcome: Outcome): boolean =>
  outcome.kind === 'failed' &&
  (outcome.error.reason === 'check-not-possible' || outcome.error.reason === 'format-not-supported')

/**
 * A folder holds raw disks beside qcow2 images; those have nothing to check, and a batch in which
 * everything else is clean is clean. Where nothing could be checked at all, 63 says so.
 */
function exitCodeOfRun(
  outcomes: readonly Outcome[],
  { isBatch, isDeep }: { readonly isBatch: boolean; readonly isDeep: boolean },
): ExitCode {
  const skipped = outcomes.filter(hasNothingToCheck)
  if (skipped.length > 0 && skipped.length === outcomes.length) return exitCodes.notCheckable
  const counted = isBatch ? outcomes.filter((outcome) => !skipped.includes(outcome)) : outcomes
  return worst(counted.map((outcome) => exitCodeOfOutcome(outcome, isDeep)))
}

function exitCodeOfOutcome(outcome: Outcome, isDeep: boolean): ExitCode {
  if (outcome.kind === 'cancelled') return exitCodes.interrupted
  if (outcome.kind === 'failed') return exitCodeOf(outcome.error)
  const { verdict, findings } = outcome.value
  // What QEMU does not see stays a warning, unless the person asked to look deeper than QEMU does.
  if (isDeep && findings.some(({ kind, harm }) => kind === 'warning' && harm === 'data')) {
    return exitCodes.corruption
  }
  return {
    clean: exitCodes.fine,
    leaks: exitCodes.leaks,
    corrupt: exitCodes.corruption,
    incomplete: exitCodes.failed,
  }[verdict]
}
