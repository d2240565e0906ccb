import { throwIfAborted } from '../base/abort.ts'
import { printable } from '../base/text.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import { judgeLink, whyClosed } from '../image/links.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { openBackingOf, probedFormat } from '../image/open-image.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { Qcow2Writer } from './qcow2-writer.ts'
import { readyToChange } from './ready-to-change.ts'

export interface OpenForWritingOptions {
  /** Given: never probe the image itself. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
  /** Space that is freed goes back to the host. Default false. */
  readonly discard?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** An image that may be changed; whoever opened it closes it. */
export type OpenedForWriting =
  | { readonly kind: 'qcow2'; readonly image: Qcow2Writer }
  | { readonly kind: 'raw'; readonly file: WritableFile }

/**
 * Opens an image for writing and holds it, its data file and everything below it, so that nobody else
 * changes them meanwhile. Unlike a reader it needs the whole chain: content that is not there cannot be
 * copied. An image whose refcounts were written lazily, and whose writer never closed it, gets them
 * counted anew first.
 *
 * Throws what opening a file and reading a header throw, `file-in-use`, `image-corrupt`, the reason of a
 * link that cannot be opened, and what `rebuildRefcounts` throws.
 */
export async function openForWriting(
  environment: WritingEnvironment,
  path: string,
  options: OpenForWritingOptions = {},
): Promise<OpenedForWriting> {
  throwIfAborted(options.signal)
  const absolute = environment.paths.resolve('', path)
  // Closes what was opened, unless all of it came to be somebody's.
  await using opened = new AsyncDisposableStack()
  const file = opened.use(await environment.openForWriting(absolute))
  if ((options.format ?? probedFormat(file)) === 'raw') {
    opened.move()
    return { kind: 'raw', file }
  }
  const area = await readyToChange(file, { signal: options.signal })
  const dataFile =
    area.dataFileName === undefined
      ? undefined
      : opened.use(await openDataFile(environment, absolute, area.dataFileName, options))
  const holding = { ...environment, openFile: environment.openForHolding.bind(environment) }
  const backing = opened.use(await openBackingOf(holding, { file, path: absolute, area }, options))
  const { codecs } = environment
  const { discard } = options
  const image = new Qcow2Writer({ file, area, codecs, dataFile, backing, discard })
  opened.move()
  return { kind: 'qcow2', image }
}

/** The external data file, through the gate, held as a writer holds it. */
async function openDataFile(
  environment: WritingEnvironment,
  from: string,
  name: string,
  { links = 'same-folder' }: OpenForWritingOptions,
): Promise<WritableFile> {
  const role = 'data file'
  const verdict = await judgeLink(environment, { role, name, from }, links)
  if (verdict.kind === 'closed') throw verdict.error
  try {
    return await environment.openForWriting(verdict.path)
  } catch (error) {
    throw whyClosed(error, { path: from, link: printable(name), structure: role }).error
  }
}
