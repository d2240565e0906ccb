/** What made-up changes of size and space would come to. */
import type { ActionOf } from '../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import { madeUpDisk } from './disk.ts'
import { notRaw, rewriteLosesSnapshots } from './made-up-errors.ts'
import type { MadeUpPlan } from './plans.ts'

export function resizePlanOf(row: LibraryRow, request: ActionOf<'resize'>): MadeUpPlan {
  const layout = madeUpDisk(row)
  const { size, keepCut, moveGptBackup } = request.parameters
  const before = layout.virtualSize
  const contentEnd = layout.contentEnd ?? before
  const isShrink = size < before
  const stored = isShrink ? Math.max(0, Math.floor((contentEnd - size) * 0.6)) : 0
  return {
    detail: {
      kind: 'resize',
      direction: isShrink ? 'shrink' : size > before ? 'grow' : 'none',
      before,
      after: size,
      layout,
      partitionsCut: layout.partitions.flatMap(({ number, end }) => (end > size ? [number] : [])),
      ...(isShrink && {
        cut: {
          storedBytes: stored,
          clusters: Math.ceil(stored / 65_536),
          nonZeroBytes: Math.floor(stored * 0.9),
        },
      }),
      needsConsent: stored > 0,
      ...(moveGptBackup === true && { gptBackupMovesTo: size - 512 }),
      bitmapsLost: [],
    },
    undo: isShrink
      ? {
          id: 'undo',
          tone: keepCut === true ? 'good' : 'note',
          undo: keepCut === true ? 'while-kept' : 'no',
          ...(keepCut === true && { keptBytes: stored }),
        }
      : { id: 'undo', tone: 'good', undo: 'while-unchanged' },
    neededBytes: isShrink ? 0 : 65_536,
    seconds: isShrink ? stored / 400_000_000 : 0.2,
  }
}

/** First what the tables say, then with the zeroes that were found. */
export function compactPlanOf(row: LibraryRow, request: ActionOf<'compact'>): MadeUpPlan {
  const onDisk = row.onDisk ?? row.fileLength
  // Every ninth image is as small as it can be: that has a face of its own.
  const wasted = row.id % 9 === 0 ? 0.004 : reclaimableShare(row, onDisk)
  const whole = causesFor(row, onDisk, wasted)
  const { zeroBytes, ...withoutZeroes } = whole
  return {
    detail: compactDetail(row, whole, 'whole'),
    first: compactDetail(row, withoutZeroes, 'none'),
    undo: { id: 'undo', tone: 'good', undo: 'not-needed' },
    neededBytes: request.parameters.mode === 'rewrite' ? onDisk - zeroBytes : 8 * MiB,
    seconds: onDisk / 350_000_000,
  }
}

const MiB = 1024 ** 2

/** What the list says of an image, its plan says, too. */
function reclaimableShare({ id, health, reclaimable }: LibraryRow, onDisk: number): number {
  const countedShare = health === 'leaks' ? 1 : 0.85
  return reclaimable === undefined || onDisk === 0
    ? 0.05 + (id % 6) * 0.04
    : reclaimable.bytes / onDisk / countedShare
}

function causesFor(row: LibraryRow, onDisk: number, wasted: number) {
  const part = (share: number): number => Math.floor((onDisk * wasted * share) / 65_536) * 65_536
  if (row.format === 'raw') {
    const nothing = { leakedBytes: 0, holeBytes: 0, tailBytes: 0, snapshotOnlyBytes: 0 }
    return { zeroBytes: part(1), zeroMarginBytes: 0, ...nothing }
  }
  return {
    zeroBytes: part(0.45),
    zeroMarginBytes: 0,
    leakedBytes: row.health === 'leaks' ? part(0.15) : 0,
    holeBytes: part(0.25),
    tailBytes: part(0.15),
    snapshotOnlyBytes: (row.snapshotCount ?? 0) * part(0.2),
  }
}

type Causes = PlanOf<'compact'>['causes']

function compactDetail(
  row: LibraryRow,
  causes: Causes,
  scan: PlanOf<'compact'>['scan'],
): PlanOf<'compact'> {
  const onDisk = row.onDisk ?? row.fileLength
  const { zeroBytes = 0, leakedBytes, holeBytes, tailBytes } = causes
  const freed = zeroBytes + leakedBytes + holeBytes + tailBytes
  const mode = (
    freedBytes: number,
    lengthLost: number,
    more: Partial<PlanOf<'compact'>['modes']['punch']> = {},
  ) => ({
    allowed: true,
    refusals: [],
    after: { fileLength: row.fileLength - lengthLost, allocatedBytes: onDisk - freedBytes },
    isExact: scan === 'whole',
    movedBytes: 0,
    temporaryBytes: 0,
    estimatedSeconds: onDisk / 350_000_000,
    gains: freedBytes > 0,
    notes: [],
    ...more,
  })
  const isRaw = row.format === 'raw'
  const notForRaw = isRaw ? { allowed: false, refusals: [notRaw(row)] } : {}
  return {
    kind: 'compact',
    format: isRaw ? 'raw' : 'qcow2',
    before: { fileLength: row.fileLength, allocatedBytes: onDisk },
    causes,
    modes: {
      'in-place': mode(freed, freed, { movedBytes: Math.floor(freed / 3), ...notForRaw }),
      punch: mode(freed, 0),
      rewrite: mode(freed, freed, {
        temporaryBytes: onDisk - freed,
        isExact: false,
        ...((row.snapshotCount ?? 0) > 0
          ? { allowed: false, refusals: [rewriteLosesSnapshots(row)] }
          : {}),
      }),
      zeroes: mode(zeroBytes, 0, notForRaw),
    },
    ...(freed > 0 && {
      auto: isRaw
        ? { mode: 'punch', because: 'raw-has-only-holes' }
        : { mode: 'in-place', because: 'shorter-file-in-place' },
    }),
    kept: {
      snapshots: row.snapshotCount ?? 0,
      bitmaps: row.bitmapCount ?? 0,
      ...(row.backing !== undefined && { backingFile: row.backing.name }),
    },
    scan,
  }
}
