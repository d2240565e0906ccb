import { clusterCount, hex, type CheckRun } from './check-run.ts'

/**
 * Blind spot of QEMU's check, which compares refcounts up to the end of the file only: clusters past the
 * end that are counted as used. They are what a cut file leaves behind.
 */
export function reportRefcountsPastEnd(run: CheckRun): void {
  const { stored, subject, log } = run
  const clusters = clusterCount(run)
  const { perBlock } = stored
  const buffer = new Uint8Array(subject.clusterSize)
  let first = -1
  let count = 0
  for (let index = Math.floor(clusters / perBlock); index < stored.entries; index++) {
    const block = stored.block(index)
    if (block.kind !== 'present' || block.offset >= subject.fileLength) continue
    stored.readBlock(buffer, block.offset)
    for (let at = Math.max(0, clusters - index * perBlock); at < perBlock; at++) {
      if (stored.access.get(buffer, at) === 0) continue
      if (first < 0) first = index * perBlock + at
      count++
    }
  }
  if (count === 0) return
  log.add('warning', 'refcounts', 1, () => ({
    rule: 'refcounts-past-end',
    structure: 'refcount block',
    offset: first * subject.clusterSize,
    text: `${count} ${count === 1 ? 'cluster' : 'clusters'} past the end of the file ${count === 1 ? 'is' : 'are'} counted as used, the first at ${hex(first * subject.clusterSize)}: the file was probably cut.`,
  }))
}
