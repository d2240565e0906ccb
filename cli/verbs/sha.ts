import type { HashAlgorithm, HashResult, OperationContext } from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import { eachImage } from '../images/each-image.ts'
import { findImages } from '../images/find-images.ts'
import { sumLine } from '../images/sum-line.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, exitCodeOf, printError } from '../output/print-error.ts'
import { sayHowMany } from '../output/batch-summary.ts'
import type { ShaJson } from '../schemas/sha-json.ts'
import type { OutputOptions, ReadingOptions, RecordedOptions } from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'
import { checkSums } from './check-sums.ts'

const outcomeOf = (result: HashResult) => ({ kind: 'hash', result }) as const

export interface ShaOptions extends OutputOptions, ReadingOptions, RecordedOptions {
  readonly algorithm: HashAlgorithm | undefined
  readonly file: boolean
  readonly check: boolean
}

/** `platter sha`: checksums of guest content, or of the files themselves. */
export const sha: RunVerb<ShaOptions> = async ({ operands, options, host }) => {
  if (options.check) return checkSums({ operands, options, host })
  const { images, isBatch } = await findImages(operands, host)
  const { format, links, output } = options
  const request = {
    kind: 'hash',
    algorithm: options.algorithm ?? 'sha256',
    target: options.file ? 'file' : 'content',
  } as const
  const record = options.history ? { request, outcomeOf } : undefined
  const work = (file: string, context: OperationContext): Promise<HashResult> =>
    host.engine.hashImage(file, { ...context, ...request, format, links })

  const array = output === 'json' && isBatch ? new JsonArray(host.stdout) : undefined
  const codes: ExitCode[] = []
  for await (const outcome of eachImage(images, { host, options, record }, work)) {
    if (outcome.kind === 'cancelled') {
      codes.push(exitCodes.interrupted)
    } else if (outcome.kind === 'failed') {
      codes.push(exitCodeOf(outcome.error))
      const error = errorJson(outcome.error.toJSON())
      if (array === undefined) await printError(outcome.error, { output, host })
      else await array.add({ filename: outcome.path, error })
    } else if (output === 'json') {
      codes.push(exitCodes.fine)
      const element = hashJson(outcome.path, outcome.value)
      if (array !== undefined) await array.add(element)
      else await host.stdout.line(JSON.stringify(element, undefined, 4))
    } else {
      codes.push(exitCodes.fine)
      await host.stdout.line(sumLine(outcome.value.digest, outcome.path))
      // A digest can take minutes; the next one must not hold it back.
      await host.stdout.flush()
    }
  }
  await array?.end()
  if (isBatch && worst(codes) !== exitCodes.fine) await sayHowMany(codes, { host, options })
  return worst(codes)
}

const hashJson = (
  filename: string,
  { algorithm, target, digest, bytes, live }: HashResult,
): ShaJson => ({ version: 1, filename, algorithm, target, digest, length: bytes, live })
