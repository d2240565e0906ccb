import { BoundedTasks } from '../../base/bounded-tasks.ts'
import { packCluster, type Packing } from '../rewrite/pack-cluster.ts'
import type { GuestPiece } from './guest-piece.ts'
import { isZeroCluster } from './zero-clusters.ts'

/** What becomes of a guest cluster; bytes: it is stored packed, as these. */
export type PreparedCluster = 'zero' | 'plain' | Uint8Array

export interface PreparedPiece extends GuestPiece {
  readonly clusters: readonly PreparedCluster[]
}

/** Clusters of a piece that are packed at the same time: as many as libuv has threads. More cost memory and time. */
const WIDTH = 4

/** Finds the clusters that hold data, and packs them side by side where they are to be packed. */
export async function preparePiece(
  piece: GuestPiece,
  clusterSize: number,
  packing: Packing | undefined,
): Promise<PreparedPiece> {
  const clusters = kindsOf(piece.bytes, clusterSize)
  if (packing === undefined) return { ...piece, clusters }
  const tasks = new BoundedTasks(WIDTH)
  try {
    for (const [index, kind] of clusters.entries()) {
      if (kind === 'zero') continue
      const content = piece.bytes.subarray(index * clusterSize, (index + 1) * clusterSize)
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
