import { operationPhases } from '../../core/index.ts'
import { changeImages } from '../images/change-images.ts'
import {
  describeRehydrate,
  rehydrateJsonOf,
  tellOfRehydrate,
} from '../output/describe-rehydrate.ts'
import { recordChange } from '../output/record-change.ts'
import type { rehydrating } from '../table/converting-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

/** `platter rehydrate`: a sparse image of what `platter dehydrate` wrote. */
export const rehydrate: RunVerb<OptionValues<typeof rehydrating>> = async ({
  operands: [source = '', target = targetBeside(source)],
  options,
  host,
}) => {
  if (source === '-' || target === '-') {
    throw new UsageError('rehydrate works on files; "-" is none.')
  }
  const { overwrite } = options
  return changeImages(
    [source],
    { host, options },
    {
      work: (path, context) => host.engine.rehydrateImage(path, target, { ...context, overwrite }),
      phases: operationPhases.rehydrate,
      record: recordChange(
        { host, options },
        { kind: 'rehydrate', parameters: { source }, tell: tellOfRehydrate, made: target },
      ),
      json: (filename, result) => rehydrateJsonOf(filename, target, result),
      text: (_source, result, layout) => describeRehydrate(target, result, layout),
    },
  )
}

/** Never the name of the image that the source was made of: that one may be all there is of its data. */
const targetBeside = (source: string): string =>
  `${source.replace(/\.(?:dehydrated|map)$/, '').replace(/\.qcow2$/, '')}.rehydrated.qcow2`
