import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { FileExtent } from './compact-plan.ts'
import { extentOf } from './file-extent.ts'
import { mustBeNamed } from './must-be-named.ts'
import { inWordsOfRewriting } from './rewrite-errors.ts'
import { exchangeTarget, isKeptAs } from './exchange-target.ts'
import type { RewriteSource, RewrittenAside } from './rewrite-aside.ts'

export interface SwapOutcome {
  /** The file that was replaced, symbolic links followed. */
  readonly path: string
  /** Where the old file is now; undefined: gone. */
  readonly keptAs: string | undefined
  readonly before: FileExtent
  readonly after: FileExtent
}

/**
 * Gives a rewritten image the name of the old one, in an order in which that name always leads to one of
 * the two, whole:
 *
 *     new file: length and space compared, rights of the old one          flush
 *     old file: a second name, when it is to be kept                      folder flush
 *     the new file's name moves over the old one (rename)                 folder flush      ◀ it is the image
 *
 * The caller holds the old file until this returns, and goes on with the new one. A cancel is heard until
 * the rename. Until then a failure leaves the old file as it was, without the second name. Throws what
 * `exchangeTarget` throws, `rewrite-not-smaller`, `file-changed`, `rewrite-attributes`,
 * `rewrite-cannot-keep`, `rewrite-folder`, and after the rename `rewrite-not-durable`.
 */
export async function swapInPlaceOf(
  host: ExchangingEnvironment,
  source: RewriteSource,
  rewritten: RewrittenAside,
  { signal }: Pick<OperationContext, 'signal'> = {},
): Promise<SwapOutcome> {
  const { path: aside, replaces } = rewritten
  const { path, keptAs } = replaces
  const folder = host.paths.folderOf(path)
  try {
    await exchangeTarget(host, path, keptAs)
    await mustBeNamed(host, source.file, path)
    const before = extentOf(source.file)
    const after = extentOf(rewritten.file)
    mustNotGrow(source.path, before, after)
    await host.copyAttributes(path, aside)
    await rewritten.file.flush()
    throwIfAborted(signal)
    if (keptAs !== undefined) await addOldName(host, path, keptAs)
    try {
      throwIfAborted(signal)
      await host.moveName(aside, path)
    } catch (thrown) {
      if (keptAs !== undefined) await host.removeFile(keptAs)
      const error = ImageError.from(thrown)
      throw new ImageError(error.reason, { ...error.context, path: aside }, { cause: error })
    }
    rewritten.keep()
    await makeDurable(host, source.path, folder)
    return { path, keptAs, before, after }
  } catch (error) {
    throw inWordsOfRewriting(error, source.path, aside)
  }
}

/**
 * File systems count blocks in which they note where a file lies, too, and no two files lie alike: ext4 adds
 * 4 KiB for 340 pieces. What is less than that says nothing.
 */
const bookkeepingOf = (bytes: number): number => 32 * 1024 + Math.floor(bytes / 1024)

function mustNotGrow(path: string, before: FileExtent, after: FileExtent): void {
  const sizes = [
    ['length', before.fileLength, after.fileLength],
    ['size on the disk', before.allocatedBytes, after.allocatedBytes],
  ] as const
  for (const [field, limit, found] of sizes) {
    if (limit === undefined || found === undefined) continue
    if (found <= limit + (field === 'length' ? 0 : bookkeepingOf(limit))) continue
    throw new ImageError('rewrite-not-smaller', { path, field, limit, found })
  }
}

/** A hard link, so that the image has its own name all the time. */
async function addOldName(host: ExchangingEnvironment, path: string, name: string): Promise<void> {
  if (await isKeptAs(host, path, name)) return
  let isAdded = false
  try {
    await host.addName(path, name)
    isAdded = true
    await host.flushFolder(host.paths.folderOf(name))
  } catch (thrown) {
    if (isAdded) await host.removeFile(name)
    const error = ImageError.from(thrown)
    if (error.reason === 'file-exists') throw error
    const { errno } = error.context
    const facts = errno === undefined ? {} : { errno }
    throw new ImageError('rewrite-cannot-keep', { path, link: name, ...facts }, { cause: error })
  }
}

async function makeDurable(
  host: ExchangingEnvironment,
  path: string,
  folder: string,
): Promise<void> {
  try {
    await host.flushFolder(folder)
  } catch (thrown) {
    const { errno } = ImageError.from(thrown).context
    const facts = errno === undefined ? {} : { errno }
    throw new ImageError('rewrite-not-durable', { path, ...facts }, { cause: thrown })
  }
}
