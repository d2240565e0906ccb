import { sameBytes } from '../../../core/base/same-bytes.ts'
import { planRepair } from '../../../core/operations/plan-repair.ts'
import { rebuildImageRefcounts } from '../../../core/operations/rebuild-refcounts.ts'
import { repairImage } from '../../../core/operations/repair.ts'
import { undoRepair } from '../../../core/operations/undo-repair.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { CrashLog } from '../../storage/crash-log.ts'
import { CrashMachine } from '../../storage/crash-machine.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { DiskFiles, Scene } from '../scene.ts'
import { imagePath, smallImage, type SmallImageOptions } from './small-images.ts'
import { writing } from './writing.ts'

const miscounted = (random: Random): SmallImageOptions => ({
  clusterBits: random.pick([9, 10]),
  miscounted: 1 + random.below(30),
  compressed: true,
  refcountOrder: random.pick([1, 2, 3, 4, 5, 6]),
  ...(random.chance(0.3) ? { snapshots: ['before'], refcountOrder: 4 } : {}),
})

/** A story about an image whose refcounts are wrong, and nothing else is. */
const mending = (
  name: string,
  tell: (scene: Scene, random: Random) => Promise<void>,
): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const { files, model } = await smallImage(random, miscounted(random))
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      findings: { corruptions: Infinity },
      tell: (scene) => tell(scene, random),
    }
  },
})

/** Repaired and, half of the time, taken back: never worse than at first, and always on the way back. */
async function repairAndUndo(scene: Scene, random: Random): Promise<void> {
  const { machine } = scene
  const mode = random.pick(['all', 'all', 'leaks'] as const)
  const plan = await planRepair(machine, imagePath, { mode })
  const asBefore = { findings: { corruptions: plan.before.corruptions } }
  const original = machine.bytesOf(imagePath)
  scene.expect([], { ...asBefore, also: (files) => undoProblem(original, files) })
  const { safetyCopy, after } = await repairImage(machine, imagePath, plan)
  const repaired = { findings: { corruptions: after.corruptions } }
  scene.expect([], { ...repaired, also: (files) => undoProblem(original, files) })
  if (safetyCopy === undefined || random.chance(0.5)) return
  scene.expect([], { ...asBefore, also: (files) => undoProblem(original, files) })
  await undoRepair(machine, imagePath, safetyCopy)
  scene.expect([], asBefore)
}

/** Once the image is another one its safety copy brings every byte of it back. */
async function undoProblem(original: Uint8Array, files: DiskFiles): Promise<string | undefined> {
  const bytes = files.get(imagePath)
  if (bytes !== undefined && sameBytes(bytes, original)) return undefined
  const copy = [...files.keys()].find((name) => name !== imagePath)
  if (copy === undefined) return 'the image has changed and there is no safety copy'
  const machine = new CrashMachine(new CrashLog<never>(), Object.fromEntries(files))
  await undoRepair(machine, imagePath, copy)
  const undone = sameBytes(machine.bytesOf(imagePath), original)
  return undone ? undefined : 'the safety copy does not bring the image back'
}

/** Images that need something done to them before anybody may write. */
export const repairingScenarios: readonly ScenarioMaker[] = [
  writing({
    name: 'an image that its last writer never closed',
    image: (random) => ({ ...miscounted(random), dirty: true, lazyRefcounts: true }),
    actions: 3,
  }),
  mending('an image whose refcounts are counted anew', async (scene) => {
    const { before } = await planRepair(scene.machine, imagePath)
    scene.expect([], { findings: { corruptions: before.corruptions } })
    await rebuildImageRefcounts(scene.machine, imagePath)
    scene.expect([], { findings: 'none' })
  }),
  mending('an image that is repaired, and whose repair is taken back', repairAndUndo),
]
