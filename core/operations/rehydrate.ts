import { throwIfAborted } from '../base/abort.ts'
import { isAllZero } from '../base/zeroes.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { MetadataRanges } from '../qcow2/dehydrate/metadata-ranges.ts'
import type { MetadataStream } from '../qcow2/dehydrate/metadata-view.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { RehydrateResult } from './dehydrate-result.ts'
import { isContainer, openContainer, type ContainerFacts } from './dehydrated-container.ts'
import { isMap, readMap } from './dehydrated-map.ts'
import type { Host } from './host.ts'
import { makeOutput } from './new-output.ts'

export interface RehydrateOptions extends OperationContext {
  readonly overwrite?: boolean | undefined
}

type RehydratingHost = Host & ExchangingEnvironment

/**
 * Makes a sparse image of what `dehydrateImage` wrote: all of its structure, and holes where guest data was.
 * `source` is a container, or the prefix or the `.map` file of the form with two files. Throws
 * `rehydrate-no-container`, `rehydrate-damaged`, `rehydrate-newer`, and as `makeOutput`.
 */
export async function rehydrateImage(
  host: RehydratingHost,
  source: string,
  target: string,
  options: RehydrateOptions = {},
): Promise<RehydrateResult> {
  try {
    await using dehydrated = await openDehydrated(host, source, options)
    const { files, ranges, stream, totalSize, facts } = dehydrated
    const output = { ...options, sources: files }
    const made = await makeOutput(host, target, output, (image) =>
      fill(image, { ranges, stream, totalSize }, options),
    )
    return {
      source: dehydrated.path,
      path: made.path,
      replaced: made.replaced,
      imageBytes: totalSize,
      metadataBytes: ranges.streamBytes,
      allocatedBytes: made.allocatedBytes,
      judgedTheSame: facts?.judgedTheSame,
      anonymized: facts?.anonymized,
      live: facts?.live,
    }
  } catch (error) {
    throw ImageError.from(error, { path: source })
  }
}

interface Content {
  readonly ranges: MetadataRanges
  readonly stream: MetadataStream
  readonly totalSize: number
}

interface OpenedDehydrated extends Content, AsyncDisposable {
  readonly path: string
  readonly files: readonly BlockFile[]
  readonly facts: ContainerFacts | undefined
}

async function openDehydrated(
  host: RehydratingHost,
  source: string,
  context: OperationContext,
): Promise<OpenedDehydrated> {
  const file = await openSource(host, source)
  const close = () => file.close()
  try {
    if (!isContainer(file)) return await openTwoFiles(host, file, context)
    const { facts, ranges, stream } = await openContainer(host, file, context)
    const content = { facts, ranges, stream, totalSize: facts.totalSize }
    return { ...content, path: file.name, files: [file], [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openTwoFiles(
  host: RehydratingHost,
  map: BlockFile,
  context: OperationContext,
): Promise<OpenedDehydrated> {
  if (!isMap(map)) throw noContainer(map.name, 'another kind of file')
  const prefix = map.name.replace(/\.map$/, '')
  if (prefix === map.name) throw noContainer(map.name, 'a map whose name does not end in .map')
  const meta = await host.openFile(`${prefix}.meta`)
  try {
    const { ranges, totalSize } = await readMap(map, meta.size(), context)
    const stream: MetadataStream = {
      readNow: (into, at) => {
        meta.readNow(into, at, 'data')
      },
    }
    const close = async () => {
      await meta.close()
      await map.close()
    }
    const content = { facts: undefined, ranges, stream, totalSize }
    return { ...content, path: map.name, files: [map, meta], [Symbol.asyncDispose]: close }
  } catch (error) {
    await meta.close()
    throw error
  }
}

/** The file of that name; where there is none, the map of that prefix. */
async function openSource(host: RehydratingHost, source: string): Promise<BlockFile> {
  try {
    return await host.openFile(source)
  } catch (error) {
    if (!(error instanceof ImageError) || error.reason !== 'file-missing') throw error
    try {
      return await host.openFile(`${source}.map`)
    } catch {
      throw error
    }
  }
}

const pieceBytes = 2 ** 20
/** What is zero throughout stays a hole: containers of others may have any zeroes. */
const blockBytes = 4096

async function fill(
  image: WritableFile,
  { ranges, stream, totalSize }: Content,
  { signal, onProgress }: OperationContext,
): Promise<void> {
  image.truncate(totalSize)
  const buffer = new Uint8Array(pieceBytes)
  let done = 0
  for (let position = 0; position < ranges.count; position++) {
    const range = ranges.at(position)
    for (let at = 0; at < range.length; at += pieceBytes) {
      throwIfAborted(signal)
      const piece = buffer.subarray(0, Math.min(pieceBytes, range.length - at))
      stream.readNow(piece, range.streamAt + at)
      await writeNonZero(image, piece, range.at + at)
      done += piece.length
      onProgress?.({ phase: 'metadata', done, total: ranges.streamBytes, unit: 'bytes' })
    }
  }
}

/** Runs of blocks that are not zero, each with one write. */
async function writeNonZero(image: WritableFile, piece: Uint8Array, at: number): Promise<void> {
  for (let from = 0; from < piece.length;) {
    const isZero = (start: number) => isAllZero(piece.subarray(start, start + blockBytes))
    let to = from
    while (to < piece.length && !isZero(to)) to += blockBytes
    if (to > from) await image.write(piece.subarray(from, to), at + from, 'data')
    from = to
    while (from < piece.length && isZero(from)) from += blockBytes
  }
}

const noContainer = (path: string, found: string) =>
  new ImageError('rehydrate-no-container', { path, found, expected: 'what dehydrate writes' })
