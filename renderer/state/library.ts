import { create } from 'zustand'
import { unreachable } from '../unreachable.ts'
import type { LibraryEvent, LibraryFolder, LibraryRow } from '../../ipc/schemas/library.ts'

export interface LibraryState {
  readonly rows: ReadonlyMap<number, LibraryRow>
  readonly folders: readonly LibraryFolder[]
  /** The first snapshot is here whole: an empty library is really empty. */
  readonly loaded: boolean
}

/**
 * The library as the services tell it. Rows that stay the same keep their identity across events, so
 * that a table of 10,000 draws only what changed.
 */
export const useLibrary = create<LibraryState>(() => ({
  rows: new Map(),
  folders: [],
  loaded: false,
}))

export function libraryRow(id: number): LibraryRow | undefined {
  return useLibrary.getState().rows.get(id)
}

/** Runs it now, or as soon as the library is here whole. */
export function whenLoaded(run: () => void): void {
  if (useLibrary.getState().loaded) {
    run()
    return
  }
  const stop = useLibrary.subscribe(({ loaded }) => {
    if (!loaded) return
    stop()
    run()
  })
}

interface Snapshot {
  readonly rows: Map<number, LibraryRow>
  readonly expected: number
  received: number
}

/** Takes in one connection's events. Each connection starts with a snapshot and so a feed of its own. */
export function libraryFeed(): (event: LibraryEvent) => void {
  // Rows of a snapshot replace the old ones together, or a reconnect would empty the table for a moment.
  let arriving: Snapshot | undefined
  const publishSnapshot = (): void => {
    // Counted as they come: a row that is removed meanwhile would otherwise be waited for for ever.
    if (arriving === undefined || arriving.received < arriving.expected) return
    useLibrary.setState({ rows: arriving.rows, loaded: true })
    arriving = undefined
  }
  return (event) => {
    switch (event.type) {
      case 'snapshot':
        arriving = { rows: new Map(), expected: event.rowCount, received: 0 }
        useLibrary.setState({ folders: event.folders })
        publishSnapshot()
        break
      case 'rows': {
        const { rows: old, loaded } = useLibrary.getState()
        if (arriving !== undefined) {
          for (const row of event.rows) arriving.rows.set(row.id, row)
          arriving.received += event.rows.length
          // Before the first snapshot is whole there is nothing to lose: show rows as they come.
          if (!loaded) useLibrary.setState({ rows: new Map(arriving.rows) })
          publishSnapshot()
          break
        }
        const rows = new Map(old)
        for (const row of event.rows) rows.set(row.id, row)
        useLibrary.setState({ rows })
        break
      }
      case 'removed': {
        const rows = new Map(useLibrary.getState().rows)
        for (const id of event.ids) {
          rows.delete(id)
          arriving?.rows.delete(id)
        }
        useLibrary.setState({ rows })
        break
      }
      case 'folders':
        useLibrary.setState({ folders: event.folders })
        break
      default:
        unreachable(event)
    }
  }
}

/** Ids of the images that were found through this folder. */
export function imagesOfFolder(folderId: number): readonly number[] {
  return [...useLibrary.getState().rows.values()]
    .filter((row) => row.folderId === folderId)
    .map(({ id }) => id)
}
