import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { formatPlural, ImageError, type OperationContext } from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { eachImage } from '../images/each-image.ts'
import { parseSumLine, type ExpectedSum } from '../images/sum-line.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, printError } from '../output/print-error.ts'
import type { ShaCheckJson } from '../schemas/sha-json.ts'
import { printable } from '../terminal/printable.ts'
import { shownBytes } from '../terminal/shown-bytes.ts'
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
  const expected: ListedSum[] = []
  let unread = 0
  for (const file of sumFiles) {
    const sums = (await readLines(file, host)).map((line) => listedSum(line))
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
  const images = expected.map(({ file, error }) => ({
    path: file,
    ...(error === undefined ? {} : { error }),
  }))
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

/** A line of a sums file, and why its file cannot be opened when that is known before. */
interface ListedSum extends ExpectedSum {
  readonly error?: ImageError
}

function listedSum(line: Buffer): ListedSum | undefined {
  if (isUtf8(line)) return parseSumLine(line.toString('utf8'))
  const sum = parseSumLine(line.toString('latin1'))
  if (sum === undefined) return undefined
  // Opened by the name that Node makes of it, it could be another file.
  const file = shownBytes(Buffer.from(sum.file, 'latin1'))
  return { ...sum, file, error: new ImageError('name-not-utf8', { path: file }) }
}

/** The lines that are not empty, as bytes: names in them need not be text. */
async function readLines(file: string, host: Host): Promise<readonly Buffer[]> {
  const bytes = await readSums(file, host)
  const lines: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(0x0a, at)
    const end = newline === -1 ? bytes.length : newline
    const line = bytes.subarray(at, bytes[end - 1] === 0x0d ? end - 1 : end)
    if (line.some((byte) => byte !== 0x20 && byte !== 0x09)) lines.push(line)
    at = end + 1
  }
  return lines
}

async function readSums(file: string, host: Host): Promise<Buffer> {
  if (file === '-') return readStandardInput(host)
  try {
    if ((await stat(file)).size > sumFileLimit) throw noSums(file)
    return await readFile(file)
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

async function readStandardInput(host: Host): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of host.stdin()) {
    length += piece.length
    if (length > sumFileLimit) throw noSums('standard input')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const noSums = (file: string): ImageError => new ImageError('no-checksums', { path: file })
