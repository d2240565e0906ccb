import { qemuInfoJson, type ImageInfo } from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import { describeImage } from '../output/describe-image.ts'
import { eachImage } from '../images/each-image.ts'
import { findImages } from '../images/find-images.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, exitCodeOf, printError } from '../output/print-error.ts'
import { paintFor } from '../terminal/style.ts'
import type { OutputOptions, ReadingOptions } from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter info`: all about an image. */
export const info: RunVerb<OutputOptions & ReadingOptions> = async ({
  operands,
  options,
  host,
}) => {
  const { images, isBatch } = await findImages(operands, host)
  const { output, format, links } = options
  const array = output === 'json' && isBatch ? new JsonArray(host.stdout) : undefined
  const paint = paintFor(host.stdout)
  const codes: ExitCode[] = []
  let printed = 0
  const work = (path: string, context: object): Promise<ImageInfo> =>
    host.engine.readInfo(path, { ...context, format, links, clusters: output === 'text' })
  for await (const outcome of eachImage(images, { host, options }, work)) {
    if (outcome.kind === 'cancelled') return exitCodes.interrupted
    if (outcome.kind === 'failed') {
      const { error, path } = outcome
      codes.push(exitCodeOf(error))
      if (array !== undefined) await array.add({ filename: path, error: errorJson(error.toJSON()) })
      else await printError(error, { output, host })
    } else if (output === 'json') {
      const facts = { ...qemuInfoJson(outcome.value), filename: outcome.path }
      if (array !== undefined) await array.add(facts)
      else await host.stdout.line(JSON.stringify(facts, undefined, 4))
    } else {
      if (printed++ > 0) await host.stdout.line()
      await host.stdout.line(describeImage(outcome.path, outcome.value, paint))
    }
  }
  await array?.end()
  return worst(codes)
}
