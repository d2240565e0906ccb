import { nodeHost } from '../../../core/io/node-host.ts'
import { openImage } from '../../../core/image/open-image.ts'
import { contentSource } from '../../../core/operations/byte-source.ts'
import { digestOf } from '../../../core/operations/digest.ts'
import { Qcow2Image } from '../../../core/qcow2/qcow2-image.ts'

/** SHA-256 of what the guest finds, then of every snapshot, in the image's order, one a line. */
export async function stateHashes(path: string): Promise<string> {
  await using opened = await openImage(nodeHost, path)
  const { image } = opened
  const hash = (view: typeof image) =>
    digestOf(contentSource(view), nodeHost.createHasher('sha256'), {})
  const lines = [`now ${await hash(image)}`]
  const snapshots = image instanceof Qcow2Image ? image.snapshots() : []
  for (const entry of snapshots) {
    if (!(image instanceof Qcow2Image)) break
    lines.push(`${entry.name} ${await hash(image.atSnapshot(entry))}`)
  }
  return lines.join('\n')
}
