import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import { isWithinRoots } from '../../images/within-roots.ts'
import type { UndoStore } from '../../undo/undo-store.ts'

type Names = Extract<keyof Contract, `undo.${string}`>

/** With roots, a window sees and purges what is kept for images below them, and nothing else. */
export const undoHandlers = (
  store: UndoStore,
  roots: readonly string[] | undefined,
): Pick<Handlers<Contract>, Names> => ({
  'undo.store': () => {
    const { entries, ...state } = store.state((path) => isWithinRoots(roots, path))
    return { ...state, entries: [...entries] }
  },
  'undo.purge': ({ jobIds }) => {
    store.purge(jobIds, (path) => isWithinRoots(roots, path))
    return {}
  },
})
