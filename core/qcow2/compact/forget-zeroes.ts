import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { isCompressed, ZERO_LOW } from '../format/l2-entry.ts'
import type { WordTable } from '../word-table.ts'
import { l1Rows } from './l1-rows.ts'
import { l2Slices, type L2Slice } from './l2-slices.ts'
import type { MoveBatch } from './move-batch.ts'
import { use, type Survey } from './survey.ts'
import { zeroRuleOf } from './zero-rule.ts'

export interface ForgetParts extends OperationContext {
  readonly file: WritableFile
  readonly survey: Survey
  readonly batch: MoveBatch
}

/**
 * Lets go of data clusters that are all zero, in the tables of all states: their entries say what
 * `zeroRuleOf` has for them, which reads the same, and bitmaps stay true. Then of the L2 tables that say
 * nothing any more. Clusters are free once no entry refers to them, durably.
 */
export async function forgetZeroes(parts: ForgetParts): Promise<void> {
  const { survey, batch } = parts
  if (survey.kinds.includes(use.zero)) await forgetData(parts)
  await batch.finish()
  if (survey.kinds.includes(use.emptied)) await forgetTables(parts)
  await batch.finish()
}

async function forgetData({
  file,
  survey,
  batch,
  signal,
  pause,
  onProgress,
}: ForgetParts): Promise<void> {
  const breathe = breather(signal, { pause })
  const { geometry } = survey.area
  const { clusterSize } = geometry
  const entries = new ZeroEntries(survey, batch)
  const wanted = {
    geometry,
    sliceBytes: batch.sliceBytes,
    isWanted: (words: WordTable) => entries.concern(words),
  }
  const total = survey.tables.clusters.length * clusterSize
  let done = 0
  for (const rows of l1Rows(file, survey.l1Places, clusterSize)) {
    for (const row of rows) {
      for (const slice of l2Slices(file, row, wanted)) {
        if (slice === null && batch.isFull) await batch.commit()
        else if (slice !== null) entries.follow(slice)
        const turn = breathe()
        if (turn !== undefined) await turn
      }
      done = Math.min(done + row.length * clusterSize, total)
      onProgress?.({ phase: 'zeroes', done, total, unit: 'bytes' })
      const turn = breathe()
      if (turn !== undefined) await turn
    }
  }
}

async function forgetTables({ file, survey, batch, signal, pause }: ForgetParts): Promise<void> {
  const breathe = breather(signal, { pause })
  for (const rows of l1Rows(file, survey.l1Places, survey.area.geometry.clusterSize)) {
    for (const row of rows) {
      for (const { at, table, weight } of row) {
        if (survey.kinds[table] !== use.emptied) continue
        batch.patches.set(at, 0, 0, 'l1-table')
        batch.leave(table, weight)
      }
      if (batch.isFull) await batch.commit()
      const turn = breathe()
      if (turn !== undefined) await turn
    }
  }
}

/** Finds the entries of zero clusters and gives them their new words. */
class ZeroEntries {
  readonly #survey: Survey
  readonly #batch: MoveBatch

  constructor(survey: Survey, batch: MoveBatch) {
    this.#survey = survey
    this.#batch = batch
  }

  concern(words: WordTable): boolean {
    const stride = this.#survey.area.geometry.l2EntryBytes / 4
    for (let at = 0; at < words.length; at += stride) {
      if (this.#zeroAt(words, at) !== undefined) return true
    }
    return false
  }

  follow({ table, at, words }: L2Slice): void {
    const { area, tables } = this.#survey
    const { hasSubclusters, l2EntryBytes } = area.geometry
    const vanishes = zeroRuleOf(area) === 'unallocated'
    const weight = tables.of(table)
    const { patches } = this.#batch
    for (let index = 0; index < words.length; index += l2EntryBytes / 4) {
      const cluster = this.#zeroAt(words, index)
      if (cluster === undefined) continue
      const entry = at + index * 4
      patches.set(entry, 0, vanishes || hasSubclusters ? 0 : ZERO_LOW, 'l2-table')
      if (hasSubclusters) {
        // What was stored reads as zeroes now; what was not goes on being read from below.
        const reading = (words[index + 2] ?? 0) | (words[index + 3] ?? 0)
        patches.set(entry + 8, vanishes ? 0 : reading, 0, 'l2-table')
      }
      this.#batch.leave(cluster, weight)
    }
  }

  /** The zero cluster that an entry refers to. */
  #zeroAt(words: WordTable, at: number): number | undefined {
    const high = words[at + 1] ?? 0
    if (isCompressed(high)) return undefined
    const cluster = entryOffset(high, words[at] ?? 0) / this.#survey.area.geometry.clusterSize
    return cluster !== 0 && this.#survey.kinds[cluster] === use.zero ? cluster : undefined
  }
}
