import { createHash } from 'node:crypto'
import { ImageError } from '../../core/errors/image-error.ts'
import { openImage } from '../../core/image/open-image.ts'
import type { Environment } from '../../core/image/environment.ts'
import { nodeHost } from '../../core/io/node-host.ts'

/** Clusters looked at: a damaged header can claim a disk of petabytes. */
const limit = 64

/**
 * What a guest can read of an image, cluster by cluster: a digest, or the reason why it cannot be read.
 * undefined when the image cannot be opened at all.
 */
export async function readableContent(
  path: string,
  clusterSize: number,
  environment: Environment = nodeHost,
): Promise<readonly string[] | undefined> {
  try {
    await using opened = await openImage(environment, path, { format: 'qcow2' })
    const { image } = opened
    const content: string[] = []
    const end = Math.min(image.virtualSize, limit * clusterSize)
    for (let at = 0; at < end; at += clusterSize) {
      const bytes = new Uint8Array(Math.min(clusterSize, end - at))
      content.push(
        await image.read(bytes, at).then(
          () => createHash('sha256').update(bytes).digest('hex'),
          (error: unknown) => `unreadable: ${ImageError.from(error).reason}`,
        ),
      )
    }
    return content
  } catch (error) {
    if (error instanceof ImageError && error.kind !== 'internal') return undefined
    throw error
  }
}

/** The clusters that could be read before and read as something else now. */
export const lostClusters = (
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): number[] =>
  (before ?? []).flatMap((digest, cluster) =>
    digest.startsWith('unreadable') || digest === after?.[cluster] ? [] : [cluster],
  )
