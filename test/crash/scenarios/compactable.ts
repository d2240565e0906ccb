import type { CompactMode } from '../../../core/operations/compact-plan.ts'
import { planCompact } from '../../../core/operations/plan-compact.ts'
import { BytesFile } from '../../storage/bytes-file.ts'
import { CrashLog } from '../../storage/crash-log.ts'
import { CrashMachine } from '../../storage/crash-machine.ts'
import { bitmapContents } from '../bitmap-contents.ts'
import { compactOnce } from '../compact-once.ts'
import { StateJudge } from '../state-judge.ts'
import type { Mark, Scenario } from '../scene.ts'

/** Of so many disks one is compacted once more, as its owner would. */
const RESUMES_EVERY = 12

/**
 * What must be true of a disk on which compacting was cut off, beside its content: bitmaps say what they
 * said, and compacting it again comes to a clean image with the same content that is no longer than the
 * first plan said.
 */
export async function compactable(
  scenario: Scenario,
  mode: CompactMode,
): Promise<NonNullable<Mark['also']>> {
  const { image, files, model } = scenario
  const first = new CrashMachine(new CrashLog<never>(), files)
  const plan = await planCompact(first, image, { scan: 'whole' })
  const promised = plan.modes[mode].after?.fileLength ?? Infinity
  const bitmaps = bitmapContents(new BytesFile(files[image] ?? new Uint8Array()))
  const stateJudge = await StateJudge.open(scenario)
  const worlds = [model.world()]
  let seen = 0
  return async (disk) => {
    const file = new BytesFile(disk.get(image) ?? new Uint8Array())
    if (bitmapContents(file) !== bitmaps) return 'the bitmaps are not what they were'
    if (++seen % RESUMES_EVERY !== 0) return undefined
    const machine = new CrashMachine(new CrashLog<never>(), Object.fromEntries(disk))
    const { outcome } = await compactOnce(machine, mode, { verify: false })
    const findings = outcome === 'compacted' ? 'none' : 'leaks'
    const problem = await stateJudge.problemOf({ worlds, findings }, machine.files())
    if (problem !== undefined) return `compacted again: ${problem}`
    const { length } = machine.bytesOf(image)
    if (length > promised)
      return `compacted again: ${length} bytes long, and ${promised} were promised`
    return bitmapContents(new BytesFile(machine.bytesOf(image))) === bitmaps
      ? undefined
      : 'compacted again: the bitmaps are not what they were'
  }
}
