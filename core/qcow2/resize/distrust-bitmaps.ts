import type { ImageTables } from '../tables/image-tables.ts'
import { markBitmapsInUse } from '../write/bitmaps-in-use.ts'

/** Before a disk gets another size: every bitmap has as many bits as it had. Durable. */
export async function distrustBitmaps({ file, area }: ImageTables): Promise<void> {
  if (markBitmapsInUse(file, area, 'all') === 'marked') await file.flush()
}
