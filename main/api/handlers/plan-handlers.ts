import { ImageError } from '../../../core/index.ts'
import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'

type Names = Extract<keyof Contract, `plans.${string}` | `undo.${string}`>

const missing = (feature: string): never => {
  throw new ImageError('not-in-this-shell', { feature, expected: 'the next version' })
}

export function planHandlers(): Pick<Handlers<Contract>, Names> {
  return {
    'plans.action': async () => missing('Planning'),
    'plans.create': async () => missing('Planning'),
    'plans.batch': async () => missing('Planning'),
    'undo.store': async () => missing('The undo store'),
    'undo.purge': async () => missing('The undo store'),
  }
}
