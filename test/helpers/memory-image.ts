/** Images made by hand, in memory, open for writing; and what a test asks of them. */
import { expect } from 'vitest'
import { codecs } from '../../core/io/codecs.ts'
import type { DiskImage } from '../../core/image/disk-image.ts'
import { RawImage } from '../../core/image/raw-image.ts'
import { checkQcow2 } from '../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../core/qcow2/check/subject-of.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../core/qcow2/qcow2-image.ts'
import { Qcow2Writer } from '../../core/qcow2/qcow2-writer.ts'
import { readSnapshots } from '../../core/qcow2/snapshots.ts'
import { MemoryFile } from '../../core/storage/memory-file.ts'
import type { WritableFile } from '../../core/storage/writable-file.ts'
import { filled } from './devices.ts'
import type { Qcow2Builder } from './qcow2-builder.ts'

export interface MemoryImageOptions {
  readonly backing?: Uint8Array
  readonly dataFile?: WritableFile
  readonly discard?: boolean
  /** Puts something around the image file: faults, a trace. */
  readonly wrap?: (file: WritableFile) => WritableFile
}

/** An image in memory, its file as it is now, and the writer that changes it. */
export class MemoryImage {
  readonly file: MemoryFile
  readonly writer: Qcow2Writer
  readonly clusterSize: number
  readonly #backing: Uint8Array | undefined
  readonly #dataFile: WritableFile | undefined

  constructor(
    builder: Qcow2Builder,
    { backing, dataFile, discard, wrap }: MemoryImageOptions = {},
  ) {
    this.file = new MemoryFile(builder.bytes)
    this.clusterSize = builder.clusterSize
    this.#backing = backing
    this.#dataFile = dataFile
    const file = wrap?.(this.file) ?? this.file
    const area = readHeaderArea(file)
    this.writer = new Qcow2Writer({ file, area, codecs, dataFile, backing: this.#below(), discard })
  }

  /** Guest bytes as the writer sees them. */
  async read(at: number, length: number): Promise<Uint8Array> {
    const into = filled(length, 0xee)
    await this.writer.read(into, at)
    return into
  }

  /** The one value of a range, as the writer sees it; undefined when its bytes differ. */
  async valueAt(at: number, length: number): Promise<number | undefined> {
    const bytes = await this.read(at, length)
    return bytes.every((byte) => byte === bytes[0]) ? bytes[0] : undefined
  }

  /** How a guest cluster is stored now: kind and host offset. */
  runAt(cluster: number): string {
    const run = this.writer.runAt(cluster * this.clusterSize, 1)
    return 'hostOffset' in run ? `${run.kind} at ${run.hostOffset}` : run.kind
  }

  /** The whole disk as the file says, without the writer. */
  async stored(): Promise<Uint8Array> {
    return contentOf(this.#stored())
  }

  /** What a snapshot holds, as the file says. */
  async snapshot(index: number): Promise<Uint8Array> {
    const image = this.#stored()
    const entry = readSnapshots(this.file, image.area.header)[index]
    if (entry === undefined) throw new Error(`no snapshot ${index}`)
    return contentOf(image.atSnapshot(entry))
  }

  /** What the check says about the file. */
  async findings(): Promise<readonly string[]> {
    const log = new FindingLog(10)
    const subject = checkSubjectOf(this.file, readHeaderArea(this.file), this.#dataFile?.size())
    await checkQcow2(subject, log)
    return log.kept().findings.map(({ kind, text }) => `${kind}: ${text}`)
  }

  #stored(): Qcow2Image {
    const area = readHeaderArea(this.file)
    const { file } = this
    return new Qcow2Image({ file, area, codecs, dataFile: this.#dataFile, backing: this.#below() })
  }

  #below(): DiskImage | undefined {
    return this.#backing === undefined ? undefined : new RawImage(new MemoryFile(this.#backing))
  }
}

/** Everything is in the file after a flush, and the check finds nothing there. */
export async function expectCleanAfterFlush(image: MemoryImage): Promise<void> {
  // What the first one frees is written as free by the second.
  await image.writer.flush()
  await image.writer.flush()
  expect(await image.findings()).toEqual([])
  expect(Buffer.from(await image.stored()).equals(await contentOf(image.writer))).toBe(true)
}

async function contentOf(image: DiskImage): Promise<Uint8Array> {
  const bytes = new Uint8Array(image.virtualSize)
  await image.read(bytes, 0)
  return bytes
}
