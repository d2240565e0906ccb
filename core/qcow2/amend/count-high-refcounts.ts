import { breather } from '../../base/abort.ts'
import { isAligned } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { refcountTableEntries } from '../format/header-rules.ts'
import { refcountAccess, refcountBlockOffset } from '../format/refcount-block.ts'
import { readWordTable } from '../word-table.ts'

/** How many clusters the stored refcounts give more than `limit` references. */
export async function countHighRefcounts(
  file: BlockFile,
  { header, geometry }: HeaderArea,
  limit: number,
  { signal, pause: gate, onProgress }: OperationContext = {},
): Promise<number> {
  const breathe = breather(signal, { pause: gate })
  const entries = refcountTableEntries(header, geometry)
  const at = header.refcountTableOffset
  const table = readWordTable(file, { at, entries, tag: 'refcount-table' })
  const access = refcountAccess(geometry.refcountOrder)
  const block = new Uint8Array(geometry.clusterSize)
  let high = 0
  for (let index = 0; index < entries; index++) {
    const offset = refcountBlockOffset(table[2 * index + 1] ?? 0, table[2 * index] ?? 0)
    if (offset === 0) continue
    if (!isAligned(offset, geometry.clusterSize) || offset >= file.size()) {
      throw new ImageError('structure-damaged', {
        path: file.name,
        structure: 'refcount table entry',
        offset: at + index * 8,
        found: `a refcount block at ${offset}`,
        expected: 'the offset of a cluster in the file',
      })
    }
    file.readNow(block, offset, 'refcount-block')
    for (let entry = 0; entry < geometry.refcountBlockEntries; entry++) {
      if (access.get(block, entry) > limit) high++
    }
    const pause = breathe()
    if (pause === undefined) continue
    onProgress?.({ phase: 'refcounts', done: index, total: entries, unit: 'clusters' })
    await pause
  }
  return high
}
