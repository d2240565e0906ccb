import {
  formatCount,
  formatPlural,
  type OperationContext,
  type PatternVerdict,
} from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import { eachImage } from '../images/each-image.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, exitCodeOf, printError } from '../output/print-error.ts'
import { patternJson, type PatternCall, type WantedPattern } from '../parse/wanted-pattern.ts'
import type { PatternVerdictJson } from '../schemas/pattern-json.ts'
import { printable } from '../terminal/printable.ts'
import { paintFor, type Paint } from '../terminal/style.ts'
import { UsageError } from '../usage-error.ts'

/** `platter pattern --verify`: one line for each image, as `sha --check` has it. */
export async function verifyPatterns(
  { operands, options, host }: PatternCall,
  wanted: WantedPattern,
): Promise<ExitCode> {
  const { size, format, links, compress, overwrite, output } = options
  if (compress !== undefined) throw new UsageError('--verify makes nothing: leave --compress out.')
  if (overwrite) throw new UsageError('--verify makes nothing: leave --overwrite out.')
  const work = (path: string, context: OperationContext): Promise<PatternVerdict> =>
    host.engine.verifyPattern(path, wanted, { ...context, format, links, size })
  const images = operands.map((path) => ({ path }))
  const array = output === 'json' && images.length > 1 ? new JsonArray(host.stdout) : undefined
  const paint = paintFor(host.stdout)
  const codes: ExitCode[] = []
  let differing = 0
  for await (const outcome of eachImage(images, { host, options }, work)) {
    if (outcome.kind === 'cancelled') {
      codes.push(exitCodes.interrupted)
    } else if (outcome.kind === 'failed') {
      const { path: filename, error } = outcome
      codes.push(exitCodeOf(error))
      if (array === undefined) await printError(error, { output, host })
      else await array.add({ filename, error: errorJson(error.toJSON()) })
    } else {
      const { path, value } = outcome
      const matches = value.difference === undefined
      if (!matches) differing++
      codes.push(matches ? exitCodes.fine : exitCodes.failed)
      const json = verdictJson(path, wanted, value)
      if (array !== undefined) await array.add(json)
      else if (output === 'json') await host.stdout.line(JSON.stringify(json, undefined, 4))
      else if (!options.quiet || !matches) await host.stdout.line(inWords(path, value, paint))
      // The next image can take minutes.
      await host.stdout.flush()
    }
  }
  await array?.end()
  if (images.length > 1 && differing > 0 && !options.quiet) {
    const words = formatPlural(differing, 'image does', 'images do')
    await host.stderr.line(`platter: ${words} not hold the pattern.`)
  }
  return worst(codes)
}

function inWords(path: string, { difference }: PatternVerdict, paint: Paint): string {
  if (difference === undefined) return `${printable(path)}: ${paint('OK', 'good')}`
  const { at, expected, found } = difference
  const place = `offset ${formatCount(at)} (0x${at.toString(16)}, sector ${Math.floor(at / 512)})`
  return `${printable(path)}: ${paint('FAILED', 'bad')} at ${place}: expected ${expected}, found ${found}`
}

function verdictJson(
  filename: string,
  wanted: WantedPattern,
  { virtualSize, bytesRead, difference }: PatternVerdict,
): PatternVerdictJson {
  const facts = {
    version: 1,
    filename,
    pattern: patternJson(wanted),
    matches: difference === undefined,
    virtualSize,
    bytesRead,
  } as const
  if (difference === undefined) return facts
  const { at: offset, expected, found } = difference
  return { ...facts, difference: { offset, expected, found } }
}
