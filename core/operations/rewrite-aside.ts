import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import {
  buildRewritten,
  type BuildOptions,
  type Rewritten,
} from '../qcow2/rewrite/build-rewritten.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { exchangeTarget, type ExchangeTarget } from './exchange-target.ts'
import { removeLeftovers } from './remove-leftovers.ts'
import { inWordsOfRewriting } from './rewrite-errors.ts'
import { nameAside } from './rewrite-names.ts'

/** An image that its caller holds as a writer, so that it stays what it is. */
export interface RewriteSource {
  /** Where it was opened; may be a symbolic link. */
  readonly path: string
  readonly file: BlockFile
  readonly area: HeaderArea
}

export interface RewriteOptions extends Omit<BuildOptions, 'codecs'> {
  /**
   * A name that the old file keeps, in the folder of the image unless it is a path; nothing may have it.
   * Default: the old file goes with its last name.
   */
  readonly keepOriginalAs?: string | undefined
}

/**
 * A whole image in a file beside the one it was made of, durable and held, under a name that nobody uses.
 * `swapInPlaceOf` gives it the name of the old one; disposing of it closes it, and removes it unless that was
 * done.
 */
export interface RewrittenAside extends Rewritten, AsyncDisposable {
  readonly file: WritableFile
  /** Its name now. */
  readonly path: string
  readonly replaces: ExchangeTarget
  /** Leftovers of rewritings that were killed, which were removed first. */
  readonly removed: readonly string[]
  /** It has its place, so it stays. */
  keep(): void
}

/**
 * Writes an image anew beside itself (docs/COMPACTION.md, "Rewrite aside and swap"). The image is only
 * read. Whoever gets the new one compares its content, then calls `swapInPlaceOf`.
 *
 * A failure or a cancel removes the new file; a killed process leaves one that the next call removes.
 * Throws what `exchangeTarget` and `buildRewritten` throw, `rewrite-folder`, `rewrite-no-space`,
 * `rewrite-failed` or `rewrite-left-behind`.
 */
export async function rewriteAside(
  host: ExchangingEnvironment,
  source: RewriteSource,
  options: RewriteOptions = {},
): Promise<RewrittenAside> {
  throwIfAborted(options.signal)
  const replaces = await exchangeTarget(host, source.path, options.keepOriginalAs)
  const removed = await removeLeftovers(host, replaces.path)
  const path = nameAside(host, replaces.path)
  try {
    const file = await host.createPrivateFile(path)
    const made = new MadeFile(host, file, path)
    try {
      const { codecs } = host
      const built = await buildRewritten(source.file, source.area, file, { ...options, codecs })
      return {
        ...built,
        file,
        path,
        replaces,
        removed,
        keep: () => made.keep(),
        [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
      }
    } catch (error) {
      throw await made.abandon(error)
    }
  } catch (error) {
    throw inWordsOfRewriting(error, source.path, path)
  }
}

/** A file that goes when its scope ends, unless it was kept. */
class MadeFile implements AsyncDisposable {
  readonly #host: ExchangingEnvironment
  readonly #file: WritableFile
  readonly #path: string
  #state: 'made' | 'kept' | 'gone' = 'made'

  constructor(host: ExchangingEnvironment, file: WritableFile, path: string) {
    this.#host = host
    this.#file = file
    this.#path = path
  }

  keep(): void {
    this.#state = 'kept'
  }

  /** Removes the file; the error to throw. */
  async abandon(error: unknown): Promise<unknown> {
    try {
      await this[Symbol.asyncDispose]()
      return error
    } catch (failure) {
      return failure instanceof ImageError
        ? new ImageError('rewrite-left-behind', failure.context, { cause: error })
        : failure
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'gone') return
    const isKept = this.#state === 'kept'
    this.#state = 'gone'
    if (isKept) {
      await this.#file.close()
      return
    }
    try {
      await this.#host.removeFile(this.#path)
    } catch (thrown) {
      const { errno } = ImageError.from(thrown).context
      const facts = errno === undefined ? {} : { errno }
      throw new ImageError('rewrite-left-behind', { path: this.#path, link: this.#path, ...facts })
    } finally {
      // A disk that failed may fail to close it as well; nobody needs what is in it.
      await this.#file.close().catch(() => undefined)
    }
  }
}
