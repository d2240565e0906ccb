import type { OperationContext } from '../../core/index.ts'
import { changeImages } from '../images/change-images.ts'
import { describeAmend, tellOfAmend, type Amended } from '../output/describe-amend.ts'
import { recordChange } from '../output/record-change.ts'
import { amendOptions } from '../parse/amend-options.ts'
import type { AmendJson } from '../schemas/amend-json.ts'
import type { amending } from '../table/changing-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter amend`: version, refcount width and lazy refcounts of images that are there. */
export const amend: RunVerb<OptionValues<typeof amending>> = async ({
  operands,
  options: words,
  host,
}) => {
  const { engine } = host
  const { format, dryRun } = words
  const options = amendOptions(words)
  const work = async (path: string, context: OperationContext): Promise<Amended> => {
    const plan = await engine.planAmend(path, options, { ...context, format })
    if (dryRun) return { plan, fileLength: undefined }
    const { stamp } = plan
    const done = await engine.amendImage(path, options, { ...context, format, stamp })
    return { plan: done.plan, fileLength: done.fileLength }
  }
  const record = recordChange({ host, options: words }, { kind: 'amend', tell: tellOfAmend })
  return changeImages(
    operands,
    { host, options: words },
    { work, record, json: amendJson, text: describeAmend },
  )
}

function amendJson(filename: string, { plan, fileLength }: Amended): AmendJson {
  const { before, after, steps } = plan
  const json = { version: 1, filename, plan: { before, after, steps } } as const
  return fileLength === undefined ? json : { ...json, result: { fileLength } }
}
