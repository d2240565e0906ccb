/** Raw images have nothing but content: after a power cut each sector is as flushed, or as written since. */
import { expect, it } from 'vitest'
import { openDevice } from '../../core/device/open-device.ts'
import { compactImage } from '../../core/operations/compact.ts'
import { planCompact } from '../../core/operations/plan-compact.ts'
import { seededRandom } from '../helpers/random.ts'
import { modelAction, performAction, randomAction } from '../model/guest-actions.ts'
import { GuestModel, SECTOR, type World } from '../model/guest-model.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { crashStates } from '../storage/crash-states.ts'
import { crashMatrix } from './crash-matrix.ts'
import { diskProblem } from './judge.ts'
import { rawPartitionedScenarios } from './scenarios/partitioned.ts'

const path = '/disk.raw'
const virtualSize = 40 * SECTOR

async function story(seed: number): Promise<CrashLog<World>> {
  const random = seededRandom(seed)
  const log = new CrashLog<World>()
  const machine = new CrashMachine(log, { [path]: new Uint8Array(virtualSize).fill(7) })
  const model = new GuestModel(virtualSize, machine.bytesOf(path))
  log.mark(model.world())
  await using device = await openDevice(machine, path, { format: 'raw' })
  for (let generation = 1; generation <= 30; generation++) {
    const action = randomAction(random, { virtualSize, clusterSize: 2 * SECTOR })
    modelAction(model, action, generation)
    log.mark(model.world())
    await performAction(device, action, generation)
    if (action.kind !== 'flush') continue
    model.settle()
    log.mark(model.world())
  }
  return log
}

it('a raw image keeps what was flushed, whenever the power is cut', async () => {
  let disks = 0
  for (let seed = 1; seed <= 20; seed++) {
    for (const state of crashStates(await story(seed), { seed, perCut: 12 })) {
      const bytes = state.files().get(path) ?? new Uint8Array()
      const problem = state.mark && diskProblem(bytes, [state.mark])
      expect(problem, `seed ${seed}, ${state.recipe()}`).toBeUndefined()
      disks++
    }
  }
  expect(disks).toBeGreaterThan(5000)
})

it('a raw image whose zeroes become holes reads the same, whenever the power is cut', async () => {
  const random = seededRandom(5)
  const page = 4096
  const content = new Uint8Array(24 * page)
  for (let at = 0; at < content.length; at += page) {
    if (random.chance(0.5)) content.fill(1 + random.below(255), at, at + page)
  }
  const log = new CrashLog<World>()
  const machine = new CrashMachine(log, { [path]: content })
  const world = new GuestModel(content.length, content).world()
  log.mark(world)
  const plan = await planCompact(machine, path, { scan: 'whole' })
  const { outcome, after } = await compactImage(machine, path, plan)
  expect(outcome).toBe('compacted')
  expect(after.allocatedBytes).toBeLessThan(content.length)
  let disks = 0
  for (const state of crashStates(log, { seed: 1, perCut: 40 })) {
    const bytes = state.files().get(path) ?? new Uint8Array()
    const problem = diskProblem(bytes, [world])
    expect(problem && `${problem}; ${state.recipe()}`).toBeUndefined()
    disks++
  }
  expect(disks).toBeGreaterThan(100)
})

it.each(rawPartitionedScenarios)(
  '$name',
  async ({ make }) => {
    let distinct = 0
    for (let seed = 1; distinct < 600 && seed <= 40; seed++) {
      const result = await crashMatrix(await make(seed), { seed, perCut: 24 })
      distinct += result.distinct
    }
    expect(distinct).toBeGreaterThanOrEqual(600)
  },
  60_000,
)
