import { readFile, stat } from 'node:fs/promises'
import { formatPlural, ImageError, type OperationContext } from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { eachImage } from '../images/each-image.ts'
import { parseSumLine, type ExpectedSum } from '../images/sum-line.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, printError } from '../output/print-error.ts'
import type { ShaCheckJson } from '../schemas/sha-json.ts'
import { printable } from '../terminal/printable.ts'
import { paintFor } from '../terminal/style.ts'
import type { CommonOptions } from '../table/shared-options.ts'
import type { Call } from '../table/verb.ts'
import type { ShaOptions } from './sha.ts'

/**
 * `platter sha --check SUMS`: compares images with the digests in sums files, line by line, as
 * `sha256sum --check` does. Answers 1 when a digest differs, a file cannot be read, or nothing in the
 * sums files was a sum.
 */
export async function checkSums({
  operands: sumFiles,
  options,
  host,
}: Call<ShaOptions & CommonOptions>): Promise<ExitCode> {
  const expected: ExpectedSum[] = []
  let unread = 0
  for (const file of sumFiles) {
    const lines = (await readText(file)).split(/\r?\n/).filter((line) => line.trim() !== '')
    const sums = lines.map(parseSumLine)
    const usable = sums.filter((sum) => sum !== undefined)
    if (usable.length === 0) throw noSums(file)
    unread += sums.length - usable.length
    expected.push(...usable)
  }

  const { format, links, output } = options
  const target = options.file ? 'file' : 'content'
  const array = output === 'json' ? new JsonArray(host.stdout) : undefined
  const paint = paintFor(host.stdout)
  let next = 0
  let differing = 0
  let failed = 0
  const work = (path: string, context: OperationContext): Promise<string> => {
    const algorithm = options.algorithm ?? expected[next]?.algorithm ?? 'sha256'
    return host.engine
      .hashImage(path, { ...context, algorithm, target, format, links })
      .then(({ digest }) => digest)
  }
  const images = expected.map(({ file }) => ({ path: file }))
  for await (const outcome of eachImage(images, { host, options }, work)) {
    if (outcome.kind === 'cancelled') return exitCodes.interrupted
    const sum = expected[next++]?.digest ?? ''
    if (outcome.kind === 'failed') {
      failed++
      if (array === undefined) await printError(outcome.error, { output, host })
      else await array.add({ filename: outcome.path, error: errorJson(outcome.error.toJSON()) })
      continue
    }
    const matches = outcome.value === sum
    if (!matches) differing++
    if (array !== undefined) {
      const [filename, found] = [outcome.path, outcome.value]
      const element: ShaCheckJson = { version: 1, filename, matches, expected: sum, found }
      await array.add(element)
    } else if (!options.quiet || !matches) {
      const verdict = matches ? paint('OK', 'good') : paint('FAILED', 'bad')
      await host.stdout.line(`${printable(outcome.path)}: ${verdict}`)
    }
  }
  await array?.end()
  for (const warning of warnings({ unread, differing, failed })) {
    await host.stderr.line(`platter: ${warning}`)
  }
  return differing + failed > 0 ? exitCodes.failed : exitCodes.fine
}

interface Tally {
  readonly unread: number
  readonly differing: number
  readonly failed: number
}

function warnings({ unread, differing, failed }: Tally): string[] {
  return [
    unread > 0
      ? `${formatPlural(unread, 'line is', 'lines are')} no checksum and did not count.`
      : '',
    differing > 0 ? `${formatPlural(differing, 'checksum does', 'checksums do')} not match.` : '',
    failed > 0 ? `${formatPlural(failed, 'image')} could not be read.` : '',
  ].filter((warning) => warning !== '')
}

/** A sums file of a folder of images is small; more than this is an image named by mistake. */
const sumFileLimit = 16 * 1024 * 1024

async function readText(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > sumFileLimit) throw noSums(file)
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof ImageError) throw cause
    const errno = (cause as NodeJS.ErrnoException).code ?? 'EIO'
    throw new ImageError(
      errno === 'ENOENT' ? 'file-missing' : 'read-failed',
      { path: file, errno },
      { cause },
    )
  }
}

const noSums = (file: string): ImageError => new ImageError('no-checksums', { path: file })
