/** Disks with a GUID partition table that get another size, and get back what that cut off. */
import { sameBytes } from '../../../core/base/same-bytes.ts'
import { createImage } from '../../../core/operations/create.ts'
import { planResize } from '../../../core/operations/plan-resize.ts'
import { resizeImage } from '../../../core/operations/resize.ts'
import { planRestoreCut, restoreCut } from '../../../core/operations/restore-cut.ts'
import { createSnapshot } from '../../../core/operations/snapshot-create.ts'
import { openDevice } from '../../../core/device/open-device.ts'
import { gptDisk, gptProblem } from '../../helpers/gpt-disk.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { GuestModel, SECTOR, tellingBytes, type World } from '../../model/guest-model.ts'
import { CrashLog } from '../../storage/crash-log.ts'
import { CrashMachine } from '../../storage/crash-machine.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { DiskFiles, Mark, Scene } from '../scene.ts'
import { hasMagic } from '../state-judge.ts'
import { contentOf, imagePath } from './small-images.ts'

export const keptPath = '/kept.qcow2'

/** The last partition ends before this sector. */
const PARTS_END = 28
const parts = [
  { first: 8, last: 15 },
  { first: 18, last: PARTS_END - 1 },
]
/** Sectors of a second copy: four of entries, and its header. */
const COPY = 5

export interface PartitionedImage {
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly content: Uint8Array<ArrayBuffer>
  readonly model: GuestModel
}

export interface PartitionedOptions {
  /** Default qcow2; a raw image has no snapshots. */
  readonly format?: 'qcow2' | 'raw'
  readonly clusterSize?: number
  readonly sectors?: number
  readonly snapshot?: boolean
}

/** Full partitions, and some sectors behind the last of them. */
export async function partitionedImage(
  random: Random,
  { format = 'qcow2', clusterSize = 512, sectors = 60, snapshot = false }: PartitionedOptions = {},
): Promise<PartitionedImage> {
  const content = gptDisk({ sectors, parts })
  const stray = [30, 37, 44, 51].filter((sector) => sector < sectors - COPY && random.chance(0.7))
  for (const { first, last } of [...parts, ...stray.map((at) => ({ first: at, last: at }))]) {
    const length = (last + 1 - first) * SECTOR
    content.set(tellingBytes(first * SECTOR, length, 1), first * SECTOR)
  }
  if (format === 'raw') {
    const model = new GuestModel(content.length, content)
    return { files: { [imagePath]: content }, content, model }
  }
  const machine = new CrashMachine(new CrashLog<never>())
  const size = content.length
  await createImage(machine, imagePath, { format: 'qcow2', size, clusterSize })
  {
    await using device = await openDevice(machine, imagePath)
    for (let at = 0; at < size; at += SECTOR) {
      const sector = content.subarray(at, at + SECTOR)
      if (sector.some((byte) => byte !== 0)) await device.write(sector, at)
    }
    await device.flush()
  }
  const model = new GuestModel(size, content)
  if (snapshot) {
    await createSnapshot(machine, imagePath, { name: 'before', takenAt: 1_700_000_000_000 })
    model.createSnapshot('before')
  }
  return { files: Object.fromEntries(machine.files()), content, model }
}

export async function resizePartitioned(
  machine: CrashMachine<unknown>,
  sectors: number,
  keep: boolean,
): Promise<void> {
  const size = sectors * SECTOR
  const plan = await planResize(machine, imagePath, { size, moveGptBackup: true })
  await resizeImage(machine, imagePath, plan, {
    consent: ['lose-data-past-end'],
    ...(keep ? { keepCut: keptPath } : {}),
  })
}

export async function restorePartitioned(machine: CrashMachine<unknown>): Promise<void> {
  const plan = await planRestoreCut(machine, imagePath, keptPath)
  await restoreCut(machine, imagePath, plan)
}

/** What the disk holds after something that is done on a copy of it, whose power stays on. */
async function contentAfter(
  scene: Scene,
  act: (machine: CrashMachine<never>) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const copy = copyOf(scene.machine.files())
  await act(copy)
  return plainContent(copy.files())
}

const copyOf = (files: DiskFiles): CrashMachine<never> =>
  new CrashMachine(new CrashLog<never>(), Object.fromEntries(files))

const plainContent = async (files: DiskFiles): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await contentOf(Object.fromEntries(files)))

/**
 * Each sector holds what it held at one end of the change or at the other; a new one may be empty still. Of a raw
 * image what is cut off may be, too: a file system may forget the bytes before it notes the length.
 */
function worldsBetween(
  model: GuestModel,
  before: Uint8Array,
  after: Uint8Array,
  isRaw: boolean,
): readonly World[] {
  const { snapshots } = model.world()
  const sectorOf = (content: Uint8Array, at: number) =>
    new Uint8Array(content.slice(at, at + SECTOR))
  return [before, after].map(({ length: virtualSize }) => ({
    virtualSize,
    snapshots,
    sectors: Array.from({ length: virtualSize / SECTOR }, (_, sector) => {
      const at = sector * SECTOR
      const versions = [before, after]
        .filter(({ length }) => at < length)
        .map((content) => sectorOf(content, at))
      const mayBeEmpty = at >= before.length || (isRaw && at >= after.length)
      return mayBeEmpty ? [...versions, new Uint8Array(SECTOR)] : versions
    }),
  }))
}

interface Step {
  readonly act: (machine: CrashMachine<unknown>) => Promise<void>
  /** What the disk holds then, where that is known; else it is tried out. */
  readonly after?: Uint8Array<ArrayBuffer>
  /** What must be true of every disk on the way. */
  readonly also: Mark['also']
}

/** Tells a step, with what may be found whenever it is cut short. */
export async function tellStep(scene: Scene, { act, also, ...step }: Step): Promise<void> {
  const before = await plainContent(scene.machine.files())
  const after = step.after ?? (await contentAfter(scene, act))
  const isRaw = !hasMagic(scene.machine.bytesOf(imagePath))
  const worlds = worldsBetween(scene.model, before, after, isRaw)
  scene.log.mark({ worlds, ...(also && { also }) })
  await act(scene.machine)
  const model = new GuestModel(after.length, after)
  const size = (content: { readonly sectors: readonly unknown[] }) =>
    content.sectors.length * SECTOR
  for (const snapshot of scene.model.snapshots) {
    const content = new Uint8Array(size(snapshot))
    for (const [index, sector] of snapshot.sectors.entries()) content.set(sector, index * SECTOR)
    model.keepSnapshot(snapshot.name, content)
  }
  scene.model = model
  scene.expect()
}

/** The guest boots: its table is sound, the copy too unless the new one lies on the old one. */
export const bootable =
  (before: number, after: number) =>
  async (files: DiskFiles): Promise<string | undefined> =>
    gptProblem(await plainContent(files), { second: Math.abs(before - after) >= COPY })

/** Of so many disks one gets its end back. */
const RESTORED_EVERY = 7

/** As soon as anything past the new end is gone, it can come back: all of it. */
function restorable(
  original: Uint8Array,
  sectors: number,
): (files: DiskFiles) => Promise<string | undefined> {
  const end = original.subarray(sectors * SECTOR)
  let disks = 0
  return async (files) => {
    const content = await plainContent(files)
    const isThere = sameBytes(content.subarray(sectors * SECTOR), end)
    if (isThere || disks++ % RESTORED_EVERY !== 0) return undefined
    const machine = copyOf(files)
    await restorePartitioned(machine)
    return sameBytes(await plainContent(machine.files()), original)
      ? undefined
      : 'what was cut off did not come back'
  }
}

/** An attempt that was cut short goes on, and a guest finds what it wrote meanwhile. */
function goesOn(expected: Uint8Array): (files: DiskFiles) => Promise<string | undefined> {
  let disks = 0
  return async (files) => {
    if (disks++ % RESTORED_EVERY !== 0) return undefined
    const machine = copyOf(files)
    await restorePartitioned(machine)
    return sameBytes(await plainContent(machine.files()), expected)
      ? undefined
      : 'the next attempt did not bring everything back'
  }
}

const both =
  (...checks: readonly ((files: DiskFiles) => Promise<string | undefined>)[]) =>
  async (files: DiskFiles): Promise<string | undefined> => {
    for (const check of checks) {
      const problem = await check(files)
      if (problem !== undefined) return problem
    }
    return undefined
  }

interface Story {
  readonly name: string
  readonly options: (random: Random) => PartitionedOptions
  readonly tell: (scene: Scene, random: Random, image: PartitionedImage) => Promise<void>
}

const partitioned = ({ name, options, tell }: Story): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const image = await partitionedImage(random, options(random))
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files: image.files,
      model: image.model,
      ...(image.files[imagePath] === image.content ? { format: 'raw' } : {}),
      tell: (scene) => tell(scene, random, image),
    }
  },
})

const anySize = (random: Random): PartitionedOptions => ({
  clusterSize: random.pick([512, 1024, 4096]),
  sectors: 56 + 8 * random.below(3),
})

async function moveTo(scene: Scene, sectors: number): Promise<void> {
  const before = scene.model.virtualSize / SECTOR
  await tellStep(scene, {
    act: (machine) => resizePartitioned(machine, sectors, false),
    also: bootable(before, sectors),
  })
}

/** The guest goes on in its partitions; gives what the disk holds in the end, with its old size. */
async function writeInPartitions(
  scene: Scene,
  random: Random,
  content: Uint8Array,
): Promise<Uint8Array> {
  const expected = content.slice()
  const pieces = parts.map(({ first, last }) => {
    const at = (first + random.below(last + 1 - first)) * SECTOR
    return { at, bytes: scene.bytes(at, SECTOR) }
  })
  for (const { at, bytes } of pieces) expected.set(bytes, at)
  const size = scene.model.virtualSize / SECTOR
  await tellStep(scene, {
    act: async (machine) => {
      await using device = await openDevice(machine, imagePath)
      for (const { at, bytes } of pieces) await device.write(bytes, at)
      await device.flush()
    },
    also: bootable(size, size),
  })
  return expected
}

const moving: Story['tell'] = async (scene, random) => {
  for (let round = 0; round < 3; round++) {
    await moveTo(scene, PARTS_END + COPY + random.below(70))
  }
}

const comingBack: Story['tell'] = async (scene, random, { content }) => {
  const before = scene.model.virtualSize / SECTOR
  const after = PARTS_END + COPY + random.below(before - PARTS_END - COPY)
  await tellStep(scene, {
    act: (machine) => resizePartitioned(machine, after, true),
    also: both(bootable(before, after), restorable(content, after)),
  })
  const expected = await writeInPartitions(scene, random, content)
  await tellStep(scene, {
    act: restorePartitioned,
    also: both(bootable(before, after), goesOn(expected)),
  })
}

const raw = (random: Random): PartitionedOptions => ({
  format: 'raw',
  sectors: 56 + 8 * random.below(3),
})

/** The same of images without tables. */
export const rawPartitionedScenarios: readonly ScenarioMaker[] = [
  partitioned({
    name: 'a raw image whose partition table moves with the end of the disk',
    options: raw,
    tell: moving,
  }),
  partitioned({
    name: 'a raw image whose cut-off end is kept, and comes back',
    options: raw,
    tell: comingBack,
  }),
]

export const partitionedScenarios: readonly ScenarioMaker[] = [
  partitioned({
    name: 'a partition table whose copy moves with the end of the disk',
    options: anySize,
    tell: moving,
  }),
  partitioned({
    name: 'the same of a disk with a snapshot',
    options: () => ({ snapshot: true }),
    tell: async (scene, random) => {
      await moveTo(scene, PARTS_END + COPY + random.below(12))
      await moveTo(scene, 70 + random.below(20))
    },
  }),
  partitioned({
    name: 'a disk whose cut-off end is kept, and comes back',
    options: (random) => ({ ...anySize(random), snapshot: random.chance(0.3) }),
    tell: comingBack,
  }),
]
