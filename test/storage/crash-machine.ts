import { createHash } from 'node:crypto'
import path from 'node:path'
import { codecs } from '../../core/io/codecs.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import type { ExchangingEnvironment, Paths } from '../../core/image/environment.ts'
import type { HashAlgorithm } from '../../core/operations/hash-result.ts'
import type { Hasher, Host } from '../../core/operations/host.ts'
import type { ImageUse } from '../../core/operations/image-info.ts'
import type { BlockFile } from '../../core/storage/block-file.ts'
import type { WritableFile } from '../../core/storage/writable-file.ts'
import { CrashContent, CrashFile, type Pace } from './crash-file.ts'
import type { CrashLog } from './crash-log.ts'

/** Puts something around a file that is opened: faults, a trace. */
export type Wrap = (file: WritableFile, path: string) => WritableFile

const wrapNothing: Wrap = (file) => file

/**
 * A machine whose disk is in memory and whose every change is on record, so that whole operations run
 * over it. Holding a file works as on a real machine: one writer, or any number of readers. What makes it
 * a host are properties of its own: operations spread hosts.
 */
export class CrashMachine<Mark> implements Host, ExchangingEnvironment {
  readonly paths: Paths = memoryPaths(() => this.names)
  readonly codecs = codecs
  readonly log: CrashLog<Mark>
  wrap: Wrap = wrapNothing
  /** Whether renaming has to fail between two names, as it does from one volume to another. */
  isOtherVolume: (one: string, other: string) => boolean = () => false
  /** How long accesses take: with a random one they overtake each other. */
  pace: Pace = () => 0
  readonly #pace: Pace = () => this.pace()
  readonly #contents = new Map<string, CrashContent>()
  /** By what is held, for a file may get another name meanwhile; the name is the one it was opened by. */
  readonly #writers = new Map<CrashContent, string>()
  readonly #readers = new Map<CrashContent, { readonly name: string; count: number }>()

  constructor(log: CrashLog<Mark>, files: Readonly<Record<string, Uint8Array>> = {}) {
    this.log = log
    for (const [name, bytes] of Object.entries(files)) {
      const file = log.addFile({ path: name, bytes })
      this.#contents.set(name, new CrashContent(log, file, bytes))
    }
  }

  /** What a file holds now, flushed or not. */
  bytesOf(name: string): Uint8Array<ArrayBuffer> {
    return this.#find(name).bytes
  }

  /** All files as they are now. */
  files(): Map<string, Uint8Array<ArrayBuffer>> {
    return new Map([...this.#contents].map(([name, { bytes }]) => [name, bytes]))
  }

  has(name: string): boolean {
    return this.#contents.has(name)
  }

  get names(): string[] {
    return [...this.#contents.keys()]
  }

  /** Files that somebody opened and did not close. */
  get held(): string[] {
    return [...this.#writers.values(), ...[...this.#readers.values()].map(({ name }) => name)]
  }

  readonly openFile = async (name: string): Promise<BlockFile> => {
    return this.wrap(new CrashFile(name, this.#find(name), { pace: this.#pace }), name)
  }

  readonly openForWriting = async (name: string): Promise<WritableFile> => {
    const content = this.#find(name)
    if (this.#readers.has(content)) throw inUse(name)
    return this.#hold(name, content)
  }

  readonly openForHolding = async (name: string): Promise<BlockFile> => {
    const content = this.#find(name)
    if (this.#writers.has(content)) throw inUse(name)
    const readers = this.#readers.get(content) ?? { name, count: 0 }
    readers.count++
    this.#readers.set(content, readers)
    const onClose = () => {
      if (--readers.count === 0) this.#readers.delete(content)
    }
    const file = new CrashFile(name, content, { pace: this.#pace, onClose })
    return this.wrap(file, name)
  }

  readonly createFile = async (name: string): Promise<WritableFile> => {
    if (this.#contents.has(name)) throw new ImageError('file-exists', { path: name })
    const file = this.log.addFile()
    const content = new CrashContent(this.log, file)
    this.#contents.set(name, content)
    this.log.record({ kind: 'names', changes: [{ path: name, file }] })
    return this.#hold(name, content)
  }

  /** Rights are no matter here. */
  readonly createPrivateFile = (name: string): Promise<WritableFile> => this.createFile(name)

  readonly copyAttributes = async (from: string, to: string): Promise<void> => {
    this.#find(from)
    this.#find(to)
  }

  readonly copyRights = this.copyAttributes

  readonly countNames = async (name: string): Promise<number> => {
    const content = this.#find(name)
    return [...this.#contents.values()].filter((other) => other === content).length
  }

  readonly addName = async (name: string, added: string): Promise<void> => {
    const content = this.#find(name)
    if (this.#contents.has(added)) throw new ImageError('file-exists', { path: added })
    this.#mustBeOnOneVolume(name, added)
    this.#contents.set(added, content)
    this.log.record({ kind: 'names', changes: [{ path: added, file: content.file }] })
  }

  readonly moveName = async (name: string, over: string): Promise<void> => {
    const content = this.#find(name)
    this.#contents.delete(name)
    this.#contents.set(over, content)
    const changes = [
      { path: name, file: undefined },
      { path: over, file: content.file },
    ]
    this.log.record({ kind: 'names', changes })
  }

  readonly renameFile = async (name: string, to: string): Promise<void> => {
    if (this.#contents.has(to)) throw new ImageError('file-exists', { path: to })
    this.#mustBeOnOneVolume(name, to)
    await this.moveName(name, to)
  }

  readonly namesIn = async (folder: string): Promise<readonly string[]> =>
    this.names
      .filter((name) => path.posix.dirname(name) === folder)
      .map((name) => path.posix.basename(name))

  readonly removeFile = async (name: string): Promise<void> => {
    this.#find(name)
    this.#contents.delete(name)
    this.log.record({ kind: 'names', changes: [{ path: name, file: undefined }] })
  }

  readonly flushFolder = async (folder: string): Promise<void> => {
    this.log.record({ kind: 'names-flushed', folder })
  }

  readonly createHasher = (algorithm: HashAlgorithm): Hasher => {
    const hash = createHash(algorithm)
    return {
      update: (bytes: Uint8Array) => void hash.update(bytes),
      digest: () => hash.digest('hex'),
    }
  }

  readonly readUse = (): ImageUse => {
    return { state: 'free', holders: [] }
  }

  #mustBeOnOneVolume(name: string, other: string): void {
    if (!this.isOtherVolume(name, other)) return
    throw new ImageError('read-failed', { path: other, errno: 'EXDEV' })
  }

  #hold(name: string, content: CrashContent): WritableFile {
    if (this.#writers.has(content)) throw inUse(name)
    this.#writers.set(content, name)
    const onClose = () => void this.#writers.delete(content)
    return this.wrap(new CrashFile(name, content, { pace: this.#pace, onClose }), name)
  }

  #find(name: string): CrashContent {
    const content = this.#contents.get(name)
    if (content === undefined) throw new ImageError('file-missing', { path: name, errno: 'ENOENT' })
    return content
  }
}

const inUse = (name: string): ImageError =>
  new ImageError('file-in-use', { path: name, holder: 'another part of this test' })

const memoryPaths = (names: () => readonly string[]): Paths => ({
  resolve: (folder, name) => path.posix.resolve('/', folder, name),
  folderOf: (name) => path.posix.dirname(name),
  isWithin: (name, folder) => name === folder || name.startsWith(`${folder.replace(/\/$/, '')}/`),
  async real(name) {
    const folder = `${name.replace(/\/$/, '')}/`
    if (!names().some((known) => known === name || known.startsWith(folder))) {
      throw new ImageError('file-missing', { path: name, errno: 'ENOENT' })
    }
    return name
  },
})
