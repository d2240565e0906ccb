import { expect, it } from 'vitest'
import { ImageError } from '../../core/errors/image-error.ts'
import { createImage } from '../../core/operations/create.ts'
import type { CreateQcow2Options } from '../../core/operations/create-options.ts'
import { GuestModel } from '../model/guest-model.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { FaultFile, Faults } from '../storage/fault-file.ts'
import { dataPath, imagePath } from '../crash/scenarios/small-images.ts'
import { faultMatrix, type FaultStory } from './fault-matrix.ts'

const size = 64 * 512

const stories: readonly (readonly [string, Partial<CreateQcow2Options>])[] = [
  ['a plain image', {}],
  ['metadata preallocated', { preallocation: 'metadata' }],
  ['space promised', { preallocation: 'falloc' }],
  ['zeroes written', { preallocation: 'full' }],
  ['a data file', { dataFile: { name: 'disk.data' } }],
]

const storyOf = (options: Partial<CreateQcow2Options>): FaultStory => {
  const chosen = { ...options, format: 'qcow2', clusterSize: 512, size } as const
  return {
    name: 'create',
    image: imagePath,
    files: { '/notes.txt': new Uint8Array(3) },
    model: new GuestModel(size),
    ...(options.dataFile === undefined ? {} : { dataFile: dataPath }),
    tell: async (scene) => {
      scene.expect([], { absent: true, findings: 'none' })
      await createImage(scene.machine, imagePath, chosen)
      scene.expect([], { findings: 'none' })
    },
    again: async (scene) => {
      expect(scene.machine.names).toEqual(['/notes.txt'])
      await createImage(scene.machine, imagePath, chosen)
      scene.expect([], { findings: 'none' })
    },
  }
}

it.each(stories)(
  'creating %s leaves no file when it fails, and works afterwards',
  async (_, options) => {
    const { failed } = await faultMatrix(async () => storyOf(options), { seed: 1, places: 40 })
    expect(failed).toBeGreaterThan(5)
  },
)

it('a full disk in the middle of a create is called that, and no file is left', async () => {
  const faults = new Faults()
  const machine = new CrashMachine(new CrashLog<never>())
  machine.wrap = (file) => new FaultFile(file, faults)
  faults.add({ operation: 'write', tag: 'refcount-block', nth: 0, fault: 'ENOSPC' })
  const creating = createImage(machine, imagePath, { format: 'qcow2', size })
  await expect(creating).rejects.toBeInstanceOf(ImageError)
  await expect(creating).rejects.toMatchObject({ kind: 'no-space' })
  expect(machine.names).toEqual([])
  expect(machine.held).toEqual([])
})
