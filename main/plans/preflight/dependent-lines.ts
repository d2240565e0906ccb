/** The lines of the card about what depends on the image: snapshots, overlays, virtual machines. */
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import type { CardFacts } from '../draft.ts'

export function snapshotsLine(snapshots: CardFacts['snapshots']): PreflightLine | undefined {
  if (snapshots === undefined || snapshots.count === 0) return undefined
  const { count, lost } = snapshots
  return { id: 'snapshots', tone: lost > 0 ? 'note' : 'good', count, lost }
}

/**
 * An overlay holds only what differs from the image below it: once that one reads differently, what the overlay's
 * guest reads is neither the old disk nor the new one.
 */
export function childrenLine(
  children: readonly Pick<LibraryRow, 'id' | 'name' | 'missingSince'>[],
  content: CardFacts['content'],
): PreflightLine | undefined {
  if (children.length === 0 || content === undefined) return undefined
  const tone = { same: 'good', 'may-differ': 'note', differs: 'stop' } as const
  const named = ({ id, name }: Pick<LibraryRow, 'id' | 'name'>) => ({ imageId: id, name })
  const missing = children.filter(({ missingSince }) => missingSince !== undefined)
  return {
    id: 'children',
    tone: tone[content],
    children: children.map(named),
    // Where the content stays the same, it makes no difference to them either.
    ...(missing.length === 0 || content === 'same' ? {} : { missing: missing.map(named) }),
  }
}

/** Machines that are off and will start with another disk than they left. */
export function machinesLine(
  usedBy: LibraryRow['usedBy'],
  isTold: boolean,
): PreflightLine | undefined {
  if (!isTold || usedBy.length === 0) return undefined
  return { id: 'vms', tone: 'note', vms: usedBy.map(({ source, vm }) => ({ source, vm })) }
}
