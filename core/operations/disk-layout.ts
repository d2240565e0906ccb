import { breather } from '../base/abort.ts'
import type { ReadOptions } from '../engine.ts'
import { layoutOf, type DiskLayout } from '../guest/disk-layout.ts'
import type { GuestBytes } from '../guest/guest-bytes.ts'
import { readStructure } from '../guest/read-structure.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { contentSource } from './byte-source.ts'
import { findContentEnd } from './content-scan.ts'
import type { Host } from './host.ts'

export interface DiskLayoutOptions extends ReadOptions {
  /**
   * Look for the last byte that is not zero, however much of the disk that takes reading. Default false: a
   * short look, and only where nothing else says how small the disk may be.
   */
  readonly withContent?: boolean | undefined
}

/** Bytes. Sparse disks end in what is known to be zero; looking a little further back costs a moment. */
const QUICK_SCAN = 64 * 2 ** 20

/**
 * The disk as its guest lays it out: partitions, the file system in each, and the smallest size that cuts
 * nothing off. Reads a few sectors, and the tables backwards to where something is stored. Changes nothing.
 * Throws what makes the image unreadable: `encrypted`, a backing file that is missing, and damage where the
 * partition table is.
 */
export async function readDiskLayout(
  host: Host,
  path: string,
  options: DiskLayoutOptions = {},
): Promise<DiskLayout> {
  const { withContent = false } = options
  await using opened = await openImage(host, path, options)
  const { image } = opened
  const { virtualSize } = image
  const structure = await readStructure(guestBytesOf(image, options.signal), options.signal)
  const storedEnd = await findStoredEnd(image, options)
  const known = layoutOf(virtualSize, structure, { storedEnd, contentEnd: undefined })
  const isToldByTable = known.safeSize !== undefined && structure.table?.fault === undefined
  if (isToldByTable && !withContent) return known
  const range = { from: 0, to: virtualSize, limit: withContent ? Infinity : QUICK_SCAN }
  const content = await findContentEnd(contentSource(image), range, options)
  const contentEnd = content.complete ? (content.end ?? 0) : undefined
  return layoutOf(virtualSize, structure, { storedEnd, contentEnd })
}

export const guestBytesOf = (image: DiskImage, signal: AbortSignal | undefined): GuestBytes => ({
  length: image.virtualSize,
  read: (into, at) => image.read(into, at, signal),
})

const firstWindow = 64 * 2 ** 20
const lastWindow = 2 ** 44

/** The first byte after the last that this layer stores, from its tables, back to front; 0 when nothing is. */
async function findStoredEnd(
  image: DiskImage,
  { signal, onProgress }: OperationContext,
): Promise<number> {
  const { virtualSize } = image
  const breathe = breather(signal, { everyCalls: 16 })
  let window = firstWindow
  for (let top = virtualSize; top > 0;) {
    const start = Math.max(top - window, 0)
    let end = 0
    for (let at = start; at < top;) {
      const run = image.runAt(at, top - at)
      at += run.length
      if (isStored(image, run)) end = at
      const pause = breathe()
      if (pause !== undefined) {
        const done = virtualSize - top
        onProgress?.({ phase: 'tables', done, total: virtualSize, unit: 'bytes' })
        await pause
      }
    }
    if (end > 0) return end
    top = start
    window = Math.min(window * 2, lastWindow)
  }
  return 0
}

/** Holes of a raw file have a place and no space. */
export const isStored = ({ format }: DiskImage, run: ReturnType<DiskImage['runAt']>): boolean =>
  format === 'raw' ? run.kind === 'data' : run.kind === 'compressed' || run.hostOffset !== undefined
