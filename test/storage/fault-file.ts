import { alignDown } from '../../core/base/bits.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import type { HostRun } from '../../core/storage/block-file.ts'
import type { IoTag } from '../../core/storage/io-tag.ts'
import type { WritableFile } from '../../core/storage/writable-file.ts'
import { SECTOR } from './crash-log.ts'

export type FaultOperation = 'read' | 'write' | 'flush' | 'truncate' | 'punch' | 'allocate'

export type Errno = 'EIO' | 'ENOSPC'

/** Which access goes wrong, and how. What is left out matches everything. */
export interface FaultRule {
  readonly operation: FaultOperation
  readonly tag?: IoTag
  /** Accesses that touch a byte of this range. */
  readonly range?: { readonly at: number; readonly length: number }
  /** The how-manieth match fails, from 0 on. */
  readonly nth: number
  /** How many matches fail from there on; default 1. */
  readonly times?: number
  readonly fault: Errno | Pause
}

/** Holds an access until the test lets it go on. */
export class Pause {
  readonly #reached = Promise.withResolvers<void>()
  readonly #released = Promise.withResolvers<void>()

  /** Resolves when the access has come. */
  get reached(): Promise<void> {
    return this.#reached.promise
  }

  release(): void {
    this.#released.resolve()
  }

  async hold(): Promise<void> {
    this.#reached.resolve()
    await this.#released.promise
  }
}

interface Access {
  readonly operation: FaultOperation
  readonly tag?: IoTag
  readonly at?: number
  readonly length?: number
}

/** Counts what is done to any number of files, and says what fails. Shared by the files of a machine. */
export class Faults {
  readonly #rules: { readonly rule: FaultRule; matches: number }[] = []
  readonly #counts = new Map<string, number>()
  readonly #onFault: () => void
  #fired = 0

  /** `onFault` is called when an access is about to fail. */
  constructor(onFault: () => void = () => {}) {
    this.#onFault = onFault
  }

  /** From now on. Counting starts with this call. */
  add(rule: FaultRule): void {
    this.#rules.push({ rule, matches: 0 })
  }

  clear(): void {
    this.#rules.length = 0
  }

  /** How many accesses failed. */
  get fired(): number {
    return this.#fired
  }

  /** How many accesses of each kind there were: the places where a fault can be put. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }

  /** The fault that this access meets. */
  meet(access: Access): FaultRule['fault'] | undefined {
    const kind = access.tag === undefined ? access.operation : `${access.operation} ${access.tag}`
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
    let met: FaultRule['fault'] | undefined
    for (const entry of this.#rules) {
      if (!matches(entry.rule, access)) continue
      const index = entry.matches++
      const { nth, times = 1, fault } = entry.rule
      if (index < nth || index >= nth + times) continue
      met ??= fault
    }
    if (met !== undefined) {
      this.#fired++
      this.#onFault()
    }
    return met
  }
}

function matches(rule: FaultRule, { operation, tag, at = 0, length = 0 }: Access): boolean {
  if (rule.operation !== operation) return false
  if (rule.tag !== undefined && rule.tag !== tag) return false
  const { range } = rule
  return range === undefined || (at < range.at + range.length && range.at < at + length)
}

const reasons = {
  read: 'read-failed',
  write: 'write-failed',
  flush: 'flush-failed',
  truncate: 'write-failed',
  punch: 'write-failed',
  allocate: 'write-failed',
} as const satisfies Record<FaultOperation, string>

/**
 * A file that fails where its rules say so, with the errors a real file throws. A write that fails has
 * written its first half, in whole sectors: a disk that fills up or breaks stops in the middle.
 */
export class FaultFile implements WritableFile {
  readonly #file: WritableFile
  readonly #faults: Faults
  /** As of a real file: once a flush failed, it takes no more changes. */
  #lost: ImageError | undefined

  constructor(file: WritableFile, faults: Faults) {
    this.#file = file
    this.#faults = faults
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): WritableFile['identity'] {
    return this.#file.identity
  }

  size(): number {
    return this.#file.size()
  }

  allocatedBytes(): number | undefined {
    return this.#file.allocatedBytes()
  }

  times(): ReturnType<WritableFile['times']> {
    return this.#file.times()
  }

  hostRun(at: number): HostRun {
    return this.#file.hostRun(at)
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#meetNow({ operation: 'read', tag, at, length: into.length })
    this.#file.readNow(into, at, tag)
  }

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    await this.#meet({ operation: 'read', tag, at, length: into.length })
    await this.#file.read(into, at, tag)
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.#mustBeKept()
    const access = { operation: 'write', tag, at, length: from.length } as const
    this.#meetNow(access, () => {
      const length = firstHalf(from, at)
      if (length > 0) this.#file.writeNow(from.subarray(0, length), at, tag)
    })
    this.#file.writeNow(from, at, tag)
  }

  async write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.#mustBeKept()
    const access = { operation: 'write', tag, at, length: from.length } as const
    await this.#meet(access, async () => {
      const length = firstHalf(from, at)
      if (length > 0) await this.#file.write(from.subarray(0, length), at, tag)
    })
    await this.#file.write(from, at, tag)
  }

  async flush(): Promise<void> {
    this.#mustBeKept()
    try {
      await this.#meet({ operation: 'flush' })
    } catch (error) {
      if (error instanceof ImageError) this.#lost = error
      throw error
    }
    await this.#file.flush()
  }

  truncate(size: number): void {
    this.#mustBeKept()
    this.#meetNow({ operation: 'truncate', at: size })
    this.#file.truncate(size)
  }

  punchHole(at: number, length: number): 'punched' | 'unsupported' {
    this.#mustBeKept()
    this.#meetNow({ operation: 'punch', at, length })
    return this.#file.punchHole(at, length)
  }

  allocate(at: number, length: number): 'allocated' | 'unsupported' {
    this.#mustBeKept()
    this.#meetNow({ operation: 'allocate', at, length })
    return this.#file.allocate(at, length)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #mustBeKept(): void {
    if (this.#lost !== undefined) throw this.#lost
  }

  #meetNow(access: Access, begin: () => void = () => {}): void {
    const fault = this.#faults.meet(access)
    if (fault === undefined) return
    if (fault instanceof Pause)
      throw new Error(`a pause cannot hold a ${access.operation} that blocks`)
    begin()
    throw this.#error(access, fault)
  }

  async #meet(access: Access, begin: () => Promise<void> = async () => {}): Promise<void> {
    const fault = this.#faults.meet(access)
    if (fault === undefined) return
    if (fault instanceof Pause) {
      await fault.hold()
      return
    }
    await begin()
    throw this.#error(access, fault)
  }

  #error({ operation, at }: Access, errno: Errno): ImageError {
    const reason = errno === 'ENOSPC' && operation !== 'flush' ? 'no-space' : reasons[operation]
    return new ImageError(reason, {
      path: this.name,
      errno,
      ...(at === undefined ? {} : { offset: at }),
    })
  }
}

/** How much of a write is done: whole sectors, for no disk writes less. */
const firstHalf = (from: Uint8Array, at: number): number =>
  Math.max(alignDown(at + from.length / 2, SECTOR) - at, 0)
