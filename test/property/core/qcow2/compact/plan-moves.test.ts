import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isUsed, type Layout } from '../../../../../core/qcow2/compact/layout.ts'
import { layoutAfter } from '../../../../../core/qcow2/compact/layout-after.ts'
import type { MoveRound } from '../../../../../core/qcow2/compact/move-round.ts'
import { planMoves } from '../../../../../core/qcow2/compact/plan-moves.ts'
import { use } from '../../../../../core/qcow2/compact/survey.ts'
import { seededRandom } from '../../../../helpers/random.ts'
import { randomLayout, type LayoutWishes } from './random-layout.ts'

const wishes = fc.record({
  clusters: fc.integer({ min: 1, max: 400 }),
  free: fc.double({ min: 0, max: 1, noNaN: true }),
  packed: fc.constantFrom(0, 0, 0.1, 0.6),
  runs: fc.constantFrom(0, 0, 0.03),
  fixed: fc.constantFrom(0, 0, 0.01),
  uncounted: fc.constantFrom(0, 0, 0.02),
  perBlock: fc.constantFrom(16, 64, 4096),
  perCluster: fc.constantFrom(1, 2, 8),
  mostReferences: fc.constantFrom(1, 3, 65_535),
  seed: fc.integer(),
}) satisfies fc.Arbitrary<LayoutWishes & { seed: number }>

const layoutFor = ({ seed, ...layout }: LayoutWishes & { seed: number }) =>
  randomLayout(seededRandom(seed), layout)

const plan = (layout: Layout) => planMoves(layout, { moves: 'down', breathe: () => undefined })

describe('A round of moves', () => {
  test('takes every cluster from where it is not needed to where nothing is', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        const layout = await layoutFor(wish)
        const round = await plan(layout)
        if (round === undefined) return
        expectFreePlaces(round)
        await expectNobodyLost(round)
        expect(round.end).toBeLessThan(layout.kinds.length)
      }),
      { numRuns: 400 },
    )
  })

  test('leaves no hole when singles are all there is', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        const layout = await layoutFor({ ...wish, packed: 0, runs: 0, fixed: 0, uncounted: 0 })
        const after = await settled(layout)
        const used = after.kinds.filter((kind) => isUsed(kind)).length
        expect(after.kinds.length).toBe(used)
      }),
      { numRuns: 200 },
    )
  })

  test('finds nothing to do once all rounds are over', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        const layout = await layoutFor(wish)
        expect(await plan(await settled(layout))).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })

  test('is the same for the same layout', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        expect(await plan(await layoutFor(wish))).toEqual(await plan(await layoutFor(wish)))
      }),
      { numRuns: 50 },
    )
  })

  test('moves nothing when nothing may move, and drops the end', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        const layout = await layoutFor(wish)
        const round = await planMoves(layout, { moves: 'nowhere', breathe: () => undefined })
        if (round === undefined) return
        const { singles, packed, runs } = round
        const after = await layoutAfter(round)
        expect([singles.sources.length, packed.offsets.length, runs.length]).toEqual([0, 0, 0])
        expect(after.kinds.every((kind, at) => !isUsed(kind) || layout.kinds[at] === kind)).toBe(
          true,
        )
      }),
      { numRuns: 100 },
    )
  })
})

async function settled(layout: Layout): Promise<Layout> {
  let now = layout
  for (let rounds = 0; rounds < 16; rounds++) {
    const round = await plan(now)
    if (round === undefined) return now
    now = await layoutAfter(round)
  }
  throw new Error('it never ends')
}

/** Every destination is free when the round begins, taken once, below the end; no source is one. */
function expectFreePlaces({ layout, singles, packed, runs, end }: MoveRound): void {
  const taken = new Set<number>()
  for (const [index, source] of singles.sources.entries()) {
    const to = singles.destinations[index] ?? -1
    expect(layout.kinds[to]).toBe(use.free)
    expect(to).toBeLessThan(source)
    expect(taken.has(to)).toBe(false)
    taken.add(to)
  }
  const perCluster = layout.clusterSize / 512
  const packedPlaces = new Set<number>()
  for (const [index, place] of packed.places.entries()) {
    const first = Math.floor(place / 512)
    expect(place % 512).toBe((packed.offsets[index] ?? 0) % 512)
    const last = Math.floor((first + (packed.sectors[index] ?? 0) - 1) / perCluster)
    for (let cluster = Math.floor(first / perCluster); cluster <= last; cluster++) {
      expect(layout.kinds[cluster]).toBe(use.free)
      expect(taken.has(cluster)).toBe(false)
      packedPlaces.add(cluster)
    }
  }
  const sources = new Set(singles.sources)
  for (const place of [...taken, ...packedPlaces]) {
    expect(sources.has(place)).toBe(false)
    expect(place).toBeLessThan(end)
  }
  for (const { run, to } of runs) expect(to + run.clusters).toBeLessThanOrEqual(run.first)
}

/** Afterwards there is as much of everything as before; what packed data shares may need more room. */
async function expectNobodyLost(round: MoveRound): Promise<void> {
  const { layout, end } = round
  const after = await layoutAfter(round)
  const count = ({ kinds }: Layout, kind: number) => kinds.filter((found) => found === kind).length
  for (const kind of [use.data, use.l2, use.bitmapData, use.run, use.fixed]) {
    expect(count(after, kind)).toBe(count(layout, kind))
  }
  expect(after.packed.length).toBe(layout.packed.length)
  expect(after.packed.sectors.toSorted()).toEqual(layout.packed.sectors.toSorted())
  const blocks = after.refcountBlocks.filter((cluster) => cluster !== 0)
  expect(count(after, use.refcountBlock)).toBe(blocks.length)
  for (const cluster of blocks) expect(after.kinds[cluster]).toBe(use.refcountBlock)
  for (const table of after.tables.clusters) expect(after.kinds[table]).toBe(use.l2)
  expect(isUsed(after.kinds[end - 1])).toBe(true)
  expectCountable(after)
}

function expectCountable({ packed, clusterSize, mostReferences }: Layout): void {
  const counts = new Map<number, number>()
  for (let index = 0; index < packed.length; index++) {
    const offset = packed.offsets[index] ?? 0
    const last = Math.floor(
      (Math.floor(offset / 512) * 512 + (packed.sectors[index] ?? 0) * 512 - 1) / clusterSize,
    )
    for (let cluster = Math.floor(offset / clusterSize); cluster <= last; cluster++) {
      counts.set(cluster, (counts.get(cluster) ?? 0) + (packed.weights[index] ?? 0))
    }
  }
  for (const count of counts.values()) expect(count).toBeLessThanOrEqual(mostReferences)
}
