import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { virtualSizeOf } from '../qcow2/create/settings.ts'
import { geometryFor } from '../qcow2/encode/image-plan.ts'
import { streamEncoded } from '../qcow2/encode/stream-encoded.ts'
import { layOutStream } from '../qcow2/encode/stream-layout.ts'
import { writeEncoded, type EncodedDisk } from '../qcow2/encode/write-encoded.ts'
import type { ByteSink } from '../storage/byte-sink.ts'
import type { EncodeOptions, EncodeSource, EncodeTarget } from './encode-options.ts'
import type { EncodeResult } from './encode-result.ts'
import { encodedFacts, encodeSettings, pieceOptions } from './encode-settings.ts'
import { openEncodeSource, type OpenedSource } from './encode-source.ts'
import { findDataClusters } from './find-data-clusters.ts'
import type { Host } from './host.ts'
import { makeOutput } from './new-output.ts'
import { InputPieces, sourcePieces } from './source-pieces.ts'
import { WatchedFiles } from './watched-files.ts'

/**
 * Makes a qcow2 image of a disk: of any image that can be read, through its whole backing chain, or of raw
 * bytes as they come. Holes of the source are not read, clusters of zeroes not stored; the disk has the
 * length of the source, rounded up to whole sectors. The files are held as readers meanwhile.
 *
 * A file gets its name when it is whole (`makeOutput`), so that a failure or a cancel leaves no file, and one
 * that was to be replaced as it was. For a sink the source is read twice: for which clusters hold data, then
 * for the data.
 *
 * Holds at most 24 MiB of guest data (ten pieces; with 2 MiB clusters as well) and the tables that
 * `ImageBuilder` and `EncodedSpace` name; for a sink, one bit for each guest cluster besides. Throws what
 * opening and reading an image throws, `file-in-use`, `source-changed`, `option-invalid`, `options-conflict`,
 * `disk-too-large`, `image-full`, the `output-…` reasons, `encode-cancelled` and `encode-cut-short`.
 */
export async function encodeImage(
  host: Host & ExchangingEnvironment,
  source: EncodeSource,
  target: EncodeTarget,
  options: EncodeOptions = {},
): Promise<EncodeResult> {
  // Before anything is opened.
  encodeSettings(options)
  const { compression = 'none' } = options
  if (target.kind === 'sink' && compression !== 'none') throw cannotStream('Compression')
  if (source.kind === 'input') {
    if (target.kind === 'sink') throw cannotStream('Input that is read once')
    return inWords(target.path, target, () => inputIntoFile(host, source.input, target, options))
  }
  return inWords(source.path, target, async () => {
    await using opened = await openEncodeSource(host, source.path, options)
    const made =
      target.kind === 'sink'
        ? await intoSink(opened, target.sink, options)
        : await fileIntoFile(host, opened, target, options)
    const facts = { source: opened.path, sourceFormat: opened.format }
    return { ...made, ...facts, bytesRead: opened.bytesRead() }
  })
}

type FileTarget = Extract<EncodeTarget, { readonly kind: 'file' }>
type Made = Omit<EncodeResult, 'source' | 'sourceFormat' | 'bytesRead'>

async function inputIntoFile(
  host: Host & ExchangingEnvironment,
  bytes: AsyncIterable<Uint8Array>,
  target: FileTarget,
  options: EncodeOptions,
): Promise<EncodeResult> {
  const pieces = new InputPieces(bytes, pieceOptions(encodeSettings(options), options))
  const disk = { pieces, length: undefined, finalLength: () => pieces.length }
  const made = await intoFile(host, target, { disk, sources: new WatchedFiles() }, options)
  return { ...made, source: undefined, sourceFormat: 'raw', bytesRead: pieces.length }
}

function fileIntoFile(
  host: Host & ExchangingEnvironment,
  { content, files }: OpenedSource,
  target: FileTarget,
  options: EncodeOptions,
): Promise<Made> {
  const { length } = content
  const pieces = sourcePieces(content, pieceOptions(encodeSettings(options), options))
  const disk = { pieces, length, finalLength: () => length }
  return intoFile(host, target, { disk, sources: files }, options)
}

async function intoFile(
  host: Host & ExchangingEnvironment,
  { path, overwrite }: FileTarget,
  { disk, sources }: { readonly disk: EncodedDisk; readonly sources: WatchedFiles },
  options: EncodeOptions,
): Promise<Made> {
  const { compression = 'none', signal } = options
  const settings = encodeSettings(options)
  const packing = compression === 'none' ? undefined : { codecs: host.codecs, type: compression }
  const rules = { overwrite, sources: sources.files, signal }
  const made = await makeOutput(host, path, rules, async (file) => {
    const written = await writeEncoded(file, disk, { settings, packing }, options)
    sources.mustBeUnchanged()
    return written
  })
  const { virtualSize, fileLength, dataClusters, packedClusters, packedBytes } = made.result
  return {
    ...encodedFacts(settings, virtualSize, options),
    target: { path: made.path, replaced: made.replaced, allocatedBytes: made.allocatedBytes },
    fileLength,
    dataClusters,
    compressedClusters: packedClusters,
    compressedBytes: packedBytes,
  }
}

async function intoSink(
  { path, content, files }: OpenedSource,
  sink: ByteSink,
  options: EncodeOptions,
): Promise<Made> {
  const settings = encodeSettings(options)
  const virtualSize = virtualSizeOf(content.length, settings)
  const geometry = geometryFor(settings, virtualSize)
  const pieces = pieceOptions(settings, options)
  const data = await findDataClusters(content, geometry, pieces, options)
  const layout = layOutStream(path, geometry, data.clusters)
  const image = {
    settings,
    geometry,
    layout,
    data: data.clusters,
    pieces: sourcePieces(data.source, pieces),
  }
  await streamEncoded(sink, image, options)
  files.mustBeUnchanged()
  return {
    ...encodedFacts(settings, virtualSize, options),
    target: undefined,
    fileLength: layout.fileLength,
    dataClusters: data.clusters.size,
    compressedClusters: 0,
    compressedBytes: 0,
  }
}

const cannotStream = (feature: string): ImageError =>
  new ImageError('options-conflict', { feature, expected: 'a file to write to' })

/** Whatever goes wrong is told of the file at `path`, and a cancel of what becomes of the new one. */
async function inWords<Result>(
  path: string,
  target: EncodeTarget,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof ImageError)) throw thrown
    if (thrown.reason !== 'cancelled') throw thrown.with({ path })
    throw target.kind === 'file'
      ? new ImageError('encode-cancelled', { path: target.path }, { cause: thrown })
      : new ImageError('encode-cut-short', { path }, { cause: thrown })
  }
}
