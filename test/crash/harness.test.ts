/**
 * That the harness finds what it is there to find: writers made by hand, wrong in one way each, and our own
 * with a flush left out.
 */
import { expect, it } from 'vitest'
import type { WritableFile } from '../../core/storage/writable-file.ts'
import { GuestModel } from '../model/guest-model.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { TraceFile } from '../storage/trace-file.ts'
import { crashMatrix, CrashFailure } from './crash-matrix.ts'
import type { Scenario } from './scene.ts'
import { shares } from './shares.ts'
import { allScenarios } from './scenarios/all.ts'

const clusterSize = 512
const virtualSize = 16 * clusterSize

/** Guest cluster 0 is stored, so that there is an L2 table; cluster 1 is what the writers write. */
function smallImage(): {
  readonly bytes: Uint8Array
  readonly free: number
  readonly entry: number
} {
  const image = new Qcow2Builder({ clusterBits: 9, virtualSize }).data(0, 0xaa).build()
  return { bytes: image.bytes, free: image.fileLength / clusterSize, entry: image.l2EntryOffset(1) }
}

type Step = 'data' | 'refcount' | 'link' | 'flush' | 'data without waiting'

/** A story in which one cluster is allocated by `steps`, in their order. */
function allocating(steps: readonly Step[]): Scenario {
  const { bytes, free, entry } = smallImage()
  const content = new Uint8Array(virtualSize).fill(0xaa, 0, clusterSize)
  return {
    name: steps.join(', '),
    image: '/disk.qcow2',
    files: { '/disk.qcow2': bytes },
    model: new GuestModel(virtualSize, content),
    tell: async (scene) => {
      await using file = await scene.machine.openForWriting('/disk.qcow2')
      const data = scene.bytes(clusterSize, clusterSize)
      scene.model.write(clusterSize, data)
      scene.expect()
      for (const step of steps) await take(file, step, { data, free, entry })
      scene.model.settle()
      scene.expect()
    },
  }
}

interface Place {
  readonly data: Uint8Array
  readonly free: number
  readonly entry: number
}

async function take(file: WritableFile, step: Step, { data, free, entry }: Place): Promise<void> {
  const word = new Uint8Array(8)
  switch (step) {
    case 'data':
      await file.write(data, free * clusterSize, 'data')
      break
    case 'data without waiting':
      void file.write(data, free * clusterSize, 'data')
      break
    case 'refcount':
      file.writeNow(Uint8Array.of(0, 1), 2 * clusterSize + 2 * free, 'refcount-block')
      break
    case 'link':
      new DataView(word.buffer).setBigUint64(0, (1n << 63n) | BigInt(free * clusterSize))
      file.writeNow(word, entry, 'l2-table')
      break
    case 'flush':
      await file.flush()
      break
  }
}

const cut = (steps: readonly Step[]) => crashMatrix(allocating(steps), { seed: 1, perCut: 30 })

it('a writer that flushes before it links passes', async () => {
  const result = await cut(['data', 'refcount', 'flush', 'link', 'flush'])
  expect(result.cuts).toBe(3)
  expect(result.distinct).toBeGreaterThan(5)
})

it('a writer that links before it flushes is caught', async () => {
  await expect(cut(['data', 'refcount', 'link', 'flush'])).rejects.toThrow(/corruption/)
})

it('a writer that links before the data is durable is caught', async () => {
  const steps: Step[] = ['refcount', 'flush', 'link', 'flush', 'data', 'flush']
  await expect(cut(steps)).rejects.toThrow(/lies past the end|content: sector 1/)
})

it('a writer that says it flushed and did not is caught', async () => {
  await expect(cut(['data', 'refcount', 'flush', 'link'])).rejects.toThrow(
    /content: sector 1 holds zeroes/,
  )
})

it('a writer that flushes while its data is on the way is caught', async () => {
  const steps: Step[] = ['refcount', 'data without waiting', 'flush', 'link', 'flush']
  await expect(cut(steps)).rejects.toThrow(/content: sector 1|lies past the end/)
})

/** A file that does not flush when it was changed since the last flush in the way of `skips`. */
class ForgetfulFile extends TraceFile {
  readonly #skips: RegExp

  constructor(file: WritableFile, skips: RegExp) {
    super(file)
    this.#skips = skips
  }

  override async flush(): Promise<void> {
    const changes = this.lines.splice(0).join('\n')
    if (!this.#skips.test(changes)) await super.flush()
  }
}

/** Of ten stories, so many have to tell on a missing flush. */
const ENOUGH = 4

/** Seeds of the stories in which the harness notices that flushes are left out, until there are enough. */
async function noticed(skips: RegExp, story: RegExp): Promise<number[]> {
  const seeds: number[] = []
  const maker = allScenarios.find(({ name }) => story.test(name))
  for (let seed = 1; seed <= 10 && seeds.length < ENOUGH; seed++) {
    const scenario = await maker?.make(seed)
    if (scenario === undefined) throw new Error('there is no story')
    const wrap = (file: WritableFile) => new ForgetfulFile(file, skips)
    const error = await crashMatrix(scenario, { seed, perCut: 24, wrap }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (error instanceof CrashFailure) seeds.push(seed)
    else if (error !== undefined) throw error
  }
  return seeds
}

it.each([
  ['data', /write data/, /small clusters/],
  ['refcounts', /write refcount-block/, /small clusters/],
  ['entries', /write l2-table(?![^]*write (?:data|refcount))/, /small clusters/],
  ['marks of bitmaps', /write bitmap/, /writes to an image whose bitmaps/],
  ['the tables of a snapshot', /write snapshot-table/, /snapshots that come and go$/],
  ['a new size', /write header/, /a disk that grows and shrinks/],
  ['the tables of a new image', /write refcount-table/, /an image being created$/],
  ['copies of clusters', /write data/, /small clusters that is compacted/],
  ['counts of copies', /write refcount-block/, /packed clusters that is compacted/],
  ['entries that lead to copies', /write l2-table/, /small clusters that is compacted/],
  ['tables that lead to moved tables', /write l1-table/, /snapshots that is compacted/],
  ['places of moved snapshots', /write snapshot-table/, /snapshots that is compacted/],
  ['places of moved bitmaps', /write bitmap/, /bitmaps that is compacted/],
  ['entries that refer to zeroes no more', /write l2-table/, /small clusters whose zeroes/],
  ['counts of copies made while the image is open', /write refcount/, /while its guest sleeps/],
  ['anything of an image written anew', /^/, /snapshots that is written anew/],
])('our engine without the flush after %s is caught', async (_, skips, story) => {
  expect(await noticed(skips, story)).toHaveLength(ENOUGH)
})

it('the suites of a whole run judge 100,000 different disks together', () => {
  const sum = Object.values(shares).reduce((total, share) => total + share, 0)
  expect(sum).toBeGreaterThanOrEqual(100_000)
})
