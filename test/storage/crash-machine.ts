import { createHash } from 'node:crypto'
import path from 'node:path'
import { codecs } from '../../core/io/codecs.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import type { Paths, WritingEnvironment } from '../../core/image/environment.ts'
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
export class CrashMachine<Mark> implements Host, WritingEnvironment {
  readonly paths: Paths = memoryPaths(() => this.names)
  readonly codecs = codecs
  readonly log: CrashLog<Mark>
  wrap: Wrap = wrapNothing
  /** How long accesses take: with a random one they overtake each other. */
  pace: Pace = () => 0
  readonly #pace: Pace = () => this.pace()
  readonly #contents = new Map<string, CrashContent>()
  readonly #writers = new Set<string>()
  readonly #readers = new Map<string, number>()

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
    return [...this.#writers, ...this.#readers.keys()]
  }

  readonly openFile = async (name: string): Promise<BlockFile> => {
    return this.wrap(new CrashFile(name, this.#find(name), { pace: this.#pace }), name)
  }

  readonly openForWriting = async (name: string): Promise<WritableFile> => {
    const content = this.#find(name)
    if (this.#readers.has(name)) throw inUse(name)
    return this.#hold(name, content)
  }

  readonly openForHolding = async (name: string): Promise<BlockFile> => {
    const content = this.#find(name)
    if (this.#writers.has(name)) throw inUse(name)
    this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1)
    const onClose = () => {
      const left = (this.#readers.get(name) ?? 1) - 1
      if (left === 0) this.#readers.delete(name)
      else this.#readers.set(name, left)
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

  #hold(name: string, content: CrashContent): WritableFile {
    if (this.#writers.has(name)) throw inUse(name)
    this.#writers.add(name)
    const onClose = () => void this.#writers.delete(name)
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
