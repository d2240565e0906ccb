import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { UndoStore } from '../../undo/undo-store.ts'

type Names = Extract<keyof Contract, `undo.${string}`>

export const undoHandlers = (store: UndoStore): Pick<Handlers<Contract>, Names> => ({
  'undo.store': () => {
    const { entries, ...state } = store.state()
    return { ...state, entries: [...entries] }
  },
  'undo.purge': ({ jobIds }) => {
    store.purge(jobIds)
    return {}
  },
})
