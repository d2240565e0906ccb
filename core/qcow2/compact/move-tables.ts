import { l1Rows } from './l1-rows.ts'
import type { RoundParts } from './round-parts.ts'
import { movesAny, SingleReferences } from './single-references.ts'
import { use } from './survey.ts'

/** Level 3: L2 tables. Their entries are as they will be, for data has moved before. */
export async function moveTables(parts: RoundParts): Promise<void> {
  if (!movesAny(parts, use.l2)) return
  const { file, round } = parts
  const moves = new SingleReferences(parts, use.l2)
  for (const rows of l1Rows(file, round.layout.l1Places, round.layout.clusterSize)) {
    for (const row of rows) {
      for (const { at, table, weight } of row) {
        moves.follow({ at, cluster: table, weight }, 'l1-table')
      }
      // Between two rows alone: a table that states share moves in one batch for all of them.
      await moves.commitWhenFull()
    }
  }
  await parts.batch.finish()
}
