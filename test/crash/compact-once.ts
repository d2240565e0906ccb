import { compactImage } from '../../core/operations/compact.ts'
import type { CompactMode } from '../../core/operations/compact-plan.ts'
import type { CompactResult } from '../../core/operations/compact-result.ts'
import { planCompact } from '../../core/operations/plan-compact.ts'
import type { OperationContext } from '../../core/progress.ts'
import type { CrashMachine } from '../storage/crash-machine.ts'
import { imagePath } from './scenarios/small-images.ts'

export interface CompactOnceOptions extends OperationContext {
  readonly verify: boolean
  /** How far it looks for zeroes; default: everywhere. */
  readonly scan?: 'none' | 'whole' | undefined
  readonly keepOriginalAs?: string | undefined
}

/** Plans and acts, as a person does. Throws when the mode is refused. */
export async function compactOnce(
  machine: CrashMachine<unknown>,
  mode: CompactMode,
  { scan = 'whole', ...options }: CompactOnceOptions,
): Promise<CompactResult> {
  const plan = await planCompact(machine, imagePath, { scan })
  const { allowed, refusals } = plan.modes[mode]
  if (!allowed) throw new Error(`${mode} is refused: ${refusals[0]?.reason}`)
  return compactImage(machine, imagePath, plan, { mode, ...options })
}
