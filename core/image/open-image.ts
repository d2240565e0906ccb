import { throwIfAborted } from '../base/abort.ts'
import { printable } from '../base/text.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ChainLink } from '../operations/image-info.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { HeaderStrictness } from '../qcow2/format/header-rules.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import type { BlockFile, FileIdentity } from '../storage/block-file.ts'
import { UnavailableFile } from '../storage/unavailable-file.ts'
import type { DiskImage } from './disk-image.ts'
import type { Environment } from './environment.ts'
import { judgeLink, whyClosed, type NamedLink } from './links.ts'
import type { LinkPolicy } from './open-gate.ts'
import { probeFile } from './probe.ts'
import { RawImage } from './raw-image.ts'
import { UnavailableImage } from './unavailable-image.ts'

/** Images in one chain at most, the first one counted. */
const MAX_CHAIN = 64

export interface OpenImageOptions {
  /** Given: never probe the image itself. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** What the image is taken for when it has no signature of any format, or is empty; default: refused. */
  readonly otherwise?: 'raw' | undefined
  /** Default `same-folder`; `deny` opens the image alone. */
  readonly links?: LinkPolicy | undefined
  /** `check` accepts the few headers that only a check may look at. Default `open`. */
  readonly strictness?: HeaderStrictness | undefined
  readonly signal?: AbortSignal | undefined
}

/** An image with its chain as far as it could be opened. */
export interface OpenedImage extends AsyncDisposable {
  readonly image: DiskImage
  /** The image, then for each layer its data file and its backing file, with what became of each. */
  readonly chain: readonly ChainLink[]
  close(): Promise<void>
}

/**
 * Opens an image for reading. Tolerant below the top: what it names and cannot be opened stays a link
 * with its reason, and only reading through it throws that reason. Throws for the image itself:
 * the file errors of Environment.openFile, `unknown-format`, `format-not-supported` (recognised, not
 * read), and the refusals of decodeHeaderArea.
 */
export async function openImage(
  environment: Environment,
  path: string,
  options: OpenImageOptions = {},
): Promise<OpenedImage> {
  throwIfAborted(options.signal)
  const from = environment.paths.resolve('', path)
  const opening = new ChainOpening(environment, options)
  const file = await environment.openFile(from)
  const image = await closingOnError(file, () => {
    const format = options.format ?? probedFormat(file, options.otherwise)
    return opening.openLayer({ file, path: from, format, formatAssumed: false }, 'image', path)
  })
  return {
    image,
    chain: opening.chain,
    close: () => image.close(),
    [Symbol.asyncDispose]: () => image.close(),
  }
}

export type OpenBackingOptions = Pick<OpenImageOptions, 'links' | 'signal'>

/** An image that is open already, by whoever asks for what lies below it. */
export interface ImageAbove {
  readonly file: BlockFile
  /** Absolute. */
  readonly path: string
  readonly area: HeaderArea
}

/**
 * The backing image of an image that is open already, with its whole chain. Where `openImage` is tolerant,
 * this is not: whoever builds on the content below must have all of it. Throws the reason of the first
 * link that cannot be opened.
 */
export async function openBackingOf(
  environment: Environment,
  { file, path, area }: ImageAbove,
  options: OpenBackingOptions = {},
): Promise<DiskImage | undefined> {
  const opening = new ChainOpening(environment, options)
  opening.enter(file)
  const backing = await opening.openBackingOf(path, area)
  const error = opening.chain.find((link) => link.error !== undefined)?.error
  if (error === undefined) return backing
  await backing?.close()
  throw ImageError.fromJSON(error)
}

interface Layer {
  readonly file: BlockFile
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  readonly formatAssumed: boolean
}

/** The state of one openImage call: who is open already, and the list of links so far. */
class ChainOpening {
  readonly chain: ChainLink[] = []
  readonly #environment: Environment
  readonly #links: LinkPolicy
  readonly #strictness: HeaderStrictness
  readonly #signal: AbortSignal | undefined
  readonly #open: FileIdentity[] = []
  #depth = 0

  constructor(environment: Environment, options: OpenImageOptions) {
    this.#environment = environment
    this.#links = options.links ?? 'same-folder'
    this.#strictness = options.strictness ?? 'open'
    this.#signal = options.signal
  }

  /** The image in an open file, with everything below it. Its link is in the chain before theirs. */
  async openLayer(layer: Layer, role: ChainLink['role'], name: string): Promise<DiskImage> {
    const { file, path, format } = layer
    this.enter(file)
    if (format === 'raw') {
      const image = new RawImage(file)
      this.#note(layer, role, name, image.virtualSize)
      return image
    }
    const area = readHeaderArea(file, role === 'image' ? this.#strictness : 'open')
    this.#note(layer, role, name, area.geometry.virtualSize)
    const { codecs } = this.#environment
    const dataFile =
      area.dataFileName === undefined
        ? undefined
        : await this.#openDataFile({ role: 'data file', name: area.dataFileName, from: path })
    try {
      const backing = await this.openBackingOf(path, area)
      return new Qcow2Image({ file, area, codecs, dataFile, backing })
    } catch (error) {
      await dataFile?.close()
      throw error
    }
  }

  /** What the image at `path` names as its backing image. */
  async openBackingOf(
    path: string,
    { backingName, backingFormat }: HeaderArea,
  ): Promise<DiskImage | undefined> {
    if (backingName === undefined) return undefined
    const link: NamedLink = { role: 'backing file', name: backingName, from: path }
    return this.#openBacking(link, backingFormat)
  }

  /** From here on the file is one of the chain. */
  enter(file: BlockFile): void {
    if (file.identity !== undefined) this.#open.push(file.identity)
    this.#depth++
  }

  async #openDataFile(link: NamedLink): Promise<BlockFile> {
    const opened = await this.#openLinked(link)
    if ('error' in opened) return new UnavailableFile(opened.name, opened.error)
    const { file, path } = opened
    if (file.identity !== undefined) this.#open.push(file.identity)
    const layer: Layer = { file, path, format: 'raw', formatAssumed: false }
    this.#note(layer, link.role, link.name, undefined)
    return file
  }

  async #openBacking(link: NamedLink, formatName: string | undefined): Promise<DiskImage> {
    if (this.#depth >= MAX_CHAIN) {
      const facts = { path: link.from, link: printable(link.name), limit: MAX_CHAIN }
      const error = new ImageError('chain-too-deep', facts)
      this.#noteClosed(link, { state: 'too-deep', path: undefined, error })
      return new UnavailableImage(link.name, error)
    }
    const opened = await this.#openLinked(link)
    if ('error' in opened) return new UnavailableImage(opened.name, opened.error)
    const { file, path } = opened
    const links = this.chain.length
    try {
      return await closingOnError(file, () => {
        const layer = { file, path, ...backingFormatOf(file, formatName) }
        return this.openLayer(layer, link.role, link.name)
      })
    } catch (thrown) {
      const facts = { path, link: printable(link.name), structure: link.role }
      const { state, error } = whyClosed(thrown, facts)
      // The layer may have been noted before its own parts failed.
      this.chain.length = links
      this.#noteClosed(link, { state, path, error })
      return new UnavailableImage(path, error)
    }
  }

  /** The file behind a link that the gate lets through, or why there is none (noted already). */
  async #openLinked(
    link: NamedLink,
  ): Promise<
    | { readonly file: BlockFile; readonly path: string }
    | { readonly name: string; readonly error: ImageError }
  > {
    throwIfAborted(this.#signal)
    const verdict = await judgeLink(this.#environment, link, this.#links)
    if (verdict.kind === 'closed') {
      this.#noteClosed(link, verdict)
      return { name: verdict.path ?? link.name, error: verdict.error }
    }
    const { path } = verdict
    const facts = { path: link.from, link: printable(link.name), structure: link.role }
    try {
      const file = await this.#environment.openFile(path)
      if (!this.#isOpen(file.identity)) return { file, path }
      await file.close()
      const error = new ImageError('chain-loop', facts)
      this.#noteClosed(link, { state: 'loop', path, error })
      return { name: path, error }
    } catch (thrown) {
      const closed = whyClosed(thrown, facts)
      this.#noteClosed(link, { ...closed, path })
      return { name: path, error: closed.error }
    }
  }

  #isOpen(identity: FileIdentity | undefined): boolean {
    if (identity === undefined) return false
    return this.#open.some(
      ({ device, inode }) => device === identity.device && inode === identity.inode,
    )
  }

  #note(
    layer: Layer,
    role: ChainLink['role'],
    name: string,
    virtualSize: number | undefined,
  ): void {
    this.chain.push({
      role,
      name: printable(name),
      path: layer.path,
      format: layer.format,
      formatAssumed: layer.formatAssumed,
      virtualSize,
      allocatedBytes: layer.file.allocatedBytes(),
      state: 'open',
      error: undefined,
    })
  }

  #noteClosed(
    { role, name }: NamedLink,
    closed: {
      readonly state: ChainLink['state']
      readonly path: string | undefined
      readonly error: ImageError
    },
  ): void {
    this.chain.push({
      role,
      name: printable(name),
      path: closed.path,
      format: undefined,
      formatAssumed: false,
      virtualSize: undefined,
      allocatedBytes: undefined,
      state: closed.state,
      error: closed.error.toJSON(),
    })
  }
}

/** The format of the image a person named: by signature; never raw without a reason to think so. */
export function probedFormat(file: BlockFile, otherwise?: 'raw'): 'qcow2' | 'raw' {
  const path = file.name
  if (file.size() === 0) {
    if (otherwise !== undefined) return otherwise
    throw new ImageError('file-empty', { path })
  }
  const probe = probeFile(file)
  if (probe.kind === 'unknown' && otherwise !== undefined) return otherwise
  if (probe.kind === 'unknown') throw new ImageError('unknown-format', { path, found: probe.found })
  return readableFormat(probe.format, probe.label, path)
}

/**
 * The format of a backing file: what the image above says, without looking. Where it says nothing (old
 * images), by signature; what has none is read as raw, as QEMU does, and said to be assumed.
 */
function backingFormatOf(
  file: BlockFile,
  formatName: string | undefined,
): Pick<Layer, 'format' | 'formatAssumed'> {
  if (formatName !== undefined) {
    return { format: readableFormat(formatName, formatName, file.name), formatAssumed: false }
  }
  const probe = probeFile(file)
  if (probe.kind === 'unknown') return { format: 'raw', formatAssumed: true }
  return { format: readableFormat(probe.format, probe.label, file.name), formatAssumed: false }
}

function readableFormat(format: string, label: string, path: string): 'qcow2' | 'raw' {
  if (format === 'qcow2' || format === 'raw') return format
  throw new ImageError('format-not-supported', { path, format: printable(label) })
}

async function closingOnError<Opened>(
  file: BlockFile,
  open: () => Promise<Opened> | Opened,
): Promise<Opened> {
  try {
    return await open()
  } catch (error) {
    await file.close()
    throw error
  }
}
