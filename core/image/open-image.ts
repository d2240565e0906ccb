import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ChainLink } from '../operations/image-info.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import type { BlockFile, FileIdentity } from '../storage/block-file.ts'
import { UnavailableFile } from '../storage/unavailable-file.ts'
import type { DiskImage } from './disk-image.ts'
import type { Environment } from './environment.ts'
import { locateLink, mayOpen, type NamedLink } from './links.ts'
import type { ImageLink, LinkPolicy } from './open-gate.ts'
import { probeFile } from './probe.ts'
import { RawImage } from './raw-image.ts'
import { UnavailableImage } from './unavailable-image.ts'

export interface OpenedImage extends AsyncDisposable {
  readonly image: DiskImage
  /** The image, then what it links to, from the top of the chain down. */
  readonly chain: readonly ChainLink[]
  close(): Promise<void>
}

/** Images in a chain. QEMU has no limit; a chain this long is made to do harm. */
const maxDepth = 64

/**
 * Opens an image for reading, and the files it links to as far as the policy allows. The image opens
 * even when a link does not: the chain says why, and only reading what would come from there throws it.
 * Throws what makes the image itself unreadable; then nothing stays open.
 */
export async function openImage(
  environment: Environment,
  path: string,
  { format, links = 'same-folder' }: Pick<ReadOptions, 'format' | 'links'> = {},
): Promise<OpenedImage> {
  const opener = new ChainOpener(environment, links)
  const file = await environment.openFile(path)
  try {
    const image = await opener.openTop(file, format)
    const close = () => image.close()
    return { image, chain: opener.chain, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await file.close()
    throw ImageError.from(error, { path })
  }
}

type OpenState = ChainLink['state']

/** Why a link was not followed. */
class NotFollowed {
  readonly state: Exclude<OpenState, 'open'>
  readonly path: string | undefined
  readonly error: ImageError

  constructor(state: Exclude<OpenState, 'open'>, path: string | undefined, error: ImageError) {
    this.state = state
    this.path = path
    this.error = error
  }
}

class ChainOpener {
  readonly chain: ChainLink[] = []
  readonly #environment: Environment
  readonly #policy: LinkPolicy
  readonly #seen: FileIdentity[] = []

  constructor(environment: Environment, policy: LinkPolicy) {
    this.#environment = environment
    this.#policy = policy
  }

  openTop(file: BlockFile, format: ReadOptions['format']): Promise<DiskImage> {
    this.#remember(file)
    return this.#openLayer(file, format ?? probedFormat(file), { role: 'image', name: file.name })
  }

  async #openLayer(
    file: BlockFile,
    format: 'qcow2' | 'raw',
    { role, name }: Pick<ChainLink, 'role' | 'name'>,
  ): Promise<DiskImage> {
    const area = format === 'qcow2' ? readHeaderArea(file) : undefined
    const raw = area === undefined ? new RawImage(file) : undefined
    this.chain.push({
      role,
      name,
      path: file.name,
      format,
      virtualSize: area?.geometry.virtualSize ?? raw?.virtualSize,
      allocatedBytes: file.allocatedBytes(),
      state: 'open',
      error: undefined,
    })
    if (raw !== undefined) return raw
    if (area === undefined) throw new TypeError('a layer is raw or has a header')

    const dataFile =
      area.dataFileName === undefined
        ? undefined
        : await this.#openDataFile({ role: 'data file', name: area.dataFileName, from: file.name })
    try {
      const backing =
        area.backingName === undefined
          ? undefined
          : await this.#openBacking(
              { role: 'backing file', name: area.backingName, from: file.name },
              area.backingFormat,
            )
      const { codecs } = this.#environment
      return new Qcow2Image({ file, area, dataFile, backing, codecs })
    } catch (error) {
      await dataFile?.close()
      throw error
    }
  }

  async #openDataFile(link: NamedLink): Promise<BlockFile> {
    const file = await this.#follow(link)
    if (file instanceof NotFollowed) {
      this.#recordFailure(link, file)
      return new UnavailableFile(file.path ?? link.name, file.error)
    }
    this.chain.push({
      role: link.role,
      name: link.name,
      path: file.name,
      format: 'raw',
      virtualSize: file.size(),
      allocatedBytes: file.allocatedBytes(),
      state: 'open',
      error: undefined,
    })
    return file
  }

  async #openBacking(link: NamedLink, format: string | undefined): Promise<DiskImage> {
    const file = await this.#follow(link)
    if (file instanceof NotFollowed) {
      this.#recordFailure(link, file)
      return new UnavailableImage(file.path ?? link.name, file.error)
    }
    const links = this.chain.length
    try {
      return await this.#openLayer(file, backingFormat(file, format), link)
    } catch (error) {
      await file.close()
      // Its own links are of no use to anybody without it.
      this.chain.length = links
      const why = ImageError.from(error, { path: file.name })
      this.#recordFailure(link, new NotFollowed('unreadable', file.name, why))
      return new UnavailableImage(file.name, why)
    }
  }

  /** Opens the file that a link names, if the policy, the file system and the chain so far allow it. */
  async #follow(named: NamedLink): Promise<BlockFile | NotFollowed> {
    const located = await locateLink(this.#environment, named)
    if (located.kind === 'not-a-path') {
      return refusal('not-a-path', 'link-not-a-path', named, located.name)
    }
    const { link, exists } = located
    if (this.chain.length >= maxDepth) return refusal('too-deep', 'chain-too-deep', link)
    // Asked before the file is looked at: a refused name must not even tell whether it exists.
    if (!(await mayOpen(this.#policy, link))) return refusal('refused', 'link-refused', link)
    if (!exists) return refusal('missing', 'link-missing', link)
    try {
      const file = await this.#environment.openFile(link.target)
      if (this.#isSeen(file)) {
        await file.close()
        return refusal('loop', 'chain-loop', link)
      }
      this.#remember(file)
      return file
    } catch (error) {
      const why = ImageError.from(error, { path: link.target })
      return new NotFollowed('unreadable', link.target, why)
    }
  }

  #recordFailure({ role, name }: NamedLink, { state, path, error }: NotFollowed): void {
    this.chain.push({
      role,
      name,
      path,
      format: undefined,
      virtualSize: undefined,
      allocatedBytes: undefined,
      state,
      error: error.toJSON(),
    })
  }

  #remember({ identity }: BlockFile): void {
    if (identity !== undefined) this.#seen.push(identity)
  }

  #isSeen({ identity }: BlockFile): boolean {
    return this.#seen.some(
      (seen) => seen.device === identity?.device && seen.inode === identity.inode,
    )
  }
}

function refusal(
  state: Exclude<OpenState, 'open'>,
  reason: 'link-not-a-path' | 'chain-too-deep' | 'link-refused' | 'link-missing' | 'chain-loop',
  { role, from, ...link }: NamedLink | ImageLink,
  shown = link.name,
): NotFollowed {
  const target = 'target' in link ? link.target : undefined
  const context = { path: from, structure: role, link: target ?? shown, limit: maxDepth }
  return new NotFollowed(state, target, new ImageError(reason, context))
}

/** The format by signature, where the person gave none. */
function probedFormat(file: BlockFile): 'qcow2' | 'raw' {
  if (file.size() === 0) throw new ImageError('file-empty', { path: file.name })
  const probe = probeFile(file)
  if (probe.kind === 'unknown') {
    throw new ImageError('unknown-format', { path: file.name, found: probe.found })
  }
  return openable(file, probe.format, probe.label)
}

/**
 * A backing file's format as the image gives it. Images of old tools give none: then the signature
 * decides, and what has none is raw. That is safe for reading; nothing is ever written by a guess.
 */
function backingFormat(file: BlockFile, given: string | undefined): 'qcow2' | 'raw' {
  if (given !== undefined) return openable(file, given, given)
  const probe = probeFile(file)
  return probe.kind === 'unknown' ? 'raw' : openable(file, probe.format, probe.label)
}

function openable(file: BlockFile, format: string, label: string): 'qcow2' | 'raw' {
  if (format === 'qcow2' || format === 'raw') return format
  throw new ImageError('format-not-supported', { path: file.name, format: label })
}
