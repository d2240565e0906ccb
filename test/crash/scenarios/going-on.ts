import { seededRandom, type Random } from '../../helpers/random.ts'
import { CrashLog } from '../../storage/crash-log.ts'
import { CrashMachine } from '../../storage/crash-machine.ts'
import { crashStates } from '../../storage/crash-states.ts'
import { discoveredModel } from '../discovered-model.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import { Scene, type DiskFiles, type Scenario } from '../scene.ts'
import { compressedScenarios } from './compressed.ts'
import { overlayScenarios } from './overlays.ts'
import { changeSize, resizingScenarios } from './resizing.ts'
import { changeSnapshots, snapshotScenarios } from './snapshots.ts'
import { writingScenarios } from './writing.ts'

/** Stories whose disks are small; each maker counts, however many its list has. */
const firstStories: readonly ScenarioMaker[] = [
  ...writingScenarios,
  ...overlayScenarios,
  ...compressedScenarios,
  ...snapshotScenarios,
  ...resizingScenarios.filter(({ weight = 1 }) => weight === 1),
]

/** One of the disks that a power cut in a story could have left. */
async function cutSomewhere(first: Scenario, random: Random): Promise<DiskFiles> {
  const scene = new Scene(first)
  await first.tell(scene)
  const seed = random.below(2 ** 31)
  let chosen: DiskFiles | undefined
  let seen = 0
  // Each of them with the same probability, without keeping all of them.
  for (const state of crashStates(scene.log, { seed, perCut: 3 })) {
    seen++
    if (random.below(seen) === 0) chosen = state.files()
  }
  if (chosen === undefined) throw new Error(`${first.name} has no crash states`)
  return chosen
}

/** A disk that a power cut left is used as if nothing had been, until the next one. */
const goingOn = (name: string): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const first = await random.pick(firstStories).make(seed)
    const files = Object.fromEntries(await cutSomewhere(first, random))
    const { image } = first
    const machine = new CrashMachine(new CrashLog<never>(), files)
    const model = await discoveredModel(machine, image)
    return {
      ...first,
      name: `${first.name}, cut, going on`,
      files,
      model,
      generation: 10_000,
      tell: async (scene) => {
        for (let round = 0; round < 3; round++) {
          let widest = 0
          {
            await using guest = await Guest.open(scene, { discard: random.chance(0.3) })
            const { virtualSize } = scene.model
            const { clusterSize, refcountOrder } = guest.disk.area.geometry
            widest = 2 ** (2 ** refcountOrder) - 1
            await actAtRandom(guest, random, { count: 4, virtualSize, clusterSize })
          }
          // Each snapshot is one more reference: some images cannot count so far.
          const counts = scene.model.snapshots.length + 2 <= widest
          if (first.dataFile === undefined && counts) await changeSnapshots(scene, random, 'leaks')
          if (random.chance(0.5)) {
            await changeSize(scene, random, Math.ceil((1.5 * scene.model.virtualSize) / 512))
          }
        }
      },
    }
  },
})

export const goingOnScenarios: readonly ScenarioMaker[] = [
  goingOn('an image that a power cut left, in use again'),
]
