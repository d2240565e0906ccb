import { formatBytes, qemuMapLine, type ImageError, type MapExtent } from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import { eachImage } from '../images/each-image.ts'
import { findImages } from '../images/find-images.ts'
import { errorJson, exitCodeOf, printError } from '../output/print-error.ts'
import { sayHowMany } from '../output/batch-summary.ts'
import { printable } from '../terminal/printable.ts'
import { paintFor, type Paint } from '../terminal/style.ts'
import type { TextOutput } from '../terminal/text-output.ts'
import type { OutputOptions, ReadingOptions } from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'

/**
 * `platter map`: extents stream out as they are found, because a map can have millions of them. One
 * file as JSON is qemu-img's array; several are an array of {"version", "filename", "map"}.
 */
export const map: RunVerb<OutputOptions & ReadingOptions> = async ({ operands, options, host }) => {
  const { images, isBatch } = await findImages(operands, host)
  const { output, format, links } = options
  const writer =
    output === 'json'
      ? new JsonMapWriter(host.stdout, isBatch)
      : new TableMapWriter(host.stdout, paintFor(host.stdout), isBatch)
  const codes: ExitCode[] = []
  await writer.begin()
  const work = async (path: string, context: object): Promise<void> => {
    const batches = host.engine.mapImage(path, { ...context, format, links })
    // The first batch tells whether the image opens at all, before anything of it is written.
    const first = await batches.next()
    await writer.beginImage(path)
    if (first.done !== true) await writer.extents(first.value)
    for await (const extents of batches) await writer.extents(extents)
    await writer.endImage()
  }
  for await (const outcome of eachImage(images, { host, options }, work)) {
    if (outcome.kind === 'cancelled') return exitCodes.interrupted
    if (outcome.kind === 'done') codes.push(exitCodes.fine)
    if (outcome.kind !== 'failed') continue
    codes.push(exitCodeOf(outcome.error))
    if (output === 'text' || !isBatch || writer.isInsideImage) {
      await printError(outcome.error, { output, host })
      // What is on stdout is cut short and no JSON any more: going on would only hide that.
      if (writer.isInsideImage && output === 'json') return worst(codes)
    } else {
      await writer.failed(outcome.path, outcome.error)
    }
  }
  await writer.end()
  if (isBatch && worst(codes) !== exitCodes.fine) await sayHowMany(codes, { host, options })
  return worst(codes)
}

/** A disk of no bytes has no extents; qemu-img describes it by one of no bytes, and so do we. */
const nothing: MapExtent = {
  start: 0,
  length: 0,
  depth: 0,
  present: false,
  zero: false,
  data: false,
  compressed: false,
  offset: undefined,
  filename: undefined,
}

/** One extent a line, as qemu-img lays its JSON out. */
class JsonMapWriter {
  isInsideImage = false
  readonly #output: TextOutput
  readonly #isBatch: boolean
  #images = 0
  #extents = 0

  constructor(output: TextOutput, isBatch: boolean) {
    this.#output = output
    this.#isBatch = isBatch
  }

  async begin(): Promise<void> {
    if (this.#isBatch) await this.#output.write('[')
  }

  async beginImage(path: string): Promise<void> {
    this.isInsideImage = true
    this.#extents = 0
    const start = this.#isBatch
      ? `${this.#nextImage()}{ "version": 1, "filename": ${JSON.stringify(path)}, "map": `
      : ''
    await this.#output.write(`${start}[`)
  }

  async extents(extents: readonly MapExtent[]): Promise<void> {
    const separator = this.#extents === 0 ? '' : ',\n'
    this.#extents += extents.length
    // Joined, not added up: what is written at once should be one flat string.
    await this.#output.write(separator + extents.map(qemuMapLine).join(',\n'))
  }

  async endImage(): Promise<void> {
    this.isInsideImage = false
    if (this.#extents === 0) await this.extents([nothing])
    await this.#output.write(this.#isBatch ? ']}' : ']\n')
  }

  async failed(path: string, error: ImageError): Promise<void> {
    const element = { filename: path, error: errorJson(error.toJSON()) }
    await this.#output.write(this.#nextImage() + JSON.stringify(element))
  }

  async end(): Promise<void> {
    if (this.#isBatch) await this.#output.write(']\n')
  }

  #nextImage(): string {
    return this.#images++ === 0 ? '\n' : ',\n'
  }
}

const headings = ['START', 'LENGTH', 'STATE', 'DEPTH', 'OFFSET', 'FILE'] as const
const widths = [16, 10, 11, 5, 16] as const

/** Fixed widths, because the last extent is not known when the first is written. */
class TableMapWriter {
  readonly isInsideImage = false
  readonly #output: TextOutput
  readonly #paint: Paint
  readonly #isBatch: boolean
  #images = 0

  constructor(output: TextOutput, paint: Paint, isBatch: boolean) {
    this.#output = output
    this.#paint = paint
    this.#isBatch = isBatch
  }

  async begin(): Promise<void> {}

  async beginImage(path: string): Promise<void> {
    if (this.#images++ > 0) await this.#output.line()
    if (this.#isBatch) await this.#output.line(this.#paint(printable(path), 'strong'))
    await this.#output.line(this.#paint(row(headings), 'soft'))
  }

  async extents(extents: readonly MapExtent[]): Promise<void> {
    const rows = extents.map(({ start, length, depth, offset, filename, ...extent }) =>
      row([
        hexadecimal(start),
        formatBytes(length),
        stateOf(extent),
        String(depth),
        offset === undefined ? '-' : hexadecimal(offset),
        printable(filename ?? ''),
      ]),
    )
    await this.#output.line(rows.join('\n'))
  }

  async endImage(): Promise<void> {}

  async failed(): Promise<void> {}

  async end(): Promise<void> {}
}

const hexadecimal = (offset: number): string => `0x${offset.toString(16)}`

function stateOf(extent: Pick<MapExtent, 'compressed' | 'data' | 'present'>): string {
  if (extent.compressed) return 'compressed'
  if (extent.data) return 'data'
  return extent.present ? 'zero' : 'unallocated'
}

function row(cells: readonly string[]): string {
  return cells
    .map((text, index) => {
      const width = widths[index]
      if (width === undefined) return text
      return index === 2 ? text.padEnd(width) : text.padStart(width)
    })
    .join('  ')
    .trimEnd()
}
