/** Clusters that are looked at between two chances to stop: some milliseconds. */
const turnClusters = 2 ** 19

/**
 * Visits [from, to) in pieces, one after the other, with time for the event loop between them: a file may
 * have hundreds of millions of clusters.
 */
export async function inTurns(
  from: number,
  to: number,
  {
    breathe,
    visit,
  }: {
    readonly breathe: () => Promise<void> | undefined
    readonly visit: (from: number, to: number) => void
  },
): Promise<void> {
  for (let at = from; at < to; at += turnClusters) {
    visit(at, Math.min(at + turnClusters, to))
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}

/** How many clusters are of one kind (`use`). */
export async function countKind(
  kinds: Uint8Array,
  kind: number,
  breathe: () => Promise<void> | undefined,
): Promise<number> {
  let count = 0
  await inTurns(0, kinds.length, {
    breathe,
    visit: (from, to) => {
      for (let cluster = from; cluster < to; cluster++) if (kinds[cluster] === kind) count++
    },
  })
  return count
}
