import { throwIfAborted } from '../base/abort.ts'
import type { Reason } from '../errors/catalogue.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { outputTarget, type OutputTarget } from './output-target.ts'
import { removeLeftovers } from './remove-leftovers.ts'
import { nameAside } from './rewrite-names.ts'

export interface NewOutputOptions {
  /** Default false: a file that has the name already stays, and nothing is made. */
  readonly overwrite?: boolean | undefined
  /** Files that are read meanwhile, none of which may be replaced. */
  readonly sources?: readonly BlockFile[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** A file that has its name. */
export interface MadeOutput<Result> {
  /** Absolute; of a file that was replaced, with every symbolic link followed. */
  readonly path: string
  /** Whether another file had the name before. */
  readonly replaced: boolean
  readonly fileLength: number
  /** undefined where the host does not tell. */
  readonly allocatedBytes: number | undefined
  readonly result: Result
}

/**
 * Makes a file that gets its name when it is whole. Until then it lies beside its place under a name that
 * nobody uses (`nameAside`), so that a power cut or a killed process leaves nothing under `path`, or the file
 * that was there before; the next call for `path` removes what was left.
 *
 *     write fills it                                            flush
 *     a name that was free:  link, which replaces nothing       folder flush
 *     overwrite:             rights of the old file, rename     folder flush
 *
 * A file to be replaced is held as by a writer meanwhile, so none that somebody has open is replaced. A cancel
 * is heard until the file gets its name. A failure or a cancel removes what was begun. Throws
 * `output-exists`, `output-is-source`, `file-in-use`, `file-not-regular`, `file-is-folder`, the other
 * `output-…` reasons, `cancelled` and what `write` throws.
 */
export async function makeOutput<Result>(
  host: ExchangingEnvironment,
  path: string,
  options: NewOutputOptions,
  write: (file: WritableFile) => Promise<Result>,
): Promise<MadeOutput<Result>> {
  const { overwrite = false, sources = [], signal } = options
  const target = await outputTarget(host, path, overwrite)
  if (target.replaces) await mustNotBeRead(host, target.path, sources)
  await using old = target.replaces ? await host.openForWriting(target.path) : undefined
  await removeLeftovers(host, target.path)
  const aside = nameAside(host, target.path)
  const output = new UnfinishedOutput(host, { aside, target, old })
  try {
    return await output.make(write, signal)
  } catch (thrown) {
    throw inWordsOfOutput(thrown, target.path, aside)
  }
}

interface OutputPlaces {
  readonly aside: string
  readonly target: OutputTarget
  /** Held. */
  readonly old: BlockFile | undefined
}

class UnfinishedOutput {
  readonly #host: ExchangingEnvironment
  readonly #places: OutputPlaces

  constructor(host: ExchangingEnvironment, places: OutputPlaces) {
    this.#host = host
    this.#places = places
  }

  async make<Result>(
    write: (file: WritableFile) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<MadeOutput<Result>> {
    const host = this.#host
    const { aside, target, old } = this.#places
    // What replaces a file gets its rights at the end; until then it is nobody's but ours.
    const file = await (old === undefined ? host.createFile(aside) : host.createPrivateFile(aside))
    let made: MadeOutput<Result>
    try {
      throwIfAborted(signal)
      const result = await write(file)
      if (old !== undefined) await this.#host.copyRights(target.path, aside)
      await file.flush()
      throwIfAborted(signal)
      // A flush can take long; this look is for what happened meanwhile.
      if (old !== undefined) await this.#mustStillBe(old)
      made = {
        path: target.path,
        replaced: target.replaces,
        fileLength: file.size(),
        allocatedBytes: file.allocatedBytes(),
        result,
      }
      await (old === undefined ? this.#nameNew() : host.moveName(aside, target.path))
    } catch (error) {
      throw await this.#abandon(file, error)
    }
    await this.#makeDurable()
    await file.close()
    return made
  }

  /** Somebody may have put another file there, although the old one is held. Throws `file-changed`. */
  async #mustStillBe(old: BlockFile): Promise<void> {
    const { target } = this.#places
    await using named = await this.#host.openFile(target.path)
    if (old.identity !== undefined && !isSameFile(named, old)) {
      throw new ImageError('file-changed', { path: target.path, found: 'another file' })
    }
  }

  async #nameNew(): Promise<void> {
    const { aside, target } = this.#places
    try {
      await this.#host.addName(aside, target.path)
    } catch (thrown) {
      const error = ImageError.from(thrown)
      if (error.reason === 'file-exists') {
        throw new ImageError('output-exists', { path: target.path }, { cause: error })
      }
      await this.#nameWithoutLinks()
      return
    }
    try {
      await this.#host.removeFile(aside)
    } catch (error) {
      // The file is whole and has its name; the second one goes the next time (removeLeftovers).
      if (!(error instanceof ImageError)) throw error
    }
  }

  /** File systems without hard links: the name is taken by an empty file first, which nobody else made. */
  async #nameWithoutLinks(): Promise<void> {
    const { aside, target } = this.#places
    try {
      const placeholder = await this.#host.createFile(target.path)
      await placeholder.close()
    } catch (thrown) {
      const error = ImageError.from(thrown)
      if (error.reason !== 'file-exists') throw error
      throw new ImageError('output-exists', { path: target.path }, { cause: error })
    }
    try {
      await this.#host.moveName(aside, target.path)
    } catch (error) {
      await this.#host.removeFile(target.path)
      throw error
    }
  }

  /** Removes what was begun; the error to throw. */
  async #abandon(file: WritableFile, error: unknown): Promise<unknown> {
    const { aside, target } = this.#places
    try {
      await this.#host.removeFile(aside)
      return error
    } catch (failure) {
      const facts = { path: target.path, link: aside, ...errnoOf(failure) }
      return new ImageError('output-left-behind', facts, { cause: error })
    } finally {
      // A disk that failed may fail to close it as well; nobody needs what is in it.
      await file.close().catch(() => undefined)
    }
  }

  async #makeDurable(): Promise<void> {
    const { path } = this.#places.target
    try {
      await this.#host.flushFolder(this.#host.paths.folderOf(path))
    } catch (thrown) {
      throw new ImageError('output-not-durable', { path, ...errnoOf(thrown) }, { cause: thrown })
    }
  }
}

/** Before it is held as a writer: that we are reading it ourselves says more than that it is in use. */
async function mustNotBeRead(
  host: ExchangingEnvironment,
  path: string,
  sources: readonly BlockFile[],
): Promise<void> {
  if (sources.length === 0) return
  await using file = await host.openFile(path)
  const source = sources.find((each) => isSameFile(each, file))
  if (source === undefined) return
  throw new ImageError('output-is-source', { path, link: source.name })
}

const isSameFile = (one: BlockFile, other: BlockFile): boolean =>
  one.identity !== undefined &&
  one.identity.device === other.identity?.device &&
  one.identity.inode === other.identity.inode

/** What a failure with the unfinished file means for who asked for it. */
const reasons: Partial<Record<Reason, Reason>> = {
  'no-space': 'output-no-space',
  'file-too-long': 'output-too-long',
  'write-failed': 'output-failed',
  'flush-failed': 'output-failed',
  'read-failed': 'output-failed',
  'file-not-writable': 'output-folder',
  'folder-not-writable': 'output-folder',
  'file-forbidden': 'output-folder',
  'rewrite-attributes': 'output-rights',
}

function inWordsOfOutput(thrown: unknown, path: string, aside: string): ImageError {
  const error = ImageError.from(thrown, { path })
  if (error.context.path !== aside) return error
  const reason = reasons[error.reason] ?? error.reason
  return new ImageError(reason, { ...error.context, path }, { cause: error })
}

function errnoOf(thrown: unknown): { readonly errno?: string } {
  const { errno } = ImageError.from(thrown).context
  return errno === undefined ? {} : { errno }
}
