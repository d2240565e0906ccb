import { setImmediate as turn } from 'node:timers/promises'
import { ImageError } from '../../core/errors/image-error.ts'
import type { HostRun } from '../../core/storage/block-file.ts'
import type { IoTag } from '../../core/storage/io-tag.ts'
import type { WritableFile } from '../../core/storage/writable-file.ts'
import { SECTOR, type Change, type EventSink, type SectorVersion } from './crash-log.ts'
import { StoredBlocks } from './stored-blocks.ts'
import { hashSector, zeroHash } from './sector-hash.ts'

/**
 * The content of a file in the page cache, and the record of how it came about. It outlives the handles:
 * closing a file makes nothing durable.
 */
export class CrashContent {
  readonly #log: EventSink
  readonly #file: number
  #bytes: Uint8Array<ArrayBuffer>
  #length: number
  /** Changes that no flush has covered. */
  #pending: Change[] = []
  /** What of the file takes space: all that was there at first, and what was written or promised since. */
  readonly #stored = new StoredBlocks()
  /** Writes that have not returned yet: a flush says nothing about them. */
  readonly #running = new Set<Change>()

  constructor(log: EventSink, file: number, first: Uint8Array = new Uint8Array()) {
    this.#log = log
    this.#file = file
    this.#bytes = new Uint8Array(roundUp(Math.max(first.length, SECTOR)))
    this.#bytes.set(first)
    this.#length = first.length
    this.#stored.add(0, first.length)
  }

  get file(): number {
    return this.#file
  }

  get length(): number {
    return this.#length
  }

  get allocatedBytes(): number {
    return this.#stored.bytes
  }

  /** As of a file system that keeps holes in blocks of 4 KiB. */
  hostRun(at: number): HostRun {
    return this.#stored.runAt(at, this.#length)
  }

  /** A copy of what the file holds now. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  read(into: Uint8Array, at: number): void {
    into.fill(0)
    if (at < this.#length)
      into.set(this.#bytes.subarray(at, Math.min(at + into.length, this.#length)))
  }

  write(from: Uint8Array, at: number, tag: IoTag): Change {
    const end = at + from.length
    this.#reserve(end)
    this.#bytes.set(from, at)
    this.#length = Math.max(this.#length, end)
    this.#stored.add(at, end)
    return this.#record({ operation: 'write', tag, at, length: from.length })
  }

  truncate(length: number): void {
    const before = this.#length
    this.#reserve(length)
    if (length < before) this.#bytes.fill(0, length, roundUp(before))
    this.#length = length
    this.#stored.removeFrom(length)
    this.#record({
      operation: 'truncate',
      tag: undefined,
      at: length,
      length: Math.max(before - length, 0),
    })
  }

  punch(at: number, length: number): void {
    const end = Math.min(at + length, this.#length)
    if (end <= at) return
    this.#bytes.fill(0, at, end)
    this.#stored.remove(at, end)
    this.#record({ operation: 'punch', tag: undefined, at, length: end - at })
  }

  allocate(at: number, length: number): void {
    this.#reserve(at + length)
    this.#length = Math.max(this.#length, at + length)
    this.#stored.add(at, at + length)
    this.#record({ operation: 'allocate', tag: undefined, at, length: 0 })
  }

  /** A write that goes on until `finish`. */
  start(change: Change): void {
    this.#running.add(change)
  }

  finish(change: Change): void {
    this.#running.delete(change)
  }

  /** What a flush that starts now will cover. */
  coveredByFlush(): readonly Change[] {
    return this.#pending.filter((change) => !this.#running.has(change))
  }

  flushed(covered: readonly Change[]): void {
    // What another flush, begun later and ended sooner, has made durable is there, and newer changes on it.
    const pending = new Set(this.#pending)
    const changes = covered.filter((change) => pending.has(change))
    for (const change of changes) pending.delete(change)
    this.#pending = [...pending]
    this.#log.record({ kind: 'flushed', file: this.#file, changes })
  }

  #record(what: Pick<Change, 'operation' | 'tag' | 'at' | 'length'>): Change {
    const sectors: SectorVersion[] = []
    const last = Math.ceil((what.at + what.length) / SECTOR)
    for (let sector = Math.floor(what.at / SECTOR); sector < last; sector++) {
      const bytes = this.#bytes.slice(sector * SECTOR, (sector + 1) * SECTOR)
      const hash = hashSector(bytes)
      sectors.push({ sector, bytes: hash === zeroHash ? undefined : bytes, hash })
    }
    const change: Change = { file: this.#file, sectors, fileLength: this.#length, ...what }
    this.#pending.push(change)
    this.#log.record({ kind: 'change', change })
    return change
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return
    const grown = new Uint8Array(roundUp(Math.max(length, 2 * this.#bytes.length)))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

const roundUp = (length: number): number => Math.ceil(length / SECTOR) * SECTOR

/** Turns of the event loop that an access waits for others, drawn for each. */
export type Pace = () => number

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn()
}

/**
 * An open file whose every change is on record. What it returns is what a real file returns; the power
 * cuts are made afterwards, from the record (crash-states.ts).
 */
export class CrashFile implements WritableFile {
  readonly name: string
  readonly identity = undefined
  readonly #content: CrashContent
  readonly #pace: Pace
  readonly #onClose: () => void
  #open = true

  constructor(
    name: string,
    content: CrashContent,
    { pace, onClose = () => {} }: { readonly pace: Pace; readonly onClose?: () => void },
  ) {
    this.name = name
    this.#content = content
    this.#pace = pace
    this.#onClose = onClose
  }

  size(): number {
    return this.#content.length
  }

  allocatedBytes(): number {
    return this.#content.allocatedBytes
  }

  times(): undefined {
    return undefined
  }

  readNow(into: Uint8Array, at: number): void {
    this.#mustBeOpen('read')
    this.#content.read(into, at)
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    await turns(this.#pace())
    this.readNow(into, at)
  }

  hostRun(at: number): HostRun {
    return this.#content.hostRun(at)
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.#mustBeOpen('write')
    this.#content.write(from, at, tag)
  }

  async write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.#mustBeOpen('write')
    await turns(this.#pace())
    const change = this.#content.write(from, at, tag)
    this.#content.start(change)
    // A flush that starts before this write has returned promises nothing about it.
    await turns(1 + this.#pace())
    this.#content.finish(change)
  }

  async flush(): Promise<void> {
    this.#mustBeOpen('flush')
    const covered = this.#content.coveredByFlush()
    await turns(1 + this.#pace())
    this.#content.flushed(covered)
  }

  truncate(size: number): void {
    this.#mustBeOpen('truncate')
    this.#content.truncate(size)
  }

  punchHole(at: number, length: number): 'punched' {
    this.#mustBeOpen('punch')
    this.#content.punch(at, length)
    return 'punched'
  }

  allocate(at: number, length: number): 'allocated' {
    this.#mustBeOpen('allocate')
    this.#content.allocate(at, length)
    return 'allocated'
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.#onClose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #mustBeOpen(what: string): void {
    if (this.#open) return
    throw new ImageError(
      'internal',
      { path: this.name },
      { cause: new Error(`${what} after close`) },
    )
  }
}
