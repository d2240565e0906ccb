import { existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { UndoEntry, UndoStore as UndoStoreState } from '../../ipc/schemas/undo.ts'
import type { WritableDb } from '../history/db.ts'
import { findJob } from '../history/jobs.ts'
import {
  deletePendingUndo,
  endUndo,
  findUndo,
  keptForLost,
  keptUndos,
  pendingUndos,
  possibleUndos,
  saveKeptBytes,
  saveUndo,
  type StoredUndo,
  type UndoRecord,
} from '../history/undos.ts'
import type { Logger } from '../log/logger.ts'
import { Topic } from '../topic.ts'
import type { Keeper } from './keeper.ts'
import { KeptFiles } from './kept-files.ts'

export interface UndoStoreOptions {
  readonly db: WritableDb
  /** Made when it is not there. */
  readonly folder: string
  /** What it may take at most; asked each time. */
  readonly quotaBytes: () => number
  readonly log: Logger
  readonly now?: () => number
}

/** Changes that windows are shown; older ones are in the history of each image. */
const shownEntries = 500
/** How long an image may be missing before what is kept for it goes: a volume may come back. */
const missingDays = 90
const day = 24 * 60 * 60 * 1000
/** The store never takes the last of its volume: the library and the history have to grow, too. */
const leftForOthers = 64 * 1024 * 1024

/**
 * What takes changes back: rows in the database, and files in a folder where something has to be kept for it. The oldest
 * keepings go first when there is no room, never those that are being used.
 *
 * A file is kept once its row is there. What a crash left without a row is removed at the next start, or, where the
 * work was interrupted half way, remembered: it may be what takes the first half back.
 */
export class UndoStore implements Keeper {
  /** Jobs whose `undo` is another one now. */
  readonly changes = new Topic<readonly string[]>()
  readonly #options: UndoStoreOptions
  readonly #files: KeptFiles
  readonly #used = new Map<string, number>()
  /** Promised to work that runs, by job. */
  readonly #promised = new Map<string, number>()

  constructor(options: UndoStoreOptions) {
    this.#options = options
    this.#files = new KeptFiles(options.folder)
  }

  /** Once, when jobs of the last run are marked as interrupted: looks after what they left. */
  start(): void {
    this.#recover()
    this.#expire()
    this.#makeRoom(0)
  }

  /** `shows`: whether a window may see what is kept for the image at a path. */
  state(shows: (path: string) => boolean = () => true): UndoStoreState {
    const { db, quotaBytes } = this.#options
    const stored = possibleUndos(db, { limit: shownEntries })
    const entries = stored.flatMap((undo) => {
      const job = findJob(db, undo.jobId)
      return job === undefined || !shows(job.imagePath) ? [] : [entryOf(undo, job)]
    })
    const keptBytes = sumOf(keptUndos(db))
    return { entries, keptBytes, quotaBytes: quotaBytes() }
  }

  find(jobId: string): StoredUndo | undefined {
    return findUndo(this.#options.db, jobId)
  }

  fits(bytes: number): boolean {
    const { db, quotaBytes } = this.#options
    const fixed =
      this.#promisedBytes() + sumOf(keptUndos(db).filter(({ jobId }) => this.#used.has(jobId)))
    if (fixed + bytes > quotaBytes()) return false
    const free = this.#files.freeBytes()
    // What lies beside its image may be on another volume.
    const evictable = sumOf(
      keptUndos(db).filter((undo) => !this.#used.has(undo.jobId) && !this.#isBeside(undo)),
    )
    return free === undefined || bytes + leftForOthers <= free + evictable
  }

  async placeFor(
    job: { readonly id: string; readonly imageId: number },
    bytes: number,
    remember: (path: string) => UndoRecord,
  ): Promise<string> {
    const { db, quotaBytes } = this.#options
    if (!this.fits(bytes)) {
      const free = this.#files.freeBytes()
      const facts = {
        found: bytes,
        limit: quotaBytes(),
        ...(free === undefined ? {} : { expected: free }),
      }
      throw new ImageError('undo-no-room', facts)
    }
    this.#makeRoom(bytes)
    const { id: jobId, imageId } = job
    const file = path.join(this.#files.makeFolder(jobId), 'kept')
    const record = remember(file)
    saveUndo(db, { jobId, imageId, record, madeAt: this.#now(), state: 'pending' })
    this.#promised.set(jobId, bytes)
    return file
  }

  /**
   * The job has ended, and its end is stored. Changes that fail remove what they kept, unless it is what takes back
   * the half that was done: so what is still there stays.
   */
  ended({ id, request, error }: Pick<Job, 'id' | 'request' | 'error'>): void {
    // Work that fails by itself leaves its file at one place; only what was cut off has to be seen to.
    if (placeKinds.has(request.kind) && error?.reason !== 'worker-crashed') {
      this.#tidy(() => deletePendingUndo(this.#options.db, id))
    }
    const isKept = this.#promised.delete(id)
    if (!isKept && request.kind === 'repair') this.#tidy(() => this.#countSafetyCopy(id))
    if (!isKept) return
    this.#tidy(() => {
      this.#settle(id)
      this.#makeRoom(0)
    })
    this.changes.tell([id])
  }

  /** As long as it is held, what is kept for the job stays. */
  use(jobId: string): Disposable {
    this.#used.set(jobId, (this.#used.get(jobId) ?? 0) + 1)
    return {
      [Symbol.dispose]: () => {
        const users = (this.#used.get(jobId) ?? 1) - 1
        if (users === 0) this.#used.delete(jobId)
        else this.#used.set(jobId, users)
      },
    }
  }

  /** It was taken back; its row says so already. */
  undone(jobId: string): void {
    // A window named it, and `1` may be spelt in many ways.
    const stored = this.find(jobId)
    if (stored === undefined) return
    this.#tidy(() => this.#files.remove(stored.jobId))
    this.changes.tell([stored.jobId])
  }

  /**
   * Forgets what is kept for these jobs, or for all, where nobody uses it now. A window names the jobs: what is no
   * keeping that is complete stays as it is.
   */
  purge(jobIds?: readonly string[], mayPurge: (path: string) => boolean = () => true): void {
    const { db } = this.#options
    const possible = possibleUndos(db, { limit: Number.MAX_SAFE_INTEGER })
    const wanted = jobIds && new Set(jobIds)
    const leaving = possible.filter(
      ({ jobId }) =>
        (wanted === undefined || wanted.has(jobId)) &&
        !this.#used.has(jobId) &&
        !this.#promised.has(jobId) &&
        mayPurge(findJob(db, jobId)?.imagePath ?? ''),
    )
    this.#letGo(leaving.map(({ jobId }) => jobId))
  }

  /** Call after a change of the quota. */
  quotaChanged(): void {
    this.#makeRoom(0)
  }

  /** Lets go of what was kept for images that will not come back. */
  #expire(): void {
    const { db } = this.#options
    const expired = keptForLost(db, this.#now() - missingDays * day)
    if (expired.length > 0) this.#options.log.info('keepings expired', { jobs: expired.length })
    this.#letGo(expired.map(({ jobId }) => jobId))
  }

  #makeRoom(bytes: number): void {
    const { db, quotaBytes, log } = this.#options
    const kept = keptUndos(db)
    const free = this.#files.freeBytes() ?? Number.POSITIVE_INFINITY
    let tooMuch = Math.max(
      sumOf(kept) + this.#promisedBytes() + bytes - quotaBytes(),
      bytes === 0 ? 0 : bytes + leftForOthers - free,
    )
    const leaving: string[] = []
    for (const { jobId, keptBytes } of kept) {
      if (tooMuch <= 0) break
      if (this.#used.has(jobId)) continue
      leaving.push(jobId)
      tooMuch -= keptBytes
    }
    if (leaving.length > 0) log.info('keepings made room', { jobs: leaving.length })
    this.#letGo(leaving)
  }

  /** The rows first: a row whose file is gone would promise what nobody can do. */
  #letGo(jobIds: readonly string[]): void {
    if (jobIds.length === 0) return
    const { db } = this.#options
    const records = jobIds.map((jobId) => this.find(jobId)?.record)
    db.transaction(() => {
      for (const jobId of jobIds) endUndo(db, jobId, 'gone')
    })
    for (const jobId of jobIds) this.#files.remove(jobId)
    for (const record of records) {
      if (record?.kind === 'repair') this.#tidy(() => removeSafetyCopy(record.safetyCopy))
    }
    this.changes.tell(jobIds)
  }

  /** At a start nothing runs: what is pending belongs to jobs that were interrupted. */
  #recover(): void {
    const { db } = this.#options
    for (const jobId of this.#files.jobIds()) {
      // A history that began anew, because the old one was damaged: what is kept may be all there is of it.
      if (findJob(db, jobId) !== undefined || this.#files.filesOf(jobId).length === 0) continue
      const folder = this.#files.putAside(jobId, this.#now())
      this.#options.log.warn('keepings of a job that nobody knows are put aside', { folder })
    }
    // Where files were going is seen to by `followUpPlaces`.
    const pending = pendingUndos(db).filter(({ record }) => !isPlace(record))
    const jobIds = [...this.#files.jobIds(), ...pending.map(({ jobId }) => jobId)]
    for (const jobId of new Set(jobIds)) this.#settle(jobId)
    // Somebody may have removed files by hand.
    for (const { jobId, record } of keptUndos(db)) {
      if (!isComplete(record)) endUndo(db, jobId, 'gone')
    }
  }

  #settle(jobId: string): void {
    const { db } = this.#options
    const { state, record } = this.find(jobId) ?? {}
    const isMeant = state === 'pending' || state === 'possible'
    if (isMeant && record !== undefined && isComplete(record)) {
      saveKeptBytes(db, jobId, this.#files.bytesOf(jobId))
    } else {
      deletePendingUndo(db, jobId)
      this.#files.remove(jobId)
    }
  }

  #isBeside({ jobId, record }: StoredUndo): boolean {
    return record.kind === 'repair' && !this.#files.holds(jobId, record.safetyCopy)
  }

  /** It lies beside the image, and is kept for the undo as what lies in the store is. */
  #countSafetyCopy(jobId: string): void {
    const record = this.find(jobId)?.record
    if (record?.kind !== 'repair') return
    const bytes = statSync(record.safetyCopy, { throwIfNoEntry: false })?.size
    if (bytes !== undefined) saveKeptBytes(this.#options.db, jobId, bytes)
    this.#makeRoom(0)
  }

  /** A full disk at the end of a job takes nothing from what it came to; the next start looks after the rest. */
  #tidy(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#options.log.error('keepings could not be looked after', { cause: String(error) })
    }
  }

  #promisedBytes(): number {
    return [...this.#promised.values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }
}

/** Work that is on record before it is done, so that it can be followed up. */
const placeKinds: ReadonlySet<string> = new Set(['rename', 'move', 'trash', 'undo'])

const isPlace = ({ kind }: UndoRecord): boolean => kind === 'place' || kind === 'trash'

/** Whether the file is there without which it cannot be taken back. */
function isComplete(record: UndoRecord): boolean {
  const file = keptFileOf(record)
  return file === undefined || existsSync(file)
}

function keptFileOf(record: UndoRecord): string | undefined {
  if (record.kind === 'repair') return record.safetyCopy
  if (record.kind !== 'change') return undefined
  const { change } = record
  const file: unknown = 'kept' in change ? change.kept : 'file' in change ? change.file : undefined
  return typeof file === 'string' ? file : undefined
}

/** Only a file that has the name of one; the history may be older than what is there. */
function removeSafetyCopy(file: string): void {
  if (/\.repair-undo-[1-9]\d*$/.test(file)) rmSync(file, { force: true })
}

const sumOf = (undos: readonly StoredUndo[]): number =>
  undos.reduce((sum, { keptBytes }) => sum + keptBytes, 0)

const entryOf = ({ jobId, imageId, keptBytes, madeAt }: StoredUndo, job: Job): UndoEntry => ({
  jobId,
  imageId,
  imageName: job.imageName,
  summary: job.summary ?? '',
  doneAt: madeAt,
  keptBytes,
})
