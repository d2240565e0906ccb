import { noise } from '../../helpers/noise.ts'
import type { Random } from '../../helpers/random.ts'
import { BytesFile } from '../../storage/bytes-file.ts'
import { bitmapPlaces } from '../bitmap-contents.ts'
import { discoveredModel } from '../discovered-model.ts'
import { actAtRandom, Guest } from '../guest.ts'
import { Scene } from '../scene.ts'
import { imagePath, smallImage, type SmallImage, type SmallImageOptions } from './small-images.ts'
import { changeSnapshots } from './snapshots.ts'

export interface UsedImageOptions extends SmallImageOptions {
  /** Snapshots come and go between the guest's visits. */
  readonly changesSnapshots?: boolean
  /** Clusters are packed between the others. */
  readonly packs?: boolean
  /** Ranges that are discarded or zeroed at each visit; default 3. */
  readonly emptied?: number
  /** Nobody uses it: what is free or leaked is as it was made. */
  readonly untouched?: boolean
}

const VISITS = 3

/**
 * An image as time leaves it: holes where something was discarded or copied on write, clusters written
 * full of zeroes, tables that some snapshots share and others do not. Its guest is known and settled.
 */
export async function usedImage(
  random: Random,
  {
    changesSnapshots = false,
    packs = false,
    emptied = 3,
    untouched = false,
    ...options
  }: UsedImageOptions = {},
): Promise<SmallImage> {
  const first = await smallImage(random, options)
  if (untouched)
    return { ...first, files: { ...first.files, [imagePath]: withBits(first, random) } }
  const { files, clusterSize, model } = first
  const tell = () => Promise.resolve()
  const scene = new Scene({ name: 'use', image: imagePath, files, model, tell })
  for (let visit = 0; visit < VISITS; visit++) {
    {
      await using guest = await Guest.open(scene)
      const { virtualSize } = scene.model
      await actAtRandom(guest, random, { count: 6, virtualSize, clusterSize })
      if (packs) await packSome(guest, random, clusterSize)
      await emptySome(guest, random, { clusterSize, ranges: emptied })
    }
    if (changesSnapshots) await changeSnapshots(scene, random, 'leaks')
  }
  const used = Object.fromEntries(scene.machine.files())
  return { files: used, clusterSize, model: await discoveredModel(scene.machine, imagePath) }
}

/** Its bitmaps say something. */
function withBits({ files, clusterSize }: SmallImage, random: Random): Uint8Array {
  const bytes = files[imagePath]?.slice() ?? new Uint8Array()
  for (const { parts } of bitmapPlaces(new BytesFile(bytes))) {
    for (const at of parts.filter((place) => place !== 0)) {
      bytes.set(noise(random.below(2 ** 31), clusterSize), at)
    }
  }
  return bytes
}

/** Discards and written zeroes, at clusters: holes of the image, and data that need not be stored. */
async function emptySome(
  { disk }: Guest,
  random: Random,
  { clusterSize, ranges }: { readonly clusterSize: number; readonly ranges: number },
): Promise<void> {
  const clusters = Math.floor(disk.virtualSize / clusterSize)
  for (let range = 0; range < ranges; range++) {
    const at = random.below(clusters)
    const length = Math.min(clusters - at, 1 + random.below(5))
    if (random.chance(0.6)) await disk.discard(at * clusterSize, length * clusterSize)
    else await disk.write(new Uint8Array(length * clusterSize), at * clusterSize)
  }
}

async function packSome({ disk }: Guest, random: Random, clusterSize: number): Promise<void> {
  const clusters = Math.floor(disk.virtualSize / clusterSize)
  const first = random.below(clusters)
  for (let cluster = first; cluster < Math.min(clusters, first + 5); cluster++) {
    const bytes = new Uint8Array(clusterSize).fill(1 + random.below(255))
    await disk.writeCompressed(bytes, cluster * clusterSize)
  }
}
