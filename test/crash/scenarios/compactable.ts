import type { CompactMode } from '../../../core/operations/compact-plan.ts'
import { planCompact } from '../../../core/operations/plan-compact.ts'
import { checkQcow2 } from '../../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../../core/qcow2/check/subject-of.ts'
import { surveyImage } from '../../../core/qcow2/compact/survey-image.ts'
import { readHeaderArea } from '../../../core/qcow2/header-file.ts'
import type { BlockFile } from '../../../core/storage/block-file.ts'
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
 * said, and compacting it again comes to an image with the same content, clean, and no longer than the
 * first plan said. One thing alone is not made good: a cut between two of several references to one host
 * cluster leaves its data in two of them, both counted for all. As many counts as are too high, so many
 * clusters may be more.
 */
export async function compactable(
  scenario: Scenario,
  mode: CompactMode,
  scan: 'none' | 'whole',
): Promise<NonNullable<Mark['also']>> {
  const { image, files, model } = scenario
  const first = new CrashMachine(new CrashLog<never>(), files)
  const plan = await planCompact(first, image, { scan })
  const promised = plan.modes[mode].after?.fileLength ?? Infinity
  const original = new BytesFile(files[image] ?? new Uint8Array())
  const bitmaps = bitmapContents(original)
  const { clusterSize } = readHeaderArea(original).geometry
  const stateJudge = await StateJudge.open(scenario)
  const worlds = [model.world()]
  let seen = 0
  return async (disk) => {
    const file = new BytesFile(disk.get(image) ?? new Uint8Array())
    if (bitmapContents(file) !== bitmaps) return 'the bitmaps are not what they were'
    if (++seen % RESUMES_EVERY !== 0) return undefined
    const machine = new CrashMachine(new CrashLog<never>(), Object.fromEntries(disk))
    const { outcome } = await compactOnce(machine, mode, { verify: false, scan })
    const problem = await stateJudge.problemOf({ worlds }, machine.files())
    if (problem !== undefined) return `compacted again: ${problem}`
    const after = new BytesFile(machine.bytesOf(image))
    if (bitmapContents(after) !== bitmaps) return 'compacted again: the bitmaps changed'
    const leaks = await leaksIn(after)
    if (outcome === 'compacted' && leaks > 0) return `compacted again: ${leaks} leaks`
    const apart = await overcountedIn(file)
    const most = promised + apart * clusterSize
    return after.size() > most
      ? `compacted again: ${after.size()} bytes long, and ${promised} were promised`
      : undefined
  }
}

async function overcountedIn(file: BlockFile): Promise<number> {
  const { overcounted } = await surveyImage(file, readHeaderArea(file))
  return overcounted
}

async function leaksIn(file: BlockFile): Promise<number> {
  const log = new FindingLog(1)
  await checkQcow2(checkSubjectOf(file, readHeaderArea(file), undefined), log)
  return log.total('leak')
}
