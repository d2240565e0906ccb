import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { countKind } from './in-turns.ts'
import { layoutOf } from './layout.ts'
import { layoutAfter } from './layout-after.ts'
import type { MoveRound } from './move-round.ts'
import { planMoves } from './plan-moves.ts'
import { use, type Survey } from './survey.ts'

/** What compacting a file in place does, and how long the file is afterwards. */
export interface InPlacePlan {
  readonly survey: Survey
  /** Whether data may move; otherwise only zero clusters are let go of and the file's end is cut. */
  readonly moves: boolean
  /** One after the other; nearly always one, or none where nothing is gained by moving. */
  readonly rounds: readonly MoveRound[]
  /** Bytes of the file afterwards: exact, unless refcounts have to be counted anew (`Survey.overcounted`). */
  readonly fileLength: number
  /** Data clusters that are let go of because they are all zero. */
  readonly zeroClusters: number
  /** L2 tables that are let go of because they say nothing. */
  readonly emptiedTables: number
  /** Clusters that are counted although nothing refers to them. */
  readonly leakedClusters: number
  readonly moved: MovedClusters
  /** What is copied. */
  readonly movedBytes: number
  /** False: it would write nothing. */
  readonly gains: boolean
}

/** Host clusters by what they hold; of packed data, guest clusters. */
export interface MovedClusters {
  readonly data: number
  readonly packed: number
  readonly l2: number
  readonly refcountBlocks: number
  readonly bitmapData: number
  readonly structures: number
}

/** Each round takes up what the one before could not see yet; far more than images were found to need. */
const mostRounds = 16

/**
 * Plans from a survey of the image (with its zero clusters, see `SurveyOptions.zero`). The same survey
 * gives the same plan. Less than a cluster is no gain. Memory: twice the survey's.
 */
export async function planInPlace(
  survey: Survey,
  { onlyZeroes = false, signal, pause }: { readonly onlyZeroes?: boolean } & OperationContext = {},
): Promise<InPlacePlan> {
  const breathe = breather(signal, { pause })
  const { clusterSize } = survey.area.geometry
  const zeroClusters = await countKind(survey.kinds, use.zero, breathe)
  const emptiedTables = await countKind(survey.kinds, use.emptied, breathe)
  const options = { moves: onlyZeroes ? 'nowhere' : 'down', breathe } as const
  const rounds: MoveRound[] = []
  let layout = await layoutOf(survey, breathe)
  while (rounds.length < mostRounds) {
    const round = await planMoves(layout, options)
    if (round === undefined) break
    rounds.push(round)
    layout = await layoutAfter(round, breathe)
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  const length = Math.min(survey.fileLength, (rounds.at(-1)?.end ?? Infinity) * clusterSize)
  const isShorter = survey.fileLength - length >= clusterSize
  const kept = isShorter ? rounds : []
  return {
    survey,
    moves: !onlyZeroes,
    rounds: kept,
    fileLength: isShorter ? length : survey.fileLength,
    zeroClusters,
    emptiedTables,
    leakedClusters: await countKind(survey.kinds, use.leaked, breathe),
    moved: movedBy(kept),
    movedBytes: kept.reduce((sum, round) => sum + bytesOf(round), 0),
    gains: isShorter || zeroClusters + emptiedTables > 0,
  }
}

function movedBy(rounds: readonly MoveRound[]): MovedClusters {
  const moved = { data: 0, packed: 0, l2: 0, refcountBlocks: 0, bitmapData: 0, structures: 0 }
  for (const { layout, singles, packed, runs } of rounds) {
    moved.packed += packed.offsets.length
    for (const { run } of runs) moved.structures += run.clusters
    for (const source of singles.sources) {
      const kind = layout.kinds[source]
      if (kind === use.data) moved.data++
      else if (kind === use.l2) moved.l2++
      else if (kind === use.refcountBlock) moved.refcountBlocks++
      else moved.bitmapData++
    }
  }
  return moved
}

function bytesOf({ layout: { clusterSize }, singles, packed, runs }: MoveRound): number {
  let sectors = 0
  for (const count of packed.sectors) sectors += count
  const clusters = runs.reduce((sum, { run }) => sum + run.clusters, singles.sources.length)
  return clusters * clusterSize + sectors * 512
}
