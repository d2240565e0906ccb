import { breather } from '../../base/abort.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { refcountAccess } from '../format/refcount-block.ts'
import { StoredBlocks } from '../restructure/stored-blocks.ts'
import type { SurveyedUse } from './punch-layout.ts'
import { use } from './survey.ts'
import { writeChangedSectors } from '../tables/write-changed-sectors.ts'

/**
 * Writes refcount 0 for every leaked cluster of a survey, in place; gives how many there were. Each count
 * is right by itself, so whatever of this a power cut keeps is as good as before or better. Flushes
 * nothing. Throws `structure-damaged` when a refcount block lies where something else is.
 */
export async function releaseLeaked(
  file: WritableFile,
  { kinds, area }: SurveyedUse,
  { signal, pause }: OperationContext = {},
): Promise<number> {
  const { clusterSize, refcountOrder, refcountBlockEntries: perBlock } = area.geometry
  const access = refcountAccess(refcountOrder)
  const breathe = breather(signal, { pause })
  const blocks = new StoredBlocks(file, area)
  const block = new Uint8Array(clusterSize)
  let released = 0
  for (let at = kinds.indexOf(use.leaked); at >= 0;) {
    const index = Math.floor(at / perBlock)
    const end = Math.min((index + 1) * perBlock, kinds.length)
    const offset = blocks.offsetOf(index)
    if (!blocks.isReadable(index) || kinds[offset / clusterSize] !== use.refcountBlock) {
      throw new ImageError('structure-damaged', {
        path: file.name,
        structure: 'refcount table',
        offset: area.header.refcountTableOffset + index * 8,
        found: `a refcount block at 0x${offset.toString(16)}`,
        expected: 'the place of a refcount block',
      })
    }
    file.readNow(block, offset, 'refcount-block')
    const before = block.slice()
    for (; at < end; at++) {
      if (kinds[at] !== use.leaked) continue
      access.set(block, at % perBlock, 0)
      released++
    }
    writeChangedSectors(file, offset, before, block)
    at = kinds.indexOf(use.leaked, end)
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return released
}
