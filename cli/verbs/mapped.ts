import type { ImageError, OperationContext, StoredExtent } from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import { eachImage } from '../images/each-image.ts'
import { findImages } from '../images/find-images.ts'
import { errorJson, exitCodeOf, printError } from '../output/print-error.ts'
import { sayHowMany } from '../output/batch-summary.ts'
import type { mapping } from '../table/looking-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { printable } from '../terminal/printable.ts'
import type { TextOutput } from '../terminal/text-output.ts'

type MappedWords = OptionValues<typeof mapping>

/** `platter mapped`: extents stream out as they are found, because a disk can have millions of them. */
export const mapped: RunVerb<MappedWords> = async ({ operands, options, host }) => {
  const { images, isBatch } = await findImages(operands, host)
  const { output, format, links, ignoreZeroes, offset: from, bytes: length } = options
  const { stdout } = host
  const writer =
    output === 'json' ? new JsonWriter(stdout, isBatch) : new LineWriter(stdout, isBatch)
  const work = async (path: string, context: OperationContext): Promise<void> => {
    const how = { ...context, format, links, ignoreZeroes, from, length }
    const batches = host.engine.storedExtents(path, how)
    // The first batch tells whether the image opens at all, before anything of it is written.
    const first = await batches.next()
    await writer.beginImage(path)
    if (first.done !== true) await writer.extents(first.value)
    for await (const extents of batches) await writer.extents(extents)
    await writer.endImage()
  }
  const codes: ExitCode[] = []
  await writer.begin()
  for await (const outcome of eachImage(images, { host, options }, work)) {
    if (outcome.kind === 'cancelled') return exitCodes.interrupted
    if (outcome.kind === 'done') codes.push(exitCodes.fine)
    if (outcome.kind !== 'failed') continue
    const { path, error } = outcome
    codes.push(exitCodeOf(error))
    if (output === 'text' || !isBatch || writer.isInsideImage) {
      await printError(error, { output, host })
      // What is on stdout is cut short and no JSON any more: going on would only hide that.
      if (writer.isInsideImage && output === 'json') return worst(codes)
    } else {
      await writer.failed(path, error)
    }
  }
  await writer.end()
  if (isBatch && worst(codes) !== exitCodes.fine) await sayHowMany(codes, { host, options })
  return worst(codes)
}

/** One extent a line: where it begins in hexadecimal, and its length in decimal. */
class LineWriter {
  readonly isInsideImage = false
  readonly #output: TextOutput
  readonly #isBatch: boolean

  constructor(output: TextOutput, isBatch: boolean) {
    this.#output = output
    this.#isBatch = isBatch
  }

  async begin(): Promise<void> {}

  async beginImage(path: string): Promise<void> {
    if (this.#isBatch) await this.#output.line(`# ${printable(path)}`)
    await this.#output.line('# offset (bytes), length (bytes)')
  }

  async extents(extents: readonly StoredExtent[]): Promise<void> {
    const lines = extents.map(({ start, length }) => `0x${start.toString(16)} ${length}`)
    await this.#output.line(lines.join('\n'))
  }

  async endImage(): Promise<void> {}

  async failed(): Promise<void> {}

  async end(): Promise<void> {}
}

/** The object of schemas/mapped-json.ts with one extent a line; of several images an array of them. */
class JsonWriter {
  isInsideImage = false
  readonly #output: TextOutput
  readonly #isBatch: boolean
  #images = 0
  #count = 0
  #bytes = 0

  constructor(output: TextOutput, isBatch: boolean) {
    this.#output = output
    this.#isBatch = isBatch
  }

  async begin(): Promise<void> {
    if (this.#isBatch) await this.#output.write('[')
  }

  async beginImage(path: string): Promise<void> {
    this.isInsideImage = true
    this.#count = 0
    this.#bytes = 0
    const start = this.#isBatch ? this.#nextImage() : ''
    await this.#output.write(
      `${start}{ "version": 1, "filename": ${JSON.stringify(path)}, "extents": [`,
    )
  }

  async extents(extents: readonly StoredExtent[]): Promise<void> {
    const separator = this.#count === 0 ? '\n' : ',\n'
    const lines = extents.map(({ start, length }) => {
      this.#bytes += length
      return `{ "offset": ${start}, "length": ${length} }`
    })
    this.#count += extents.length
    // Joined, not added up: what is written at once should be one flat string.
    await this.#output.write(separator + lines.join(',\n'))
  }

  async endImage(): Promise<void> {
    this.isInsideImage = false
    const end = this.#isBatch ? '' : '\n'
    await this.#output.write(`], "count": ${this.#count}, "bytes": ${this.#bytes} }${end}`)
  }

  async failed(path: string, error: ImageError): Promise<void> {
    const element = { filename: path, error: errorJson(error.toJSON()) }
    await this.#output.write(this.#nextImage() + JSON.stringify(element))
  }

  async end(): Promise<void> {
    if (this.#isBatch) await this.#output.write(this.#images === 0 ? ']\n' : '\n]\n')
  }

  #nextImage(): string {
    return this.#images++ === 0 ? '\n' : ',\n'
  }
}
