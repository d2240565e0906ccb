import { readHeaderArea } from '../../../core/qcow2/header-file.ts'
import { planRelinkBack, presentLink } from '../../../core/operations/plan-relink.ts'
import { relinkImage } from '../../../core/operations/relink.ts'
import type { BackingLink } from '../../../core/operations/relink-plan.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { BytesFile } from '../../storage/bytes-file.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { Mark, Scene } from '../scene.ts'
import { backingPath, imagePath, smallImage, type SmallImageOptions } from './small-images.ts'

/** The same file by names of every length that has to find another place in the first cluster. */
const links = (clusterSize: number): readonly BackingLink[] => [
  { name: 'base.raw', format: 'raw' },
  { name: './base.raw' },
  { name: `${'./'.repeat(30)}base.raw`, format: 'raw' },
  ...(clusterSize > 1024 ? [{ name: `${'./'.repeat(400)}base.raw`, format: 'raw' }] : []),
]

const relinking = (name: string, image: (random: Random) => SmallImageOptions): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const { files, clusterSize, model } = await smallImage(random, image(random))
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      backing: backingPath,
      tell: async (scene) => {
        for (let round = 0; round < 6; round++) {
          await relink(scene, random.pick(links(clusterSize)))
          await using guest = await Guest.open(scene)
          const { virtualSize } = model
          await actAtRandom(guest, random, { count: 2, virtualSize, clusterSize })
        }
      },
    }
  },
})

async function relink(scene: Scene, to: BackingLink): Promise<void> {
  const { machine, image } = scene
  const from = await linkOf(scene)
  const plan = await planRelinkBack(machine, image, { before: to, after: from }, {})
  scene.demand(namesOneOf([from, to]))
  scene.expect()
  await relinkImage(machine, image, plan)
  scene.demand(namesOneOf([to]))
  scene.expect()
}

async function linkOf({ machine, image }: Scene): Promise<BackingLink> {
  await using file = await machine.openFile(image)
  return presentLink(readHeaderArea(file))
}

function namesOneOf(expected: readonly BackingLink[]): Mark['also'] {
  return async (disk) => {
    const file = new BytesFile(disk.get(imagePath) ?? new Uint8Array())
    const found = presentLink(readHeaderArea(file))
    const isOne = expected.some((link) => link.name === found.name && link.format === found.format)
    return isOne ? undefined : `the backing file is ${found.name} (${found.format ?? 'not said'})`
  }
}

export const relinkingScenarios: readonly ScenarioMaker[] = [
  relinking('an overlay that gets another backing file name', (random) => ({
    clusters: 12,
    clusterBits: random.pick([10, 12]),
    backingClusters: 10,
  })),
  relinking('an overlay of version 2 that gets another backing file name', (random) => ({
    version: 2,
    clusters: 16,
    clusterBits: random.pick([9, 11]),
    backingClusters: 10,
  })),
]
