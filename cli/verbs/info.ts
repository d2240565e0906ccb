import { qemuInfoJson, type DiskLayout, type ImageInfo } from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import { describeImage } from '../output/describe-image.ts'
import { describeLayout } from '../output/describe-layout.ts'
import { eachImage } from '../images/each-image.ts'
import { findImages } from '../images/find-images.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, exitCodeOf, printError } from '../output/print-error.ts'
import { sayHowMany } from '../output/batch-summary.ts'
import { parseJsonPath, valueAt } from '../parse/json-path.ts'
import { layoutJson } from '../schemas/layout-json.ts'
import { printable } from '../terminal/printable.ts'
import { paintFor } from '../terminal/style.ts'
import type { describing } from '../table/looking-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter info`: all about an image, or one value of it. */
export const info: RunVerb<OptionValues<typeof describing>> = async ({
  operands,
  options,
  host,
}) => {
  const { output, format, links, filter, partitions } = options
  const path = filter === undefined ? undefined : parseJsonPath(filter)
  const { images, isBatch } = await findImages(operands, host)
  const array = output === 'json' && isBatch ? new JsonArray(host.stdout) : undefined
  const paint = paintFor(host.stdout)
  const codes: ExitCode[] = []
  let printed = 0
  const clusters = output === 'text' && path === undefined
  const work = async (file: string, context: object): Promise<Described> => {
    const facts = await host.engine.readInfo(file, { ...context, format, links, clusters })
    const layout = partitions
      ? await host.engine.readDiskLayout(file, { ...context, format, links })
      : undefined
    const json = {
      ...qemuInfoJson(facts),
      filename: file,
      ...(layout && { 'disk-layout': layoutJson.parse(layout) }),
    }
    return { facts, layout, json: path === undefined ? json : valueAt(json, path, file) }
  }
  for await (const outcome of eachImage(images, { host, options }, work)) {
    if (outcome.kind === 'cancelled') return exitCodes.interrupted
    const { path: filename } = outcome
    if (outcome.kind === 'failed') {
      const { error } = outcome
      codes.push(exitCodeOf(error))
      if (array !== undefined) await array.add({ filename, error: errorJson(error.toJSON()) })
      else await printError(error, { output, host })
      continue
    }
    codes.push(exitCodes.fine)
    if (output === 'json') {
      const { json } = outcome.value
      if (array !== undefined)
        await array.add(path === undefined ? json : { filename, value: json })
      else await host.stdout.line(JSON.stringify(json, undefined, 4))
    } else if (path !== undefined) {
      const text = bare(outcome.value.json)
      await host.stdout.line(isBatch ? `${printable(filename)}: ${text}` : text)
    } else {
      if (printed++ > 0) await host.stdout.line()
      const { facts, layout } = outcome.value
      await host.stdout.line(describeImage(filename, facts, paint))
      if (layout !== undefined) await host.stdout.line(describeLayout(layout, paint))
    }
  }
  await array?.end()
  if (isBatch && worst(codes) !== exitCodes.fine) await sayHowMany(codes, { host, options })
  return worst(codes)
}

interface Described {
  readonly facts: ImageInfo
  readonly layout: DiskLayout | undefined
  /** The whole object, or what of it was asked for. */
  readonly json: unknown
}

/** For scripts: what is no object or list, without quotes. */
const bare = (value: unknown): string =>
  typeof value === 'string' ? printable(value) : JSON.stringify(value)
