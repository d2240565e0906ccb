import type { UndoReason } from '../../../ipc/schemas/preflight.ts'
import type { Keeper } from '../../undo/keeper.ts'

/** Of what the undo store could keep and does not: nobody asked it to, or it has no room. */
export const whyNotKept = (bytes: number, keeper: Keeper): UndoReason =>
  keeper.fits(bytes) ? { kind: 'not-kept', bytes } : { kind: 'no-room', neededBytes: bytes }
