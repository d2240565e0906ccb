import { breather } from '../../base/abort.ts'
import { BoundedTasks } from '../../base/bounded-tasks.ts'
import { packCluster, packClusterNow, type Packing } from '../rewrite/pack-cluster.ts'
import type { GuestPiece } from './guest-piece.ts'
import { isZeroCluster } from './zero-clusters.ts'

/** What becomes of a guest cluster; bytes: it is stored packed, as these. */
export type PreparedCluster = 'zero' | 'plain' | Uint8Array

export interface PreparedPiece extends GuestPiece {
  readonly clusters: readonly PreparedCluster[]
}

/** Clusters of a piece that other threads pack at the same time; this one packs, too, while they do. */
const WIDTH = 2

/** Finds the clusters that hold data, and packs them side by side where they are to be packed. */
export async function preparePiece(
  piece: GuestPiece,
  clusterSize: number,
  packing: Packing | undefined,
): Promise<PreparedPiece> {
  const clusters = kindsOf(piece.bytes, clusterSize)
  if (packing === undefined) return { ...piece, clusters }
  const tasks = new BoundedTasks(WIDTH)
  // So that others hear of what is ready.
  const turn = breather(undefined, { everyMs: 0 })
  try {
    for (const [index, kind] of clusters.entries()) {
      if (kind === 'zero') continue
      const content = piece.bytes.subarray(index * clusterSize, (index + 1) * clusterSize)
      if (tasks.isFull) {
        clusters[index] = packClusterNow(content, packing) ?? kind
        await turn()
        continue
      }
      await tasks.add(async () => {
        clusters[index] = (await packCluster(content, packing)) ?? kind
      })
    }
    await tasks.finish()
  } finally {
    // The bytes are used again, also when one fails.
    await tasks.settled()
  }
  return { ...piece, clusters }
}

function kindsOf(bytes: Uint8Array, clusterSize: number): PreparedCluster[] {
  const kinds: PreparedCluster[] = []
  for (let from = 0; from < bytes.length; from += clusterSize) {
    kinds.push(isZeroCluster(bytes, from, from + clusterSize) ? 'zero' : 'plain')
  }
  return kinds
}
