import {
  dataLossSteps,
  operationPhases,
  tellOfRepair,
  type DataLossStep,
  type OperationContext,
  type Repaired,
} from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { changeImages } from '../images/change-images.ts'
import { describeRepair } from '../output/describe-repair.ts'
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
  const work = (path: string, context: OperationContext) =>
    repairOne(path, { host, words, consent }, context)
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
  path: string,
  { host, words, consent }: RepairRun,
  context: OperationContext,
): Promise<Repaired> {
  const { format, mode, dryRun, unsafeBuffering, safetyCopyFolder } = words
  const plan = await host.engine.planRepair(path, { ...context, format, mode, consent })
  if (dryRun) return { plan, result: undefined }
  const options = { ...context, consent, unsafeBuffering, safetyCopyFolder }
  return { plan, result: await host.engine.repairImage(path, plan, options) }
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
function codeOf({ plan, result }: Repaired): ExitCode {
  const { verdict } = result?.after ?? plan.after
  return {
    clean: exitCodes.fine,
    leaks: exitCodes.leaks,
    corrupt: exitCodes.corruption,
    incomplete: exitCodes.failed,
  }[verdict]
}

function repairJson(filename: string, { plan, result }: Repaired): RepairJson {
  const { path: _path, format: _format, stamp: _stamp, digest: _digest, ...rest } = plan
  if (result === undefined) return { version: 1, filename, plan: rest }
  const { path: _image, ...done } = result
  return { version: 1, filename, plan: rest, result: done }
}
