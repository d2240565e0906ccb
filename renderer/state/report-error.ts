import { RemoteError } from '../../ipc/remote-error.ts'
import type { ErrorData } from '../../ipc/schemas/error.ts'
import { texts } from '../texts/texts.ts'
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
  const words = texts().error.ofTheWindow
  return {
    reason: 'internal',
    kind: 'internal',
    code: 'PLT-1000',
    context: {},
    explanation: {
      title: words.title,
      detail: words.detail(message),
      safety: words.safety,
      advice: words.advice,
    },
    causes: [message],
  }
}
