import { ImageError } from '../errors/image-error.ts'
import { RawDisk } from '../device/raw-disk.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { layOut } from '../qcow2/create/image-layout.ts'
import { newHeaderArea } from '../qcow2/create/new-header.ts'
import { settingsOf, virtualSizeOf, wholeSectors } from '../qcow2/create/settings.ts'
import { writeNewImage } from '../qcow2/create/write-image.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { Qcow2Writer } from '../qcow2/qcow2-writer.ts'
import { UnflushedFile } from '../storage/unflushed-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { makeOutput } from './new-output.ts'
import { fillWithPattern, type PatternTarget, type PatternWork } from './pattern-fill.ts'
import { layOutPattern } from './pattern-layouts.ts'
import type { PatternOptions } from './pattern-options.ts'
import type { PatternResult } from './pattern-result.ts'

export interface MakePatternOptions extends PatternOptions, OperationContext {
  /** Bytes; rounded up to whole sectors of 512. */
  readonly size: number
  /** Default qcow2, with clusters of the pattern's size. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** Store text compressed (qcow2). */
  readonly compress?: 'zlib' | 'zstd' | undefined
  /** Default false: a file that has the name already stays. */
  readonly overwrite?: boolean | undefined
}

/**
 * Makes an image that holds a pattern. It gets its name when it is whole (`makeOutput`); a failure or a cancel
 * leaves no file, or the one that was there. Throws what `makeOutput` throws, `invalid-argument`,
 * `option-invalid`, `options-conflict` and `disk-too-large`.
 */
export async function makePattern(
  host: ExchangingEnvironment,
  path: string,
  options: MakePatternOptions,
): Promise<PatternResult> {
  const { format = 'qcow2', overwrite, signal } = options
  const make = format === 'qcow2' ? qcow2Pattern(host, options) : rawPattern(options)
  const { result, ...made } = await makeOutput(host, path, { overwrite, signal }, make.write)
  return {
    path: made.path,
    format,
    virtualSize: make.virtualSize,
    ...result,
    fileLength: made.fileLength,
    allocatedBytes: made.allocatedBytes,
  }
}

/** All that can be refused is refused before there is a file. */
interface PatternMaker {
  readonly virtualSize: number
  readonly write: (file: WritableFile) => Promise<PatternWork>
}

function qcow2Pattern(
  { codecs }: Pick<ExchangingEnvironment, 'codecs'>,
  options: MakePatternOptions,
): PatternMaker {
  const { clusterSize, compress } = options
  const settings = settingsOf(
    { clusterSize, compressionType: compress },
    { hasBackingFile: false, dataFile: 'none' },
  )
  const virtualSize = virtualSizeOf(options.size, settings)
  const pattern = layOutPattern(options, virtualSize)
  const layout = layOut(settings, virtualSize)
  const header = newHeaderArea(settings, layout, {})
  const write = async (named: WritableFile): Promise<PatternWork> => {
    // Nobody sees the file before it is whole and was flushed as a whole.
    const file = new UnflushedFile(named)
    await writeNewImage(file, { settings, layout, header }, options)
    const image = new Qcow2Writer({ file, area: readHeaderArea(file), codecs })
    const packing = compress && {
      clusterSize: settings.clusterSize,
      write: (from: Uint8Array, at: number) => image.writeCompressed(from, at),
    }
    const target: PatternTarget = {
      write: (from, at) => image.write(from, at),
      discard: (at, length) => image.discard(at, length),
      flush: () => image.flush(),
      packing,
    }
    const work = await fillWithPattern(target, pattern, options)
    // What one commit frees is written as free by the next. The file stays open for its maker.
    await image.flush()
    return work
  }
  return { virtualSize, write }
}

function rawPattern(options: MakePatternOptions): PatternMaker {
  if (options.compress !== undefined) {
    throw new ImageError('options-conflict', { feature: 'Compression', expected: 'qcow2' })
  }
  const virtualSize = wholeSectors(options.size)
  const pattern = layOutPattern(options, virtualSize)
  const write = (file: WritableFile): Promise<PatternWork> => {
    file.truncate(virtualSize)
    return fillWithPattern(new RawDisk(file, { discard: true }), pattern, options)
  }
  return { virtualSize, write }
}
