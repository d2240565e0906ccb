/** What a machine did to its disk, in order: the raw material of every power cut. */
import type { IoTag } from '../../core/storage/io-tag.ts'
import type { SectorHash } from './sector-hash.ts'

export const SECTOR = 512

/** One sector as it stands in the page cache after a change: what the disk holds once it is kept. */
export interface SectorVersion {
  readonly sector: number
  /** undefined: all zeroes. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined
  readonly hash: SectorHash
}

/** One change of one file. */
export interface Change {
  readonly file: number
  readonly operation: 'write' | 'truncate' | 'punch' | 'allocate'
  readonly tag: IoTag | undefined
  readonly at: number
  readonly length: number
  readonly sectors: readonly SectorVersion[]
  /** Length of the file afterwards. */
  readonly fileLength: number
}

/** The name leads to this file from now on, undefined: to none. */
export interface NameChange {
  readonly path: string
  readonly file: number | undefined
}

/** What happens to the disk. */
export type DiskEvent =
  | { readonly kind: 'change'; readonly change: Change }
  /** These changes are on the disk from now on. */
  | { readonly kind: 'flushed'; readonly file: number; readonly changes: readonly Change[] }
  /** Names that change together or not at all; durable with `names-flushed`. */
  | { readonly kind: 'names'; readonly changes: readonly NameChange[] }
  | { readonly kind: 'names-flushed'; readonly folder: string }

/** From a mark on, a power cut is judged by what it holds. */
export type LogEvent<Mark> = DiskEvent | { readonly kind: 'mark'; readonly mark: Mark }

/** What lay on the disk before anything happened. */
export interface FirstFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Where files put what happens to them. */
export interface EventSink {
  record(event: DiskEvent): void
}

/** Appended to by CrashMachine and its files, read by `crashStates`. */
export class CrashLog<Mark> implements EventSink {
  readonly #events: LogEvent<Mark>[] = []
  readonly #first = new Map<number, FirstFile>()
  #files = 0

  get events(): readonly LogEvent<Mark>[] {
    return this.#events
  }

  get firstFiles(): ReadonlyMap<number, FirstFile> {
    return this.#first
  }

  /** The number of a new file; with `first`, one that is there from the start. */
  addFile(first?: FirstFile): number {
    const file = this.#files++
    if (first !== undefined) this.#first.set(file, first)
    return file
  }

  record(event: DiskEvent): void {
    this.#events.push(event)
  }

  mark(mark: Mark): void {
    this.#events.push({ kind: 'mark', mark })
  }
}
