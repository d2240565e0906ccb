import { throwIfAborted } from '../base/abort.ts'
import { printable } from '../base/text.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import { judgeLink, whyClosed } from '../image/links.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { openBackingOf, probedFormat, type ImageAbove } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { readHeaderArea } from './header-file.ts'
import { Qcow2Writer } from './qcow2-writer.ts'
import { readyToChange } from './ready-to-change.ts'

export interface OpenForWritingOptions extends Pick<OperationContext, 'signal' | 'pause'> {
  /** Given: never probe the image itself. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
  /** Space that is freed goes back to the host. Default false. */
  readonly discard?: boolean | undefined
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
  const top = { file, path: absolute, area: readHeaderArea(file) }
  const dataFile = opened.use(await openDataFile(environment, top, options))
  const holding = { ...environment, openFile: holdingAllBut(environment, file) }
  const backing = opened.use(await openBackingOf(holding, top, options))
  // Last, for it may change the file: a link that stays closed leaves the image as it was.
  const area = await readyToChange(file, { signal: options.signal, pause: options.pause })
  const { codecs } = environment
  const { discard } = options
  const image = new Qcow2Writer({ file, area, codecs, dataFile, backing, discard })
  opened.move()
  return { kind: 'qcow2', image }
}

/** The external data file, when there is one: through the gate, held as a writer holds it. */
export async function openDataFile(
  environment: WritingEnvironment,
  { file, path, area }: ImageAbove,
  { links = 'same-folder' }: Pick<OpenForWritingOptions, 'links'>,
): Promise<WritableFile | undefined> {
  const { dataFileName: name } = area
  if (name === undefined) return undefined
  const role = 'data file'
  const facts = { path, link: printable(name), structure: role }
  const verdict = await judgeLink(environment, { role, name, from: path }, links)
  if (verdict.kind === 'closed') throw verdict.error
  try {
    if (await isThatFile(environment, verdict.path, file)) throw new ImageError('chain-loop', facts)
    return await environment.openForWriting(verdict.path)
  } catch (error) {
    throw whyClosed(error, facts).error
  }
}

/**
 * Opens backing files held as readers hold them. An image that comes back to itself is opened without:
 * who walks the chain finds the loop, instead of being told that we ourselves hold the file.
 */
export const holdingAllBut =
  (environment: WritingEnvironment, file: BlockFile) =>
  async (path: string): Promise<BlockFile> =>
    (await isThatFile(environment, path, file))
      ? environment.openFile(path)
      : environment.openForHolding(path)

async function isThatFile(
  environment: WritingEnvironment,
  path: string,
  { identity }: BlockFile,
): Promise<boolean> {
  await using other = await environment.openFile(path)
  if (identity === undefined || other.identity === undefined) return false
  return other.identity.device === identity.device && other.identity.inode === identity.inode
}
