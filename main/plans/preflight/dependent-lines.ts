/** The lines of the card about what depends on the image: snapshots, overlays, virtual machines. */
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { OverlayEffect, PreflightLine } from '../../../ipc/schemas/preflight.ts'
import type { CardFacts } from '../draft.ts'

export function snapshotsLine(snapshots: CardFacts['snapshots']): PreflightLine | undefined {
  if (snapshots === undefined || snapshots.count === 0) return undefined
  const { count, lost } = snapshots
  return { id: 'snapshots', tone: lost > 0 ? 'note' : 'good', count, lost }
}

/** A disk that reads differently below an overlay is neither the old one nor the new one to the overlay's guest. */
const tones: Readonly<Record<OverlayEffect, PreflightLine['tone']>> = {
  none: 'good',
  'size-stays': 'good',
  'partition-table': 'note',
  repaired: 'note',
  'other-backing': 'note',
  'goes-back': 'note',
  'other-place': 'note',
  needed: 'note',
  broken: 'stop',
}

export function childrenLine(
  children: readonly Pick<LibraryRow, 'id' | 'name' | 'missingSince'>[],
  effect: OverlayEffect | undefined,
): PreflightLine | undefined {
  if (children.length === 0 || effect === undefined) return undefined
  const tone = tones[effect]
  const named = ({ id, name }: Pick<LibraryRow, 'id' | 'name'>) => ({ imageId: id, name })
  const missing = children.filter(({ missingSince }) => missingSince !== undefined)
  return {
    id: 'children',
    tone,
    effect,
    children: children.map(named),
    // What makes no difference to those that are there makes none to them either.
    ...(missing.length === 0 || tone === 'good' ? {} : { missing: missing.map(named) }),
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
