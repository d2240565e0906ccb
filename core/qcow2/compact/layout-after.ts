import { invariant } from '../../base/assert.ts'
import { SECTOR } from '../format/constants.ts'
import { inTurns } from './in-turns.ts'
import type { Layout } from './layout.ts'
import type { MoveRound, PackedMoves, SingleMoves } from './move-round.ts'
import { firstSector, type PackedList } from './packed-list.ts'
import { use } from './survey.ts'
import { indexOf, TableWeights } from './table-weights.ts'

/** What a survey will find when a round is over. */
export async function layoutAfter(
  { layout, singles, packed, runs, blocks, end }: MoveRound,
  breathe: () => Promise<void> | undefined = () => undefined,
): Promise<Layout> {
  const { clusterSize } = layout
  const kinds = await kindsAfter(layout, { singles, packed }, breathe)
  const moved = new Map(runs.map(({ run, to }) => [run, to]))
  for (const { run, to } of runs) {
    kinds.fill(use.free, run.first, run.first + run.clusters)
    kinds.fill(use.run, to, to + run.clusters)
  }
  for (let index = blocks; index < layout.refcountBlocks.length; index++) {
    const cluster = placeAfter(singles, layout.refcountBlocks[index] ?? 0)
    if (cluster !== 0) kinds[cluster] = use.free
  }
  const l1Moves = new Map(
    runs
      .filter(({ run: { kind } }) => kind === 'l1' || kind === 'snapshot-l1')
      .map(({ run, to }) => [run.first * clusterSize, to * clusterSize]),
  )
  return {
    ...layout,
    kinds: kinds.subarray(0, end),
    runs: layout.runs
      .map((run) => ({ ...run, first: moved.get(run) ?? run.first }))
      .toSorted((one, other) => one.first - other.first),
    l1Places: layout.l1Places.map((place) => ({
      ...place,
      offset: l1Moves.get(place.offset) ?? place.offset,
    })),
    tables: tablesAfter(layout.tables, singles),
    packed: await packedAfter(layout.packed, packed, breathe),
    refcountBlocks: layout.refcountBlocks
      .subarray(0, blocks)
      .map((cluster) => placeAfter(singles, cluster)),
  }
}

/** What clusters are used for once singles and packed data have moved; runs are where they were. */
export async function kindsAfter(
  { kinds, packed: list, clusterSize }: Layout,
  { singles, packed }: Pick<MoveRound, 'singles' | 'packed'>,
  breathe: () => Promise<void> | undefined,
): Promise<Uint8Array> {
  const { sources, destinations } = singles
  const after = kinds.slice()
  await inTurns(0, sources.length, {
    breathe,
    visit: (from, to) => {
      for (let index = from; index < to; index++) {
        const source = sources[index] ?? 0
        after[destinations[index] ?? 0] = kinds[source] ?? use.free
        after[source] = use.free
      }
    },
  })
  if (packed.offsets.length > 0) {
    const moved = await packedAfter(list, packed, breathe)
    await markPacked(after, { list: moved, clusterSize }, breathe)
  }
  return after
}

/** Where a cluster is once singles have moved. */
function placeAfter({ sources, destinations }: SingleMoves, cluster: number): number {
  const index = indexOf(sources, cluster)
  return index === undefined ? cluster : (destinations[index] ?? 0)
}

function tablesAfter(tables: TableWeights, singles: SingleMoves): TableWeights {
  const clusters = tables.clusters.map((cluster) => placeAfter(singles, cluster)).toSorted()
  const after = new TableWeights(clusters)
  for (const cluster of tables.clusters) {
    after.add(placeAfter(singles, cluster), tables.of(cluster))
  }
  return after
}

/** Places are in the order of the offsets, so that two sorted lists become one again. */
async function packedAfter(
  list: PackedList,
  { offsets, places }: PackedMoves,
  breathe: () => Promise<void> | undefined,
): Promise<PackedList> {
  const { length } = list
  const moved = new Uint8Array(length)
  const now = list.offsets.slice()
  let move = 0
  await inTurns(0, offsets.length === 0 ? 0 : length, {
    breathe,
    visit: (from, to) => {
      for (let index = from; index < to; index++) {
        while ((offsets[move] ?? Infinity) < (list.offsets[index] ?? 0)) move++
        if (offsets[move] !== list.offsets[index]) continue
        moved[index] = 1
        now[index] = places[move] ?? 0
      }
    },
  })
  if (!moved.includes(1)) return list
  const after = {
    length,
    offsets: new Float64Array(length),
    sectors: new Uint16Array(length),
    weights: new Uint32Array(length),
  }
  const next = [0, 0]
  const nextOf = (kind: 0 | 1): number => {
    let index = next[kind] ?? 0
    while (index < length && moved[index] !== kind) index++
    next[kind] = index
    return index
  }
  await inTurns(0, length, {
    breathe,
    visit: (from, to) => {
      for (let at = from; at < to; at++) {
        const [stays, goes] = [nextOf(0), nextOf(1)]
        const isMoved = (now[goes] ?? Infinity) < (now[stays] ?? Infinity)
        const index = isMoved ? goes : stays
        next[isMoved ? 1 : 0] = index + 1
        after.offsets[at] = now[index] ?? 0
        after.sectors[at] = list.sectors[index] ?? 0
        after.weights[at] = list.weights[index] ?? 0
      }
    },
  })
  return after
}

async function markPacked(
  kinds: Uint8Array,
  { list, clusterSize }: { readonly list: PackedList; readonly clusterSize: number },
  breathe: () => Promise<void> | undefined,
): Promise<void> {
  await inTurns(0, kinds.length, {
    breathe,
    visit: (from, to) => {
      for (let cluster = from; cluster < to; cluster++) {
        if (kinds[cluster] === use.packed) kinds[cluster] = use.free
      }
    },
  })
  const perCluster = clusterSize / SECTOR
  await inTurns(0, list.length, {
    breathe,
    visit: (from, to) => {
      for (let index = from; index < to; index++) {
        const start = firstSector(list, index)
        const last = Math.floor((start + (list.sectors[index] ?? 0) - 1) / perCluster)
        for (let cluster = Math.floor(start / perCluster); cluster <= last; cluster++) {
          const kind = kinds[cluster]
          // What is packed into a cluster that has another use, too, does not change what it is.
          const isAlone = kind === use.free || kind === use.packed
          invariant(isAlone || kind === use.fixed, 'packed data is alone')
          if (isAlone) kinds[cluster] = use.packed
        }
      }
    },
  })
}
