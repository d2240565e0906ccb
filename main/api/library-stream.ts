import type { LibraryEvent } from '../../ipc/schemas/library.ts'
import type { Library } from '../images/library.ts'
import { portionsOf } from './portions.ts'
import { Pulse } from './pulse.ts'

/**
 * Keeps one window's list equal to the library until the signal aborts: everything first, then what
 * changed. A window that is slow gets the newest state of each row, not every state it had.
 */
export async function streamLibrary(
  library: Library,
  emit: (event: LibraryEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const pulse = new Pulse()
  let changed = new Set<number>()
  let removed = new Set<number>()
  let foldersChanged = false
  const stop = library.changes.listen((change) => {
    switch (change.type) {
      case 'row':
        changed.add(change.id)
        removed.delete(change.id)
        break
      case 'removed':
        for (const id of change.ids) {
          removed.add(id)
          changed.delete(id)
        }
        break
      case 'folders':
        foldersChanged = true
        break
    }
    pulse.ring()
  })
  try {
    const rows = library.rows()
    await emit({ type: 'snapshot', folders: [...library.folders()], rowCount: rows.length })
    for (const portion of portionsOf(rows)) await emit({ type: 'rows', rows: portion })
    for (;;) {
      await pulse.wait(signal)
      const ids = [...changed]
      const gone = [...removed]
      changed = new Set()
      removed = new Set()
      if (gone.length > 0) await emit({ type: 'removed', ids: gone })
      for (const portion of portionsOf(ids)) {
        await emit({ type: 'rows', rows: portion.flatMap((id) => library.row(id) ?? []) })
      }
      if (foldersChanged) {
        foldersChanged = false
        await emit({ type: 'folders', folders: [...library.folders()] })
      }
    }
  } finally {
    stop()
  }
}
