import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import { formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'

interface Mark {
  readonly kind: 'data' | 'gpt'
  readonly at: number
}

/** Positions that matter for a new size and are no partition. */
export function marksOf({ contentEnd, storedEnd, table }: DiskLayout): readonly Mark[] {
  const dataEnd = contentEnd ?? storedEnd
  const gpt = table?.backupHeaderAt
  return [
    ...(dataEnd === undefined || dataEnd === 0 ? [] : [{ kind: 'data', at: dataEnd } as const]),
    ...(gpt === undefined ? [] : [{ kind: 'gpt', at: gpt } as const]),
  ]
}

export interface DiskMarksProps {
  readonly layout: DiskLayout
  readonly isStretched: boolean
}

/** What the signs in the picture mean, with their places in words. */
export function DiskMarks({ layout, isStretched }: DiskMarksProps) {
  const units = useSettings((state) => state.settings.units)
  const { legend, smallWidened, faulty } = texts().disk
  const words = {
    data: layout.contentEnd === undefined ? legend.storedEnd : legend.contentEnd,
    gpt: legend.gptCopy,
  }
  const marks = marksOf(layout)
  const fault = layout.table?.fault
  if (marks.length === 0 && !isStretched && fault === undefined) return null
  return (
    <ul className="disk-legend" aria-label={legend.title}>
      {marks.map(({ kind, at }) => (
        <li key={kind}>
          <span className={`disk-mark-sign disk-mark-${kind}`} aria-hidden="true" />
          {words[kind](formatBytes(at, units))}
        </li>
      ))}
      {isStretched && <li>{smallWidened}</li>}
      {fault !== undefined && <li className="disk-fault">{faulty(fault)}</li>}
    </ul>
  )
}
