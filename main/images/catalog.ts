import path from 'node:path'
import type { ImageUse } from '../../core/index.ts'
import type { WritableDb } from '../history/db.ts'
import type { StoredFolder } from '../history/folders.ts'
import {
  findFormerImage,
  findImage,
  forgetResults,
  insertImage,
  libraryImages,
  removeImages,
  updateImage,
  type StoredHeader,
  type StoredImage,
} from '../history/images.ts'
import { wasTakenOut } from '../history/undos.ts'
import { asChosen } from './as-chosen.ts'
import { Families } from './families.ts'
import { isWithin } from './is-within.ts'
import type { LibraryImage } from './library-image.ts'
import type { FileUse, SeenImage } from './scan-tasks.ts'

const unknownUse: ImageUse = { state: 'unknown', holders: [] }

/** What is in memory only, of an image that was not looked at since the start. */
const unseen = { use: unknownUse, readOnly: false, parentPath: undefined } as const

/** An image that had left the library. */
const asFormer = (stored: StoredImage): LibraryImage => ({
  ...stored,
  ...unseen,
  folderId: undefined,
})

export interface CatalogEvents {
  readonly onRow: (id: number) => void
  readonly onRemoved: (ids: readonly number[]) => void
}

/** What a sighting means in context. */
export interface SightingContext {
  /** The person named the file: it stays without a folder that holds it. */
  readonly single: boolean
  /** Of the images whose identity was sighted elsewhere: those that are no longer at their own path. */
  readonly gone: ReadonlySet<number>
}

/**
 * The library's images in memory, every change stored at once. Decides which row a sighted file belongs
 * to; looks at no disk itself.
 *
 * A row is a file, not a path: a file that moves on its volume keeps its row (same identity), and one
 * that is replaced in place keeps it too (same path). Identities are used again by the file system
 * after a deletion, so a move needs a second sign (see `isSameFile`).
 */
export class Catalog {
  readonly #db: WritableDb
  readonly #now: () => number
  readonly #events: CatalogEvents
  readonly #images = new Map<number, LibraryImage>()
  readonly #byPath = new Map<string, number>()
  readonly #byIdentity = new Map<string, number>()
  /** Few as a rule: a new file is compared with these only, not with the whole library. */
  readonly #missing = new Set<number>()
  readonly #families = new Families()
  /** Which image keeps its content in which file, in the same way. */
  readonly #dataFiles = new Families()
  #folders: readonly StoredFolder[] = []

  constructor(
    db: WritableDb,
    folders: readonly StoredFolder[],
    events: CatalogEvents,
    now: () => number = Date.now,
  ) {
    this.#db = db
    this.#events = events
    this.#now = now
    this.#folders = folders
    this.reload()
  }

  /** Reads everything from the database again: another process recorded work. */
  reload(): void {
    for (const image of libraryImages(this.#db)) {
      const { use, readOnly, parentPath } = this.#images.get(image.id) ?? unseen
      this.#put({ ...image, use, readOnly, parentPath, folderId: this.#folderOf(image.path) })
    }
  }

  get size(): number {
    return this.#images.size
  }

  images(): IterableIterator<LibraryImage> {
    return this.#images.values()
  }

  get(id: number): LibraryImage | undefined {
    return this.#images.get(id)
  }

  atPath(file: string): LibraryImage | undefined {
    return this.#image(this.#byPath.get(file))
  }

  /** The row that an image's backing file is. */
  parentOf(image: LibraryImage): LibraryImage | undefined {
    const parentPath = this.#families.parentPathOf(image.id)
    const parent = parentPath === undefined ? undefined : this.atPath(parentPath)
    return parent?.id === image.id ? undefined : parent
  }

  /** Ids of the images that have this one as their backing file. */
  childrenOf(image: LibraryImage): readonly number[] {
    // Another row at its path is what they name: this one was there before it.
    if (this.#byPath.get(image.path) !== image.id) return []
    return [...this.#families.childrenAt(image.path)].filter((id) => id !== image.id)
  }

  /** How many they are; asked for each row of a large library. */
  childCountOf(image: LibraryImage): number {
    if (this.#byPath.get(image.path) !== image.id) return 0
    const children = this.#families.childrenAt(image.path)
    return children.size - Number(children.has(image.id))
  }

  /** Ids of the images that keep their content in this one's file. */
  dataFileUsersOf({ id, path: file }: LibraryImage): readonly number[] {
    if (this.#byPath.get(file) !== id) return []
    return [...this.#dataFiles.childrenAt(file)].filter((user) => user !== id)
  }

  /** The row this header's identity has under another path, if any. */
  elsewhere({ identity, path: file }: SeenImage): LibraryImage | undefined {
    const image = this.#image(this.#byIdentity.get(identity))
    return image !== undefined && image.path !== file ? image : undefined
  }

  /** Stores what was seen, as one transaction. Answers the ids of the rows, in order. */
  sight(headers: readonly SeenImage[], context: SightingContext): readonly number[] {
    return this.#db.transaction(() => headers.map((header) => this.#sightOne(header, context)))
  }

  markMissing(ids: Iterable<number>): void {
    this.#db.transaction(() => {
      for (const id of ids) {
        const image = this.#images.get(id)
        if (image === undefined || image.missingSince !== undefined) continue
        this.#save({ ...image, missingSince: this.#now() })
      }
    })
  }

  setLinksTrusted(image: LibraryImage, linksTrusted: boolean): void {
    this.#save({ ...image, linksTrusted })
  }

  /** What was found out about it as something else is forgotten; the next look at the file tells its header. */
  setTreatedAsRaw(image: LibraryImage, treatedAsRaw: boolean): void {
    this.#db.transaction(() => {
      forgetResults(this.#db, image.id)
      const unknown = { lastCheck: undefined, lastHash: undefined, reclaimable: undefined }
      this.#save({ ...image, ...unknown, treatedAsRaw })
    })
  }

  /** In memory only: it is never true for long. */
  setFileUse(id: number, { use, readOnly }: FileUse): void {
    const image = this.#images.get(id)
    if (image === undefined) return
    const isSame = image.readOnly === readOnly && JSON.stringify(image.use) === JSON.stringify(use)
    if (isSame) return
    this.#put({ ...image, use, readOnly })
    this.#events.onRow(id)
  }

  /** A result that another table or column holds already. */
  setResults(
    id: number,
    results: Partial<Pick<StoredImage, 'lastCheck' | 'lastHash' | 'reclaimable' | 'usedAt'>>,
  ): void {
    const image = this.#images.get(id)
    if (image === undefined) return
    this.#put({ ...image, ...results })
    this.#events.onRow(id)
  }

  /** The file of a missing image was found under a path that may be a row of its own: that row gives way. */
  adopt(missing: LibraryImage, header: SeenImage): void {
    this.#db.transaction(() => {
      const other = this.atPath(header.path)
      if (other !== undefined && other.id !== missing.id) this.remove([other.id])
      this.#update(missing, header, this.#folderOf(header.path) === undefined)
    })
  }

  /**
   * The file at this path is that image: it was put there. A row that came of looking there meanwhile gives way, and an
   * image that had left the library comes back.
   */
  place(id: number, header: SeenImage, single: boolean): void {
    this.#db.transaction(() => {
      const there = this.atPath(header.path)
      const isStranger = there !== undefined && there.id !== id
      if (isStranger && there.missingSince === undefined) this.remove([there.id])
      const former = this.#images.has(id) ? undefined : findImage(this.#db, id)
      const image = former === undefined ? this.#images.get(id) : asFormer(former)
      if (image === undefined) return
      this.#update(image, header, single || this.#folderOf(header.path) === undefined)
    })
  }

  remove(ids: readonly number[]): void {
    const known = ids.filter((id) => this.#images.has(id))
    if (known.length === 0) return
    removeImages(this.#db, known, this.#now())
    for (const id of known) this.#forget(id)
    this.#events.onRemoved(known)
  }

  /** Rows follow: to the innermost folder that holds them, or out of the library when none does. */
  setFolders(folders: readonly StoredFolder[]): void {
    this.#folders = folders
    const homeless: number[] = []
    for (const image of this.#images.values()) {
      const folderId = this.#folderOf(image.path)
      if (folderId === undefined && !image.single) {
        homeless.push(image.id)
      } else if (folderId !== image.folderId) {
        this.#put({ ...image, folderId })
        this.#events.onRow(image.id)
      }
    }
    this.remove(homeless)
  }

  #sightOne(header: SeenImage, { single, gone }: SightingContext): number {
    const stored = storedPart(header)
    const atPath = this.atPath(header.path)
    const other = this.elsewhere(header)
    const twin = other !== undefined && isSameFile(other.header, stored) ? other : undefined

    if (twin !== undefined && !gone.has(twin.id)) {
      // A second name of a file that is still where we know it (hard link, symbolic link). Were the
      // path's own row another file until now, it is that row which changes.
      if (atPath === undefined) return twin.id
    } else if (twin !== undefined && atPath === undefined) {
      return this.#update(twin, header, single)
    } else if (twin !== undefined && atPath !== undefined) {
      // It was moved over another image. A row without a past gives way (a tool wrote beside and
      // renamed); otherwise both histories stay: the overwritten file is missing, the moved one is here.
      if (hasPast(twin)) {
        this.#save({ ...atPath, missingSince: this.#now() })
        return this.#update(twin, header, single)
      }
      this.remove([twin.id])
    }
    if (atPath !== undefined) {
      const isReplaced = atPath.missingSince !== undefined
      const image = isReplaced ? withoutChoice(atPath, stored) : atPath
      return this.#update(image, header, single)
    }

    const returned = this.#returned(stored, header.path)
    if (returned !== undefined) return this.#update(returned, header, single)
    const former = findFormerImage(this.#db, { path: header.path, identity: header.identity })
    if (former?.path === header.path || (former && isSameFile(former.header, stored))) {
      if (!single && wasTakenOut(this.#db, former.id, header.path)) return former.id
      return this.#update(withoutChoice(asFormer(former), stored), header, single)
    }
    const image = { path: header.path, header: stored, single, addedAt: this.#now() }
    const id = insertImage(this.#db, image)
    this.#put({
      ...image,
      id,
      linksTrusted: false,
      treatedAsRaw: false,
      missingSince: undefined,
      lastCheck: undefined,
      lastHash: undefined,
      reclaimable: undefined,
      usedAt: undefined,
      use: header.use,
      readOnly: header.readOnly,
      parentPath: header.parentPath,
      folderId: this.#folderOf(header.path),
    })
    this.#events.onRow(id)
    return id
  }

  /**
   * A missing image that came back under another identity (a copy, another volume). Everything must
   * agree, and on one image only: a wrong guess would give it a stranger's history.
   */
  #returned(header: StoredHeader, file: string): LibraryImage | undefined {
    const candidates: LibraryImage[] = []
    for (const id of this.#missing) {
      const image = this.#images.get(id)
      if (
        image !== undefined &&
        image.header.fingerprint !== '' &&
        image.header.fingerprint === header.fingerprint &&
        image.header.fileLength === header.fileLength &&
        Math.floor(image.header.modifiedAt) === Math.floor(header.modifiedAt) &&
        path.basename(image.path) === path.basename(file)
      ) {
        candidates.push(image)
      }
    }
    return candidates.length === 1 ? candidates[0] : undefined
  }

  #update(image: LibraryImage, seen: SeenImage, single: boolean): number {
    const header = asChosen(image, seen)
    const next: LibraryImage = {
      ...image,
      path: header.path,
      header: storedPart(header),
      single: image.single || single,
      missingSince: undefined,
      use: header.use,
      readOnly: header.readOnly,
      parentPath: header.parentPath,
      folderId: this.#folderOf(header.path),
    }
    // A scan mostly finds what is known: then nothing is written.
    const isKnown = this.#images.has(image.id) && storedText(next) === storedText(image)
    if (isKnown) this.setFileUse(image.id, header)
    else this.#save(next)
    if (isKnown && next.parentPath !== image.parentPath) this.#putAgain(image.id, next.parentPath)
    return image.id
  }

  #save(image: LibraryImage): void {
    updateImage(this.#db, image)
    this.#put(image)
    this.#events.onRow(image.id)
  }

  #putAgain(id: number, parentPath: string | undefined): void {
    const image = this.#images.get(id)
    if (image === undefined) return
    this.#put({ ...image, parentPath })
    this.#events.onRow(id)
  }

  #put(image: LibraryImage): void {
    const before = this.#images.get(image.id)
    const isMoved = before === undefined || isPlaceChanged(before, image)
    const relatives = isMoved && before !== undefined ? this.#relativesOf(before) : []
    if (before !== undefined) this.#unindex(before)
    this.#images.set(image.id, image)
    if (image.missingSince !== undefined) this.#missing.add(image.id)
    this.#byIdentity.set(image.header.identity, image.id)
    // A missing row keeps the path it had; a file that is there now owns it.
    if (image.missingSince === undefined || !this.#byPath.has(image.path)) {
      this.#byPath.set(image.path, image.id)
    }
    this.#families.set(image.id, image.parentPath ?? image.header.backing?.target)
    this.#dataFiles.set(image.id, image.header.dataFile?.target)
    if (isMoved) this.#tellRelatives(image.id, [...relatives, ...this.#relativesOf(image)])
  }

  #forget(id: number): void {
    const image = this.#images.get(id)
    if (image === undefined) return
    const relatives = this.#relativesOf(image)
    this.#images.delete(id)
    this.#unindex(image)
    this.#families.set(id, undefined)
    this.#dataFiles.set(id, undefined)
    this.#tellRelatives(id, relatives)
  }

  /** Rows that say something of this one: its parent counts it, its children name it. */
  #relativesOf(image: LibraryImage): readonly number[] {
    const parent = this.parentOf(image)
    const children =
      this.#byPath.get(image.path) === image.id ? this.#families.childrenAt(image.path) : []
    const { dataFile } = image.header
    const data = dataFile?.target === undefined ? undefined : this.atPath(dataFile.target)
    return [
      ...[parent, data].flatMap((relative) => relative?.id ?? []),
      ...children,
      ...this.dataFileUsersOf(image),
    ]
  }

  #tellRelatives(id: number, relatives: readonly number[]): void {
    for (const relative of new Set(relatives)) {
      if (relative !== id && this.#images.has(relative)) this.#events.onRow(relative)
    }
  }

  #unindex({ id, path: file, header }: LibraryImage): void {
    this.#missing.delete(id)
    if (this.#byPath.get(file) === id) this.#byPath.delete(file)
    if (this.#byIdentity.get(header.identity) === id) this.#byIdentity.delete(header.identity)
  }

  #image(id: number | undefined): LibraryImage | undefined {
    return id === undefined ? undefined : this.#images.get(id)
  }

  #folderOf(file: string): number | undefined {
    let best: StoredFolder | undefined
    for (const folder of this.#folders) {
      if (covers(folder, file) && folder.path.length > (best?.path.length ?? -1)) best = folder
    }
    return best?.id
  }
}

/** Whether a library folder shows this file. */
export const covers = ({ path: root, recursive }: StoredFolder, file: string): boolean =>
  recursive ? isWithin(file, root) : path.dirname(file) === root

function storedPart({
  path: _path,
  use: _use,
  readOnly: _readOnly,
  parentPath: _parentPath,
  ...header
}: SeenImage): StoredHeader {
  return header
}

/** Whether relatives may see another image in its place than before. */
const isPlaceChanged = (before: LibraryImage, now: LibraryImage): boolean =>
  before.path !== now.path ||
  (before.missingSince === undefined) !== (now.missingSince === undefined) ||
  before.parentPath !== now.parentPath ||
  before.header.backing?.target !== now.header.backing?.target ||
  before.header.dataFile?.target !== now.header.dataFile?.target

/** Equal identities were compared before; the time of birth or the first bytes must agree as well. */
const isSameFile = (before: StoredHeader, now: StoredHeader): boolean =>
  before.identity === now.identity &&
  ((before.createdAt !== undefined && before.createdAt === now.createdAt) ||
    (before.fingerprint !== '' && before.fingerprint === now.fingerprint))

/**
 * What a person said of a file holds however its content changes, and not for another file that got its name once it was
 * gone.
 */
const withoutChoice = (image: LibraryImage, now: StoredHeader): LibraryImage =>
  isSameFile(image.header, now) || image.header.fingerprint === now.fingerprint
    ? image
    : { ...image, treatedAsRaw: false }

const storedText = ({
  use: _use,
  folderId: _folder,
  readOnly: _readOnly,
  parentPath: _parentPath,
  ...stored
}: LibraryImage): string => JSON.stringify(stored)

const hasPast = (image: StoredImage): boolean =>
  image.lastCheck !== undefined ||
  image.lastHash !== undefined ||
  image.linksTrusted ||
  image.treatedAsRaw ||
  image.single
