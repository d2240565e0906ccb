import { realpath } from 'node:fs/promises'
import { ImageError } from '../../core/index.ts'
import type { Catalog } from './catalog.ts'
import { identityAt } from './real-files.ts'
import type { ScanHost, SeenImage, Sighting } from './scan-tasks.ts'

export interface SightingsOptions {
  readonly catalog: Catalog
  readonly host: ScanHost
  readonly roots: readonly string[] | undefined
  readonly signal: AbortSignal
}

/** What became of paths that a person named. */
export interface Named {
  readonly ids: readonly number[]
  readonly folders: readonly string[]
  /** The first path that leads nowhere, to something that is no file, or where we may not look. */
  readonly refusal: ImageError | undefined
}

/** Paths asked about in one message to the scan worker. */
const askedAtOnce = 500

/** Looks at paths, on another thread, and stores in the catalog what was seen there. */
export class Sightings {
  readonly #options: SightingsOptions
  /** Stored one after the other, in the order they were made. */
  #stored: Promise<unknown> = Promise.resolve()

  constructor(options: SightingsOptions) {
    this.#options = options
  }

  /** Adds files, in the order given; tells which of the paths are folders. */
  async addNamed(paths: readonly string[]): Promise<Named> {
    const ids: number[] = []
    const folders: string[] = []
    let refusal: ImageError | undefined
    for (const portion of inPortions(paths)) {
      const seen = await this.#look(await Promise.all(portion.map(realOrGiven)), true)
      ids.push(...(await this.store(headersOf(seen), true)))
      for (const sighting of seen) {
        if (sighting.kind === 'folder') folders.push(sighting.path)
        else if (sighting.kind !== 'image' && sighting.error !== undefined) {
          refusal ??= ImageError.fromJSON(sighting.error)
        }
      }
    }
    return { ids, folders, refusal }
  }

  /** The image at a path that a person named; nothing is stored. Throws when there is none. */
  async lookAtNamed(path: string): Promise<SeenImage> {
    const [sighting] = await this.#look([await realOrGiven(path)], true)
    if (sighting?.kind === 'image') return sighting.header
    if (sighting === undefined || sighting.kind === 'folder' || sighting.error === undefined) {
      throw new ImageError('file-is-folder', { path })
    }
    throw ImageError.fromJSON(sighting.error)
  }

  /** Looks at paths that are known or were reported, and marks what is no longer there. */
  async lookAgain(paths: readonly string[]): Promise<readonly Sighting[]> {
    const { catalog } = this.#options
    const all: Sighting[] = []
    for (const asked of inPortions(paths)) {
      // Known rows stay rows whatever their name; a stranger must look like an image.
      const known = asked.filter((file) => catalog.atPath(file) !== undefined)
      const strange = asked.filter((file) => catalog.atPath(file) === undefined)
      const seen = [...(await this.#look(known, true)), ...(await this.#look(strange, false))]
      await this.store(headersOf(seen), false)
      // After the sightings: a file that only moved is found under its new name first.
      const gone = seen.filter(({ kind }) => kind !== 'image' && kind !== 'outside')
      catalog.markMissing(gone.flatMap(({ path }) => catalog.atPath(path)?.id ?? []))
      all.push(...seen)
    }
    return all
  }

  /**
   * Stores sightings; first finds out which known files are no longer where they were. Answers the ids
   * of the rows, in order.
   */
  store(headers: readonly SeenImage[], single: boolean): Promise<readonly number[]> {
    const { catalog, signal } = this.#options
    const stored = this.#stored.then(async () => {
      const gone = new Set<number>()
      for (const header of headers) {
        const other = catalog.elsewhere(header)
        if (other !== undefined && (await identityAt(other.path)) !== other.header.identity) {
          gone.add(other.id)
        }
      }
      if (signal.aborted) throw new ImageError('cancelled')
      return catalog.sight(headers, { single, gone })
    })
    this.#stored = stored.catch(() => undefined)
    return stored
  }

  /** Asks the system anew who has the images open. */
  async refreshUses(): Promise<void> {
    const { catalog, host, signal } = this.#options
    const present = Array.from(catalog.images()).filter(
      ({ missingSince }) => missingSince === undefined,
    )
    for (const asked of inPortions(present)) {
      const uses = await host.run('uses', { paths: asked.map(({ path }) => path) }, { signal })
      for (const [index, { id }] of asked.entries()) {
        const use = uses[index]
        if (use !== undefined) catalog.setFileUse(id, use)
      }
    }
  }

  #look(paths: readonly string[], named: boolean): Promise<readonly Sighting[]> {
    const { host, roots, signal } = this.#options
    if (paths.length === 0) return Promise.resolve([])
    return host.run('look', { paths, named, roots }, { signal })
  }
}

function* inPortions<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += askedAtOnce) {
    yield items.slice(start, start + askedAtOnce)
  }
}

const headersOf = (seen: readonly Sighting[]): readonly SeenImage[] =>
  seen.flatMap((sighting) => (sighting.kind === 'image' ? [sighting.header] : []))

const realOrGiven = (file: string): Promise<string> => realpath(file).catch(() => file)
