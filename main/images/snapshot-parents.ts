/** A snapshot that is there. */
interface TakenSnapshot {
  readonly id: string
  /** Unix time in milliseconds. */
  readonly createdAt: number
}

/** The disk went back to a snapshot; undefined: to one that is not there any more. */
export interface GoneBack {
  readonly at: number
  readonly snapshotId: string | undefined
}

export interface SnapshotParents {
  readonly parents: ReadonlyMap<string, string>
  /** The snapshot that the present state went on from. */
  readonly current: string | undefined
}

/**
 * The tree of snapshots. The format keeps none: each snapshot went on from the one that was taken, or gone back to,
 * last before it. What other programs went back to nobody wrote down, so the tree is what order and our history tell.
 */
export function snapshotParents(
  snapshots: readonly TakenSnapshot[],
  goneBack: readonly GoneBack[],
): SnapshotParents {
  const parents = new Map<string, string>()
  let current: string | undefined
  const events = [
    ...snapshots.map(({ id, createdAt }) => ({ at: createdAt, taken: id, back: undefined })),
    ...goneBack.map((back) => ({ at: back.at, taken: undefined, back })),
  ]
  // Equal times: what was there is kept as a snapshot before the disk goes back.
  for (const { taken, back } of events.toSorted((one, other) => one.at - other.at)) {
    if (taken !== undefined) {
      if (current !== undefined) parents.set(taken, current)
      current = taken
    } else {
      current = back.snapshotId
    }
  }
  return { parents, current }
}
