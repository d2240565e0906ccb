import { clusterCount, countRegion, hex, type CheckRun } from './check-run.ts'

/**
 * Checks the refcount table's entries and counts the refcount blocks. A block that anything else refers
 * to as well makes the stored refcounts worthless, so it is reported even when counted correctly.
 */
export async function checkRefcountTable(run: CheckRun): Promise<void> {
  const { stored, subject, counts, log } = run
  const tableOffset = subject.refcountTable.offset
  for (let index = 0; index < stored.entries; index++) {
    const offset = stored.offsetOf(index)
    const at = tableOffset + index * 8
    const damaged = (rule: string, harm: 'structure' | 'refcounts', what: string) => {
      log.add('corruption', harm, 1, () => ({
        rule,
        structure: 'refcount table',
        offset: at,
        reference: { structure: 'refcount table', offset: at },
        text: `Entry ${index} of the refcount table ${what}.`,
      }))
    }
    if (stored.hasReservedBits(index)) {
      if (run.reports) damaged('refcount-table-reserved-bits', 'structure', 'has reserved bits set')
      continue
    }
    if (offset === 0) continue
    if (!stored.isAligned(index)) {
      const what = `refers to ${hex(offset)}, which is no multiple of the cluster size`
      if (run.reports) damaged('refcount-block-unaligned', 'structure', what)
      continue
    }
    const cluster = offset / subject.clusterSize
    if (cluster >= clusterCount(run)) {
      const what = `refers to a refcount block at ${hex(offset)}, past the end of the file`
      if (run.reports) damaged('refcount-block-past-end', 'structure', what)
      continue
    }
    countRegion(run, { offset, length: subject.clusterSize, structure: 'refcount block' })
    const inWalk = cluster >= counts.first && cluster < counts.end
    if (inWalk && counts.get(cluster) !== 1) {
      const what = `refers to a refcount block at ${hex(offset)} that is used for something else too`
      damaged('refcount-block-shared', 'structure', what)
    }
    const turn = run.breath()
    if (turn !== undefined) await turn
  }
}
