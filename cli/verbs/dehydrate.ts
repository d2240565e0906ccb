import { operationPhases } from '../../core/index.ts'
import { changeImages } from '../images/change-images.ts'
import {
  dehydrateJsonOf,
  describeDehydrate,
  tellOfDehydrate,
} from '../output/describe-dehydrate.ts'
import { recordChange } from '../output/record-change.ts'
import type { dehydrating } from '../table/converting-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

/** `platter dehydrate`: the structure of an image, to be sent to somebody who must not see its content. */
export const dehydrate: RunVerb<OptionValues<typeof dehydrating>> = async ({
  operands: [source = '', named],
  options,
  host,
}) => {
  const { twoFiles, anonymize, format, overwrite } = options
  if (twoFiles !== undefined && named !== undefined) {
    throw new UsageError(`Both ${named} and --two-files ${twoFiles} say where it goes; choose one.`)
  }
  if (source === '-' || named === '-') {
    throw new UsageError('dehydrate works on files; "-" is none.')
  }
  const target = twoFiles ?? named ?? `${source}.dehydrated`
  const form = twoFiles === undefined ? 'container' : 'two-files'
  const made = twoFiles === undefined ? target : `${target}.map`
  return changeImages(
    [source],
    { host, options },
    {
      phases: operationPhases.dehydrate,
      work: (path, context) =>
        host.engine.dehydrateImage(path, target, {
          ...context,
          form,
          anonymize,
          format,
          overwrite,
        }),
      record: recordChange({ host, options }, { kind: 'dehydrate', tell: tellOfDehydrate, made }),
      json: dehydrateJsonOf,
      text: describeDehydrate,
    },
  )
}
