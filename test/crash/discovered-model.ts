import { openImage } from '../../core/image/open-image.ts'
import type { Environment } from '../../core/image/environment.ts'
import { Qcow2Image } from '../../core/qcow2/qcow2-image.ts'
import { GuestModel } from '../model/guest-model.ts'
import { readAll } from './judge.ts'

/** The model of an image as our reader finds it, with its snapshots. */
export async function discoveredModel(host: Environment, path: string): Promise<GuestModel> {
  await using opened = await openImage(host, path)
  const { image } = opened
  if (!(image instanceof Qcow2Image)) throw new Error(`${path} is no qcow2 image any more`)
  const content = await readAll(image)
  const model = new GuestModel(content.length, content)
  for (const entry of image.snapshots()) {
    model.keepSnapshot(entry.name, await readAll(image.atSnapshot(entry)))
  }
  return model
}
