/** What made-up changes of size and space would come to. */
import type { ActionOf } from '../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { madeUpDisk } from './disk.ts'
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
