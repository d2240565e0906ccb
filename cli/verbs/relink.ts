import { tellOfRelink, type OperationContext, type Relinked } from '../../core/index.ts'
import { changeImages } from '../images/change-images.ts'
import { describeRelink } from '../output/describe-relink.ts'
import { recordChange } from '../output/record-change.ts'
import type { RelinkJson } from '../schemas/relink-json.ts'
import type { relinking } from '../table/changing-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter relink`: another backing file name in the header of an image. */
export const relink: RunVerb<OptionValues<typeof relinking>> = async ({
  operands,
  options: words,
  host,
}) => {
  const { engine } = host
  const { backingFormat, links, format, dryRun } = words
  const [file = '', backing = ''] = operands
  const work = async (path: string, context: OperationContext): Promise<Relinked> => {
    const options = { ...context, backing, backingFormat, links, format }
    const plan = await engine.planRelink(path, options)
    const result = dryRun ? undefined : await engine.relinkImage(path, plan, context)
    return { plan, result }
  }
  const told = { kind: 'relink', parameters: { backing }, tell: tellOfRelink } as const
  const record = recordChange({ host, options: words }, told)
  return changeImages(
    [file],
    { host, options: words },
    { work, record, json: relinkJson, text: describeRelink },
  )
}

function relinkJson(filename: string, { plan, result }: Relinked): RelinkJson {
  const { before, after, target, virtualSize, backingSize, warnings } = plan
  const planned = { before, after, target, virtualSize, backingSize, warnings }
  return { version: 1, filename, plan: planned, done: result !== undefined }
}
