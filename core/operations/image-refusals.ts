import type { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { UnavailableFile } from '../storage/unavailable-file.ts'
import { fileInUse } from './file-in-use.ts'
import type { Host } from './host.ts'
import { stampOf, type ImageStamp } from './image-stamp.ts'

/** The external data file of an image that a plan is made for. */
export interface StampedDataFile {
  readonly path: string
  readonly stamp: ImageStamp
}

/** One that could not be opened is among the refusals. */
export function stampedDataFile(image: DiskImage): StampedDataFile | undefined {
  const file = image instanceof Qcow2Image ? image.dataFile : undefined
  if (file === undefined || file instanceof UnavailableFile) return undefined
  return { path: file.name, stamp: stampOf(file) }
}

/** Somebody else has the image open, so that it cannot be held for writing. */
export function usageRefusals(
  host: Pick<Host, 'readUse'>,
  { file }: Pick<DiskImage, 'file'>,
): ImageError[] {
  const { state, holders } = host.readUse(file)
  if (state === 'free' || state === 'unknown') return []
  return [fileInUse({ path: file.name, mode: state, holders })]
}

/** What the image needs and could not be opened: neither content nor sizes are known without it. */
export function linkRefusals(image: DiskImage): ImageError[] {
  const refusals: ImageError[] = []
  for (let layer: DiskImage | undefined = image; layer !== undefined; layer = layer.backing) {
    if (layer.unavailable !== undefined) refusals.push(layer.unavailable)
    if (layer instanceof Qcow2Image && layer.dataFile instanceof UnavailableFile) {
      refusals.push(layer.dataFile.error)
    }
  }
  return refusals
}
