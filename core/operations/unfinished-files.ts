import { ImageError } from '../errors/image-error.ts'
import type { Reason } from '../errors/catalogue.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { WritableFile } from '../storage/writable-file.ts'

/** Files of which either all become part of something finished or none stays. */
export class UnfinishedFiles {
  readonly #host: WritingEnvironment
  readonly #made: { readonly path: string; readonly file: WritableFile }[] = []
  #taken: { readonly file: WritableFile; readonly length: number } | undefined

  constructor(host: WritingEnvironment) {
    this.#host = host
  }

  /** Throws as WritingEnvironment.createFile. */
  async create(path: string): Promise<WritableFile> {
    const file = await this.#host.createFile(path)
    this.#made.push({ path, file })
    return file
  }

  /** Opens a file that is there; giving up cuts it to `length` again. Throws as openForWriting. */
  async takeOver(path: string, length: number): Promise<WritableFile> {
    const file = await this.#host.openForWriting(path)
    if (file.size() !== length) {
      const found = `${file.size()} bytes long`
      await file.close()
      throw new ImageError('file-changed', { path, expected: `${length} bytes long`, found })
    }
    this.#taken = { file, length }
    return file
  }

  /** All of them were flushed: makes their names durable and closes them. */
  async finish(): Promise<void> {
    const folders = new Set(this.#made.map(({ path }) => this.#host.paths.folderOf(path)))
    for (const folder of folders) await this.#host.flushFolder(folder)
    for (const { file } of this.#made) await file.close()
    await this.#taken?.file.close()
  }

  /**
   * Removes what was made, for good, and gives the error to throw. A power cut meanwhile may bring names
   * back: a file without a header, which nobody takes for an image, or a whole image.
   */
  async abandon(thrown: unknown, path: string): Promise<ImageError> {
    const error = inWordsOfCreating(ImageError.from(thrown, { path }), path)
    let left: ImageError | undefined
    for (const made of this.#made) {
      try {
        await made.file.close()
        await this.#host.removeFile(made.path)
        // Each on its own, the image first: never an image without its data file.
        await this.#host.flushFolder(this.#host.paths.folderOf(made.path))
      } catch (failure) {
        left ??= leftBehind(failure, path, made.path, error)
      }
    }
    if (this.#taken !== undefined) {
      const { file, length } = this.#taken
      try {
        if (file.size() !== length) file.truncate(length)
        await file.close()
      } catch (failure) {
        left ??= leftBehind(failure, path, file.name, error)
      }
    }
    return left ?? error
  }
}

/** What failed writes to a file that is gone again mean to a person. */
function inWordsOfCreating(error: ImageError, path: string): ImageError {
  const reasons: Partial<Record<Reason, Reason>> = {
    'no-space': 'create-no-space',
    'file-too-long': 'create-too-long',
    'write-failed': 'create-failed',
    'flush-failed': 'create-failed',
  }
  const reason = reasons[error.reason]
  if (reason === undefined) return error
  const { path: link, ...facts } = error.context
  const named = link === undefined ? {} : { link }
  return new ImageError(reason, { ...facts, ...named, path }, { cause: error })
}

function leftBehind(thrown: unknown, path: string, link: string, cause: ImageError): ImageError {
  const { errno } = ImageError.from(thrown).context
  return new ImageError(
    'create-left-behind',
    { path, link, ...(errno === undefined ? {} : { errno }) },
    { cause },
  )
}
