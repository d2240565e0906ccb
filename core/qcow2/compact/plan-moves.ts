import { isSingle, isUsed, type Layout } from './layout.ts'
import { inTurns } from './in-turns.ts'
import { kindsAfter } from './layout-after.ts'
import type { MoveRound, PackedMoves, RunMove, SingleMoves } from './move-round.ts'
import { placePacked } from './place-packed.ts'
import type { StructureRun } from './structure-runs.ts'
import { use } from './survey.ts'

/** `nowhere`: nothing moves; the file is cut behind the last cluster that is in use. */
export interface MoveOptions {
  readonly moves: 'down' | 'nowhere'
  readonly breathe: () => Promise<void> | undefined
}

/**
 * The moves that make a file as short as one round of them can; undefined when none would. The same
 * layout gives the same round: a plan and what is done by it agree to the cluster.
 *
 *     |h#.#..##.R#.#p.S.RR#|        h fixed   # single   p packed   R run   S snapshot table (a run)
 *               E
 *     |h#####p##R|SRR|              singles and packed fill the holes below E, runs follow behind it
 *
 * - *E* is the least cluster that has enough holes below it for all singles and packed data from it on.
 *   It lies behind everything that never moves.
 * - The k-th single goes to the k-th hole, so that neighbours mostly stay neighbours; packed data takes
 *   the holes behind them, and more of them (a larger E) where it finds no room.
 * - Runs below E stay; the others move down, one behind the other, unless one would overlap itself.
 * - Refcount blocks that count nothing but clusters behind the new end go, and what they did not need to
 *   count any more may make more of them superfluous.
 */
export async function planMoves(
  layout: Layout,
  options: MoveOptions,
): Promise<MoveRound | undefined> {
  let best: MoveRound | undefined
  let end = layout.kinds.length
  // Each pass may find that one more block counts nothing; a file of 2^28 clusters has few that can.
  for (;;) {
    const round = await planWith(layout, Math.ceil(end / layout.perBlock), options)
    if (round.end >= end) return best
    best = round
    end = round.end
    if (Math.ceil(end / layout.perBlock) >= round.blocks) return best
  }
}

/** Blocks from `blocks` on count nothing but clusters behind the new end, if that is so in the answer. */
async function planWith(
  layout: Layout,
  blocks: number,
  { moves, breathe }: MoveOptions,
): Promise<MoveRound> {
  const kinds = withoutBlocks(layout, blocks)
  const shape: Shape = { ...layout, kinds, breathe }
  const movesDown = moves === 'down'
  const least = (await lastOf(shape, movesDown ? isFixed : isUsed)) + 1
  const border =
    movesDown && layout.packed.length > 0
      ? await borderForPacked(shape, least)
      : { at: await leastBorder(shape, least), packed: noPackedMoves }
  const { packed } = border
  const singles = await pairSingles(shape, border.at)
  const after = await kindsAfter(shape, { singles, packed }, breathe)
  const runs = movesDown ? placeRuns(layout.runs, border.at, after) : []
  const end = (await lastOf({ ...shape, kinds: after }, isUsed)) + 1
  return { layout, singles, packed, runs, blocks, end }
}

/** A layout without the refcount blocks that are going to go; their places are not free yet. */
interface Shape extends Layout {
  readonly breathe: MoveOptions['breathe']
}

const goingBlock = use.uncounted

function withoutBlocks({ kinds, refcountBlocks }: Layout, blocks: number): Uint8Array {
  const without = kinds.slice()
  for (let index = blocks; index < refcountBlocks.length; index++) {
    const cluster = refcountBlocks[index] ?? 0
    if (cluster !== 0) without[cluster] = goingBlock
  }
  return without
}

const isFixed = (kind: number): boolean => kind === use.fixed

async function lastOf({ kinds, breathe }: Shape, is: (kind: number) => boolean): Promise<number> {
  let cluster = kinds.length - 1
  await inTurns(0, kinds.length, {
    breathe,
    visit: (_, to) => {
      const stop = kinds.length - to
      while (cluster >= stop && !is(kinds[cluster] ?? use.free)) cluster--
    },
  })
  return cluster
}

const isMovable = (kind: number | undefined): boolean => isSingle(kind) || kind === use.packed

async function countFrom(
  { kinds, breathe }: Shape,
  border: number,
  is: (kind: number | undefined) => boolean,
): Promise<number> {
  let count = 0
  await inTurns(border, kinds.length, {
    breathe,
    visit: (from, to) => {
      for (let cluster = from; cluster < to; cluster++) if (is(kinds[cluster])) count++
    },
  })
  return count
}

/** The least cluster from `least` on with as many holes below it as there are clusters to move from it on. */
async function leastBorder(
  shape: Shape,
  least: number,
  moves: (kind: number | undefined) => boolean = isSingle,
): Promise<number> {
  const { kinds, breathe } = shape
  let above = await countFrom(shape, 0, moves)
  let holes = 0
  let border = 0
  await inTurns(0, kinds.length, {
    breathe,
    visit: (_, to) => {
      for (; border < to && (border < least || holes < above); border++) {
        const kind = kinds[border]
        if (kind === use.free) holes++
        if (moves(kind)) above--
      }
    },
  })
  return border
}

/** What a border may lie too high where packed data moves, for the sake of fewer tries: a part of the file. */
const tolerated = 1 / 4096

/**
 * The border where packed data finds room, too. Holes do not get fewer with a higher one, and at the end of
 * the file nothing has to move; so it is sought around the place where it would be if packed clusters moved
 * as a whole, with steps that double, and then by bisection.
 */
async function borderForPacked(
  shape: Shape,
  least: number,
): Promise<{ readonly at: number; readonly packed: PackedMoves }> {
  const { kinds, breathe } = shape
  /** The border is at or above `low`, and `found` has room. */
  let low = await leastBorder(shape, least)
  let found = { at: kinds.length, packed: noPackedMoves }
  const tryAt = async (at: number): Promise<boolean> => {
    const from = await afterSingles(shape, at)
    const packed =
      from === undefined ? undefined : await placePacked(shape, { from, to: at }, breathe)
    if (packed === undefined) low = at + 1
    else found = { at, packed }
    return packed !== undefined
  }
  const step = Math.max(Math.floor(kinds.length * tolerated), 1)
  const whole = Math.max(low, await leastBorder(shape, least, isMovable))
  const hasRoom = await tryAt(whole)
  for (let far = step; low < found.at; far *= 2) {
    const at = hasRoom ? Math.max(found.at - far, low) : Math.min(low + far, found.at)
    if (at === found.at || (await tryAt(at)) !== hasRoom) break
  }
  while (found.at - low >= step) await tryAt(Math.floor((low + found.at) / 2))
  return found
}

const noPackedMoves: PackedMoves = {
  offsets: new Float64Array(0),
  places: new Float64Array(0),
  sectors: new Uint16Array(0),
}

/** The cluster behind the holes that the singles from `border` on take; undefined when there are too few. */
async function afterSingles(shape: Shape, border: number): Promise<number | undefined> {
  const { kinds, breathe } = shape
  let singles = await countFrom(shape, border, isSingle)
  let cluster = 0
  await inTurns(0, border, {
    breathe,
    visit: (_, to) => {
      for (; singles > 0 && cluster < to; cluster++) if (kinds[cluster] === use.free) singles--
    },
  })
  return singles === 0 ? cluster : undefined
}

async function pairSingles(shape: Shape, border: number): Promise<SingleMoves> {
  const { kinds, breathe } = shape
  const count = await countFrom(shape, border, isSingle)
  const sources = new Uint32Array(count)
  const destinations = new Uint32Array(count)
  let hole = 0
  let index = 0
  await inTurns(border, kinds.length, {
    breathe,
    visit: (from, to) => {
      for (let cluster = from; cluster < to; cluster++) {
        if (!isSingle(kinds[cluster])) continue
        while (kinds[hole] !== use.free) hole++
        sources[index] = cluster
        destinations[index] = hole++
        index++
      }
    },
  })
  return { sources, destinations }
}

/**
 * Every run from `border` on takes the first free neighbours behind those of the run before, if that is
 * below where it is and does not overlap it. `kinds` is changed accordingly.
 */
function placeRuns(
  runs: readonly StructureRun[],
  border: number,
  kinds: Uint8Array,
): readonly RunMove[] {
  const moves: RunMove[] = []
  let next = 0
  for (const run of runs) {
    const { first, clusters } = run
    if (first < border) continue
    const to = firstRoom(kinds, { from: next, until: first, clusters })
    if (to === undefined) {
      next = Math.max(next, first + clusters)
      continue
    }
    kinds.fill(use.free, first, first + clusters)
    kinds.fill(use.run, to, to + clusters)
    moves.push({ run, to })
    next = to + clusters
  }
  return moves
}

function firstRoom(
  kinds: Uint8Array,
  {
    from,
    until,
    clusters,
  }: { readonly from: number; readonly until: number; readonly clusters: number },
): number | undefined {
  let start = from
  for (let cluster = from; cluster < until; cluster++) {
    if (kinds[cluster] !== use.free) start = cluster + 1
    else if (cluster + 1 - start === clusters) return start
  }
  return undefined
}
