import { ImageError } from '../../../core/errors/image-error.ts'
import type { CompactMode } from '../../../core/operations/compact-plan.ts'
import type { CrashMachine } from '../../storage/crash-machine.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { compactInPlace } from '../../../core/qcow2/compact/compact-in-place.ts'
import { readHeaderArea } from '../../../core/qcow2/header-file.ts'
import { sameBytes } from '../../../core/base/same-bytes.ts'
import { compactOnce, type CompactOnceOptions } from '../compact-once.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { DiskFiles, Scenario } from '../scene.ts'
import { backingPath, dataPath, imagePath } from './small-images.ts'
import { compactable } from './compactable.ts'
import { usedImage, type UsedImageOptions } from './used-images.ts'

export interface CompactingStory {
  readonly name: string
  readonly mode: CompactMode
  readonly image: (random: Random) => UsedImageOptions
  readonly weight?: number
  /** Copies of so many bytes between two flushes; default: as the disk can take, which is all of them. */
  readonly batchBytes?: number
}

/** An image whose space is given back, now and then with a cancel on the way: the guest finds no difference. */
const compacting = ({ name, mode, image, weight, batchBytes }: CompactingStory): ScenarioMaker => ({
  name,
  ...(weight === undefined ? {} : { weight }),
  make: async (seed): Promise<Scenario> => {
    const random = seededRandom(seed)
    const options = image(random)
    const { files, model } = await usedImage(random, options)
    const scenario: Scenario = {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      ...(options.backingClusters === undefined ? {} : { backing: backingPath }),
      ...(options.dataFile === undefined ? {} : { dataFile: dataPath }),
      tell: async (scene) => {
        const also = await compactable(scenario, mode, batchBytes === undefined ? 'whole' : 'none')
        const keepOriginalAs = mode === 'rewrite' && random.chance(0.5) ? 'kept.qcow2' : undefined
        const keeps = keepOriginalAs !== undefined ? keptOriginal(files) : undefined
        scene.demand(async (disk) => keeps?.(disk) ?? (await also(disk)))
        scene.expect()
        if (batchBytes !== undefined) {
          await using file = await scene.machine.openForWriting(imagePath)
          const { outcome } = await compactInPlace(file, readHeaderArea(file), { batchBytes })
          scene.expect([], { findings: outcome === 'compacted' ? 'none' : 'leaks' })
          return
        }
        const verify = random.chance(0.3)
        const how = { verify, keepOriginalAs }
        if (random.chance(0.4)) {
          const at = random.below(12)
          const outcome = await cancelSomewhere(scene.machine, mode, { ...how, at })
          if (outcome === 'done') return
        }
        const { outcome } = await compactOnce(scene.machine, mode, how)
        scene.expect([], { findings: outcome === 'compacted' ? 'none' : 'leaks' })
      },
    }
    return scenario
  },
})

/** Where the image is another file its original is there under the name that was asked for. */
const keptOriginal =
  (files: Readonly<Record<string, Uint8Array>>) =>
  (disk: DiskFiles): string | undefined => {
    const original = files[imagePath] ?? new Uint8Array()
    const isThere = (name: string) => sameBytes(disk.get(name) ?? new Uint8Array(), original)
    const isKept = isThere(imagePath) || isThere('/kept.qcow2')
    return isKept ? undefined : 'the original is not kept'
  }

/** Stops it at one of its reports; whether it had so many. */
async function cancelSomewhere(
  machine: CrashMachine<unknown>,
  mode: CompactMode,
  { at, ...options }: CompactOnceOptions & { readonly at: number },
): Promise<'cancelled' | 'done'> {
  const controller = new AbortController()
  let left = at
  const onProgress = (): void => {
    if (left-- === 0) controller.abort()
  }
  try {
    await compactOnce(machine, mode, { ...options, signal: controller.signal, onProgress })
    return 'done'
  } catch (error) {
    if (error instanceof ImageError && error.kind === 'cancelled') return 'cancelled'
    throw error
  }
}

const orders = [0, 1, 2, 3, 4, 5, 6] as const

/** Images of every kind, for whatever gives space back. */
const kinds: readonly Omit<CompactingStory, 'mode'>[] = [
  {
    name: 'an image of small clusters',
    image: (random) => ({
      clusters: 150,
      stored: 60,
      refcountOrder: random.pick(orders),
      leaked: random.below(10),
    }),
  },
  {
    name: 'an image of version 2',
    image: (random) => ({ version: 2, clusterBits: random.pick([9, 10]), leaked: random.below(5) }),
  },
  {
    name: 'an image that shares clusters with snapshots',
    image: (random) => ({
      clusters: 30,
      snapshots: ['first'],
      changesSnapshots: true,
      refcountOrder: random.pick([3, 4, 5, 6]),
      compressed: random.chance(0.3),
    }),
  },
  {
    name: 'an image with packed clusters',
    image: (random) => ({
      clusterBits: random.pick([10, 11, 12]),
      clusters: 14,
      compressed: true,
      packs: true,
      leaked: random.below(4),
      ...(random.chance(0.4) ? { snapshots: ['first'] } : {}),
    }),
  },
  {
    name: 'an image of subclusters',
    weight: 0.4,
    image: () => ({ extendedL2: true, clusterBits: 14, clusters: 4 }),
  },
  {
    name: 'an image above a backing file',
    image: (random) => ({
      clusters: 24,
      clusterBits: 10,
      backingClusters: 16,
      version: random.pick([2, 3]),
      changesSnapshots: random.chance(0.5),
    }),
  },
  {
    name: 'an image with bitmaps',
    image: (random) => ({
      clusters: 24,
      bitmaps: ['daily', 'weekly'],
      untouched: true,
      leaked: 3 + random.below(10),
      ...(random.chance(0.5) ? { snapshots: ['first'] } : {}),
    }),
  },
]

interface Doing extends Pick<CompactingStory, 'mode' | 'batchBytes'> {
  readonly doing: string
  /** Of their weights; default 1. */
  readonly share?: number
}

const of = ({ doing, share = 1, ...how }: Doing, chosen = kinds): ScenarioMaker[] =>
  chosen.map(({ name, weight = 1, ...kind }) =>
    compacting({ name: `${name} ${doing}`, ...how, ...kind, weight: weight * share }),
  )

const dataFileKind: Omit<CompactingStory, 'mode'> = {
  name: 'an image with a data file',
  image: (random) => ({
    clusterBits: 12,
    clusters: 12,
    dataFile: 'disk.data',
    leaked: 2,
    autoclearBits: random.chance(0.5) ? 2n : 0n,
  }),
}

const someKinds = kinds.slice(0, 4)

export const inPlaceScenarios: readonly ScenarioMaker[] = [
  ...of({ mode: 'in-place', doing: 'that is compacted in place' }),
  ...of(
    { mode: 'in-place', doing: 'that is compacted bit by bit', batchBytes: 512, share: 0.5 },
    someKinds,
  ),
  // Few writes, and so few different disks.
  ...of({ mode: 'zeroes', doing: 'whose zeroes are given up', share: 0.1 }, someKinds),
]

export const punchScenarios: readonly ScenarioMaker[] = [
  compacting({
    name: 'an image whose unused space becomes holes',
    mode: 'punch',
    weight: 0.2,
    image: (random) => ({
      clusterBits: 12,
      clusters: 20,
      leaked: 4,
      changesSnapshots: random.chance(0.5),
    }),
  }),
  ...of({ mode: 'punch', doing: 'whose zeroes become holes', share: 0.1 }, [dataFileKind]),
]

export const rewritingScenarios: readonly ScenarioMaker[] = of({
  mode: 'rewrite',
  doing: 'that is written anew',
  share: 0.5,
})
