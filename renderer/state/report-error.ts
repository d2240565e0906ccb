import { RemoteError } from '../../ipc/remote-error.ts'
import type { ErrorData } from '../../ipc/schemas/error.ts'
import { openSheet } from './sheets.ts'

/** Shows what went wrong in a dialog that stays. A cancelled call is no error. */
export function reportError(thrown: unknown): void {
  const error = errorDataOf(thrown)
  if (error.kind !== 'cancelled') openSheet({ kind: 'error', error })
}

/** The error in words, also when it is a fault of the window itself. */
export function errorDataOf(thrown: unknown): ErrorData {
  if (thrown instanceof RemoteError) return thrown.data
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    reason: 'internal',
    kind: 'internal',
    code: 'PLT-1000',
    context: {},
    explanation: {
      title: 'Platter did not expect this',
      detail: `The window met a fault of its own: ${message}.`,
      safety: 'No image was changed.',
      advice: 'Try again. If it comes back, copy the details into a report.',
    },
    causes: [message],
  }
}
