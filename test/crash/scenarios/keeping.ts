import { nodeHost } from '../../../core/io/node-host.ts'
import { readHeaderArea } from '../../../core/qcow2/header-file.ts'
import { readSnapshots } from '../../../core/qcow2/snapshots.ts'
import { KeptSnapshotFile } from '../../../core/operations/kept-snapshot-file.ts'
import type { KeptContent } from '../../../core/operations/kept-snapshot-plan.ts'
import { deleteSnapshot, planDeleteSnapshot } from '../../../core/operations/snapshot-delete.ts'
import { createSnapshot } from '../../../core/operations/snapshot-create.ts'
import { restoreSnapshot } from '../../../core/operations/snapshot-restore.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { BytesFile } from '../../storage/bytes-file.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { Mark, Scene } from '../scene.ts'
import { backingPath, imagePath, smallImage, type SmallImageOptions } from './small-images.ts'

interface Story {
  readonly name: string
  readonly content: KeptContent
  readonly image: (random: Random) => SmallImageOptions
}

const takenAt = 1_700_000_000_000

/** A snapshot is in the image or, whole, in the file that keeps it; and it comes back as it was. */
const keeping = ({ name, content, image }: Story): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const options = image(random)
    const { files, clusterSize, model } = await smallImage(random, options)
    const write = async (scene: Scene): Promise<void> => {
      await using guest = await Guest.open(scene, { discard: random.chance(0.2) })
      const { virtualSize } = model
      await actAtRandom(guest, random, { count: 3, virtualSize, clusterSize })
    }
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      ...(options.backingClusters === undefined ? {} : { backing: backingPath }),
      tell: async (scene) => {
        for (let round = 0; round < 3; round++) {
          for (let more = 0; more < 2; more++) {
            await write(scene)
            await takeOne(scene)
          }
          await write(scene)
          await keepAndRestore(scene, random, {
            content,
            file: `/kept-${round}`,
            // What is shared stays as it is only as long as nobody writes.
            meanwhile: content === 'whole' ? () => write(scene) : undefined,
          })
        }
      },
    }
  },
})

async function takeOne(scene: Scene): Promise<void> {
  const name = `state ${scene.nextGeneration()}`
  await scene.atOnce(
    (after) => after.createSnapshot(name),
    () => createSnapshot(scene.machine, scene.image, { name, takenAt }),
    { findings: 'none' },
  )
}

interface Keeping {
  readonly content: KeptContent
  readonly file: string
  readonly meanwhile: (() => Promise<void>) | undefined
}

async function keepAndRestore(
  scene: Scene,
  random: Random,
  { content, file, meanwhile }: Keeping,
): Promise<void> {
  const { machine, image, model } = scene
  const gone = random.pick(model.snapshots)
  const position = model.snapshots.indexOf(gone)
  const plan = await planDeleteSnapshot(machine, image, { snapshot: { name: gone.name } })
  scene.demand(inOneOfThem(gone.name, file))
  await scene.atOnce(
    (after) => after.deleteSnapshot(gone.name),
    () => deleteSnapshot(machine, image, { plan, keep: { path: file, content } }),
    { findings: 'none' },
  )
  await meanwhile?.()
  await scene.atOnce(
    (after) => after.putSnapshotBack(gone, position),
    () => restoreSnapshot(machine, image, file),
    { findings: 'none' },
  )
  scene.demand(undefined)
}

/** Never lost: an image without the snapshot is beside a file that has it, to the last byte. */
function inOneOfThem(name: string, file: string): Mark['also'] {
  return async (disk) => {
    const image = new BytesFile(disk.get(imagePath) ?? new Uint8Array())
    const entries = readSnapshots(image, readHeaderArea(image).header)
    if (entries.some((entry) => entry.name === name)) return undefined
    const bytes = disk.get(file)
    if (bytes === undefined) return `the snapshot “${name}” is gone, and so is ${file}`
    try {
      await KeptSnapshotFile.open(new BytesFile(bytes)).mustBeWhole(nodeHost, {})
      return undefined
    } catch (error) {
      return `the snapshot “${name}” is gone, and of ${file}: ${String(error)}`
    }
  }
}

export const keepingScenarios: readonly ScenarioMaker[] = [
  keeping({
    name: 'a snapshot that is kept without what it shares',
    content: 'own',
    image: (random) => ({
      clusters: 30,
      refcountOrder: random.pick([2, 3, 4, 5, 6]),
      compressed: random.chance(0.5),
    }),
  }),
  keeping({
    name: 'a snapshot that is kept whole while its guest goes on',
    content: 'whole',
    image: (random) => ({
      clusters: 30,
      refcountOrder: random.pick([2, 4, 6]),
      compressed: random.chance(0.5),
    }),
  }),
  keeping({
    name: 'a snapshot that is kept of version 2',
    content: 'whole',
    image: () => ({ clusters: 30, version: 2, snapshots: ['first'] }),
  }),
  keeping({
    name: 'a snapshot that is kept above a backing file',
    content: 'own',
    image: () => ({ clusters: 20, clusterBits: 10, backingClusters: 12 }),
  }),
  keeping({
    name: 'a snapshot of subclusters that is kept',
    content: 'whole',
    image: () => ({ clusters: 3, clusterBits: 14, extendedL2: true }),
  }),
]
