import path from 'node:path'
import {
  dataLossSteps,
  ImageError,
  operationPhases,
  tellOfRepair,
  type DataLossStep,
  type OperationContext,
} from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { changeImages } from '../images/change-images.ts'
import { describeRepair, type RepairAnswer } from '../output/describe-repair.ts'
import { recordChange } from '../output/record-change.ts'
import type { RepairJson } from '../schemas/repair-json.ts'
import type { repairing } from '../table/changing-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

type RepairWords = OptionValues<typeof repairing>

/** `platter repair`: plans, writes a safety copy, repairs, and answers as a check of what is there then. */
export const repair: RunVerb<RepairWords> = async ({ operands, options: words, host }) => {
  const consent = stepsOf(words.allow)
  mustGoTogether(operands, words)
  const work = (image: string, context: OperationContext) =>
    repairOne(image, { host, words, consent }, context)
  const record = recordChange({ host, options: words }, { kind: 'repair', tell: tellOfRepair })
  return changeImages(
    operands,
    { host, options: words },
    {
      work,
      record,
      phases: operationPhases.repair,
      json: repairJson,
      text: describeRepair,
      codeOf,
    },
  )
}

interface RepairRun {
  readonly host: Host
  readonly words: RepairWords
  readonly consent: readonly DataLossStep[]
}

async function repairOne(
  image: string,
  { host, words, consent }: RepairRun,
  context: OperationContext,
): Promise<RepairAnswer> {
  const { format, mode, dryRun, unsafeBuffering, safetyCopyFolder, copyTo } = words
  if (copyTo !== undefined) mustBeBeside(image, copyTo)
  const plan = await host.engine.planRepair(image, { ...context, format, mode, consent })
  if (dryRun) return { plan, result: undefined, copyTo }
  if (copyTo !== undefined) {
    const result = await host.engine.repairCopy(image, copyTo, plan, { ...context, consent })
    return { plan, result, copyTo }
  }
  const options = { ...context, consent, unsafeBuffering, safetyCopyFolder }
  return { plan, result: await host.engine.repairImage(image, plan, options), copyTo }
}

/** Throws UsageError. */
function mustGoTogether(
  operands: readonly string[],
  { copyTo, safetyCopyFolder, unsafeBuffering }: RepairWords,
): void {
  if (copyTo === undefined) return
  if (operands.length > 1) throw new UsageError('--copy-to goes with one image.')
  if (safetyCopyFolder !== undefined || unsafeBuffering) {
    throw new UsageError(
      '--copy-to leaves the image as it is: it goes without a safety copy, and without --unsafe-buffering.',
    )
  }
}

/** Elsewhere the name of a backing file would mean another file. */
function mustBeBeside(image: string, copy: string): void {
  const folder = path.dirname(path.resolve(image))
  if (path.dirname(path.resolve(copy)) === folder) return
  const facts = { path: image, field: 'The copy', expected: `a name in ${folder}`, found: copy }
  throw new ImageError('invalid-argument', facts)
}

/** Several may stand in one word, with commas between. Throws UsageError for what is no such step. */
function stepsOf(words: readonly string[]): readonly DataLossStep[] {
  return words
    .flatMap((word) => word.split(','))
    .map((word) => {
      const step = dataLossSteps.find((name) => name === word.trim())
      if (step !== undefined) return step
      throw new UsageError(`--allow ${word}: the steps are ${dataLossSteps.join(', ')}.`)
    })
}

/** Of what is there now, or would be: as `check` answers. */
function codeOf({ plan, result }: RepairAnswer): ExitCode {
  const { verdict } = result?.after ?? plan.after
  return {
    clean: exitCodes.fine,
    leaks: exitCodes.leaks,
    corrupt: exitCodes.corruption,
    incomplete: exitCodes.failed,
  }[verdict]
}

function repairJson(filename: string, { plan, result, copyTo }: RepairAnswer): RepairJson {
  const { path: _path, format: _format, stamp: _stamp, digest: _digest, ...rest } = plan
  const json = { version: 1, filename, copyTo, plan: rest } as const
  if (result === undefined) return json
  const { path: _image, ...done } = result
  return { ...json, result: done }
}
