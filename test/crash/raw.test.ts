/** Raw images have nothing but content: after a power cut each sector is as flushed, or as written since. */
import { expect, it } from 'vitest'
import { openDevice } from '../../core/device/open-device.ts'
import { seededRandom } from '../helpers/random.ts'
import { modelAction, performAction, randomAction } from '../model/guest-actions.ts'
import { GuestModel, SECTOR, type World } from '../model/guest-model.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { crashStates } from '../storage/crash-states.ts'
import { diskProblem } from './judge.ts'

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
