/** An open image whose clusters move, for tests. */
import { expect, onTestFinished } from 'vitest'
import { Recycler, type RecyclerOptions } from '../../../../../core/qcow2/recycle/recycler.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { ManualClock } from '../../../../helpers/manual-clock.ts'
import { MemoryImage, type MemoryImageOptions } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { FaultFile, Faults } from '../../../../storage/fault-file.ts'

export const K = 4096
export const CLUSTERS = 64

/** A disk of 64 clusters, each filled with its number (1 to 64), open and recycled by a clock that stands. */
export async function recycled(
  wishes: Partial<RecyclerOptions> = {},
  options: MemoryImageOptions & { readonly image?: BuilderOptions } = {},
) {
  const builder = new Qcow2Builder({
    clusterBits: 12,
    virtualSize: CLUSTERS * K,
    ...options.image,
  })
  for (let cluster = 0; cluster < CLUSTERS; cluster++) builder.data(cluster, cluster + 1)
  const image = new MemoryImage(builder, options)
  const clock = new ManualClock()
  const recycler = new Recycler(image.writer, {
    clock,
    asserts: true,
    keepErased: 0,
    compactAfterUnmaps: 0,
    ...wishes,
  })
  await recycler.start()
  onTestFinished(() => recycler.stop())
  return { image, clock, recycler, writer: image.writer, file: image.file }
}

export type Recycled = Awaited<ReturnType<typeof recycled>>

export const evenClusters = Array.from({ length: CLUSTERS / 2 }, (_, index) => index * 2)

export async function discardEven({ writer }: Recycled): Promise<void> {
  for (const cluster of evenClusters) await writer.discard(cluster * K, K)
}

export async function expectContent({ image }: Recycled, isGone: (cluster: number) => boolean) {
  for (let cluster = 0; cluster < CLUSTERS; cluster++) {
    expect(await image.valueAt(cluster * K, K)).toBe(isGone(cluster) ? 0 : cluster + 1)
  }
}

export const isEven = (cluster: number) => cluster % 2 === 0

/** Bytes of free clusters, and of the file. */
export function extentOf({ statistics: { now } }: Recycler): { free: number; size: number } {
  return { free: now.junk + now.erased + now.available + now.pendingFree, size: now.size }
}

/** Lets the clock run until the recycler has nothing to do for a while. */
export async function pass({ clock, recycler }: Recycled, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await recycler.idle()
    clock.advance(1000)
  }
  await recycler.idle()
}

export const withFaults = () => {
  const faults = new Faults()
  return { faults, wrap: (file: WritableFile) => new FaultFile(file, faults) }
}
