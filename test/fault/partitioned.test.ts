/** Every access of a resize that moves GPT's copy, keeps what it cuts off or brings it back fails once. */
import { describe, expect, it } from 'vitest'
import { sameBytes } from '../../core/base/same-bytes.ts'
import { readDiskLayout } from '../../core/operations/disk-layout.ts'
import {
  bootable,
  keptPath,
  partitionedImage,
  resizePartitioned,
  restorePartitioned,
  tellStep,
} from '../crash/scenarios/partitioned.ts'
import { contentOf, imagePath } from '../crash/scenarios/small-images.ts'
import type { Scene } from '../crash/scene.ts'
import { seededRandom } from '../helpers/random.ts'
import { GuestModel, SECTOR } from '../model/guest-model.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { faultMatrix, type FaultStory } from './fault-matrix.ts'

const SECTORS = 60
const AFTER = 40

interface Change {
  readonly name: string
  readonly act: (machine: CrashMachine<unknown>) => Promise<void>
  /** Sectors of the disk before and after. */
  readonly sizes: readonly [before: number, after: number]
  /** Done before the faults. */
  readonly first?: (machine: CrashMachine<unknown>) => Promise<void>
}

const changes: readonly Change[] = [
  {
    name: 'growing with the copy of the partition table',
    act: (machine) => resizePartitioned(machine, 90, false),
    sizes: [SECTORS, 90],
  },
  {
    name: 'shrinking with the copy of the partition table',
    act: (machine) => resizePartitioned(machine, AFTER, false),
    sizes: [SECTORS, AFTER],
  },
  {
    name: 'shrinking and keeping what is cut off',
    act: (machine) => resizePartitioned(machine, AFTER, true),
    sizes: [SECTORS, AFTER],
  },
  {
    name: 'bringing back what was cut off',
    first: (machine) => resizePartitioned(machine, AFTER, true),
    act: restorePartitioned,
    sizes: [AFTER, SECTORS],
  },
]

interface Scenery {
  readonly files: FaultStory['files']
  readonly content: Uint8Array<ArrayBuffer>
  /** What the disk holds once the change is done. */
  readonly wanted: Uint8Array<ArrayBuffer>
}

async function sceneryOf({ act, first }: Change, seed: number): Promise<Scenery> {
  const image = await partitionedImage(seededRandom(seed))
  const files = first === undefined ? image.files : await filesAfter(image.files, first)
  const content = await bytesOf(files)
  return { files, content, wanted: await bytesOf(await filesAfter(files, act)) }
}

const storyOf = (
  { name, act, sizes }: Change,
  { files, content, wanted }: Scenery,
): FaultStory => ({
  name,
  image: imagePath,
  files,
  model: new GuestModel(content.length, content),
  tell: (scene) => tellStep(scene, { act, after: wanted, also: bootable(...sizes) }),
  again: (scene) => again(scene, act, wanted),
})

/** What a person does whose change was stopped: the same once more, as far as it is not done. */
async function again(scene: Scene, act: Change['act'], wanted: Uint8Array): Promise<void> {
  const { machine } = scene
  const now = await readDiskLayout(machine, imagePath)
  if (now.virtualSize !== wanted.length) {
    const isKept = machine.has(keptPath) && wanted.length < now.virtualSize
    if (isKept) await machine.removeFile(keptPath)
    await act(machine)
  } else if (!sameBytes(await bytesOf(Object.fromEntries(machine.files())), wanted)) {
    // It has the size already: the table, or the rest of what comes back, is what is missing.
    if (machine.has(keptPath) && wanted.length === SECTORS * SECTOR)
      await restorePartitioned(machine)
    else await resizePartitioned(machine, wanted.length / SECTOR, false)
  }
  scene.model = new GuestModel(wanted.length, wanted)
  scene.expect()
}

async function filesAfter(
  files: FaultStory['files'],
  act: Change['act'],
): Promise<FaultStory['files']> {
  const machine = new CrashMachine(new CrashLog<never>(), files)
  await act(machine)
  return Object.fromEntries(machine.files())
}

const bytesOf = async (files: FaultStory['files']): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await contentOf(files))

describe.each(changes)('$name', (change) => {
  it('survives every access that fails, and works at the next attempt', async () => {
    const seed = 3
    const scenery = await sceneryOf(change, seed)
    const make = async () => storyOf(change, scenery)
    const { failed } = await faultMatrix(make, { seed, places: 6 })
    expect(failed).toBeGreaterThan(5)
  }, 60_000)
})
