import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { TooMuchMetadata } from '../qcow2/check/subject.ts'
import { findMetadata } from '../qcow2/dehydrate/find-metadata.ts'
import { metadataPieces, type LeftOut } from '../qcow2/dehydrate/metadata-pieces.ts'
import { MetadataView } from '../qcow2/dehydrate/metadata-view.ts'
import { NameKeeper } from '../qcow2/dehydrate/names.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { FixedLengthFile } from '../storage/fixed-length-file.ts'
import { isSameJudgement, judge } from './dehydrate-judgement.ts'
import type { DehydrateResult } from './dehydrate-result.ts'
import { writeMap } from './dehydrated-map.ts'
import { ContainerWriter, PlainWriter, type MetadataWriter } from './dehydrated-writer.ts'
import type { Host } from './host.ts'
import { makeOutput, type MadeOutput } from './new-output.ts'
import { requireQcow2 } from './require-qcow2.ts'
import { stillHost } from './still-host.ts'

export interface DehydrateOptions extends OperationContext {
  /** Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** `two-files`: `target` is the prefix of a `.meta` and a `.map` file. Default `container`. */
  readonly form?: 'container' | 'two-files' | undefined
  /** Names of files, snapshots and bitmaps are replaced by others of the same length. */
  readonly anonymize?: boolean | undefined
  readonly overwrite?: boolean | undefined
}

/** Ranges listed as left out; all are counted. */
const listedLeftOut = 1000

type DehydratingHost = Host & ExchangingEnvironment

/**
 * Writes the metadata of a qcow2 image without any guest data: what a check reads, cleaned of all that it does
 * not need (docs/DEHYDRATED.md says how that is made sure). Takes every header that a check takes, and never
 * changes the image. What was written is then checked in place of the image, and the result says whether the
 * check finds the same. Throws `dehydrate-not-possible`, `dehydrate-too-large`, `dehydrate-overlapping`, what
 * makes a header unreadable, and as `makeOutput`.
 */
export async function dehydrateImage(
  host: DehydratingHost,
  path: string,
  target: string,
  options: DehydrateOptions = {},
): Promise<DehydrateResult> {
  try {
    const still = stillHost(host)
    await using file = await still.openFile(path)
    requireQcow2(file, options.format, 'dehydrate-not-possible')
    const live = still.isMoving(file)
    const work = { host, file, live, options }
    return options.form === 'two-files'
      ? await intoTwoFiles(work, target)
      : await intoContainer(work, target)
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

interface Work {
  readonly host: DehydratingHost
  readonly file: BlockFile
  readonly live: boolean
  readonly options: DehydrateOptions
}

type Extracted = Omit<DehydrateResult, 'files' | 'writtenBytes'>

async function intoContainer(work: Work, target: string): Promise<DehydrateResult> {
  const { host, file, options } = work
  const output = { ...options, sources: [file] }
  const made = await makeOutput(host, target, output, async (container) => {
    const writer = new ContainerWriter(host, container)
    const extracted = await extract(work, writer)
    const { judgedTheSame, anonymized, live, imageBytes: totalSize } = extracted
    await writer.finish({ totalSize, judgedTheSame, anonymized, live })
    return extracted
  })
  return { ...made.result, files: [made.path], writtenBytes: made.fileLength }
}

/** The map gets its name last: where it is, its other file is whole. */
async function intoTwoFiles(work: Work, prefix: string): Promise<DehydrateResult> {
  const { host, file, options } = work
  const output = { ...options, sources: [file] }
  let meta: MadeOutput<Extracted> | undefined
  try {
    const map = await makeOutput(host, `${prefix}.map`, output, async (mapFile) => {
      meta = await makeOutput(host, `${prefix}.meta`, output, async (metaFile) => {
        const writer = new PlainWriter(metaFile)
        const extracted = await extract(work, writer)
        await writeMap(mapFile, { ranges: writer.ranges, totalSize: extracted.imageBytes })
        return extracted
      })
      return meta
    })
    return {
      ...map.result.result,
      files: [map.result.path, map.path],
      writtenBytes: map.result.fileLength + map.fileLength,
    }
  } catch (error) {
    // Alone it is of no use; one that took another's place cannot be taken back.
    if (meta?.replaced === false) await host.removeFile(meta.path)
    throw error
  }
}

async function extract(work: Work, writer: MetadataWriter): Promise<Extracted> {
  try {
    return await extractAll(work, writer)
  } catch (error) {
    // Here and not further out, where it would be a defect that nobody foresaw.
    if (!(error instanceof TooMuchMetadata)) throw error
    throw new ImageError('dehydrate-overlapping', { path: work.file.name }, { cause: error })
  }
}

async function extractAll(work: Work, writer: MetadataWriter): Promise<Extracted> {
  const { live, options } = work
  const file = new FixedLengthFile(work.file)
  const { anonymize = false, signal, pause, onProgress } = options
  const context: OperationContext = { signal, pause, onProgress }
  const imageBytes = file.size()
  const names = new NameKeeper({ anonymizes: anonymize })
  const area = readHeaderArea(file, 'check')
  const image = await judge(file, context)
  const found = await findMetadata(file, area, names, context)
  const leftOut: LeftOut[] = []
  let leftOutCount = 0
  const report = (each: LeftOut): void => {
    leftOutCount++
    if (leftOut.length < listedLeftOut) leftOut.push(each)
  }
  for await (const { at, bytes } of metadataPieces(found, report, context)) {
    await writer.add(at, bytes)
  }
  const { ranges } = writer
  const stream = await writer.stream()
  const view = new MetadataView({ name: file.name, totalSize: imageBytes, ranges, stream })
  const dehydrated = await judge(view, {
    signal,
    onProgress: (progress) => {
      if (progress.phase === 'tables') onProgress?.({ ...progress, phase: 'proof' })
    },
  })
  throwIfAborted(signal)
  return {
    path: file.name,
    imageBytes,
    metadataBytes: ranges.streamBytes,
    ranges: ranges.count,
    judgedTheSame: isSameJudgement(image, dehydrated),
    image: image.judgement,
    dehydrated: dehydrated.judgement,
    leftOut,
    leftOutCount,
    names: names.names,
    anonymized: anonymize,
    live,
  }
}
