import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { snapshotsTexts } from './snapshots-texts.ts'

export interface ReadOnlyReason {
  readonly title: string
  readonly detail?: string
}

/** Why the snapshots of an image can only be looked at; undefined when they can be changed. */
export function whyReadOnly(row: LibraryRow): ReadOnlyReason | undefined {
  const words = snapshotsTexts().tab
  if (row.use.state === 'writing' || row.use.state === 'reading') {
    const [holder] = row.use.holders
    const who = holder?.vm ?? holder?.name ?? words.somebody
    return { title: words.inUse, detail: words.inUseMeaning(who) }
  }
  return row.readOnly ? { title: words.readOnly } : undefined
}
