import { hasBit, word64 } from '../../base/word64.ts'
import { autoclear } from '../format/features.ts'
import type { ImageTables } from '../tables/image-tables.ts'
import { markBitmapsInUse } from './bitmaps-in-use.ts'

/** `guest data` is a change too. */
export type ChangeKind = 'a change' | 'guest data'

/** What must be durable before the change is begun. */
export interface Announcement {
  readonly flushFirst: boolean
  readonly commit: boolean
}

/**
 * What a writer owes to others before it changes anything: autoclear bits that it does not know are
 * cleared, for what they vouch for is no longer kept up ("autoclear_features", qcow2 specification); and
 * before guest data changes, bitmaps that would have to record it are marked.
 */
export function announce(tables: ImageTables, change: ChangeKind): Announcement {
  const { file, area } = tables
  const marked = change === 'guest data' ? markBitmapsInUse(file, area) : 'nothing-to-mark'
  const bits = area.header.autoclearFeatures
  const known = [autoclear.dataFileRaw, ...(marked === 'damaged' ? [] : [autoclear.bitmaps])]
  const kept = word64(
    0,
    known.filter((bit) => hasBit(bits, bit)).reduce<number>((sum, bit) => sum + 2 ** bit, 0),
  )
  const clears = kept.high !== bits.high || kept.low !== bits.low
  if (clears) tables.setHeader({ autoclearFeatures: kept })
  return { flushFirst: marked === 'marked', commit: clears }
}
