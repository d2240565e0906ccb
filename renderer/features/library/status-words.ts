import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { relativeDate } from '../../format/dates.ts'
import { unreachable } from '../../unreachable.ts'
import type { IconName } from '../../ui/icon.tsx'

export interface StatusWords {
  readonly text: string
  readonly icon?: IconName
  readonly tone: 'plain' | 'muted' | 'warn' | 'bad'
  /** The whole truth, for the tooltip. */
  readonly detail?: string
}

/** What is going on with the file itself; jobs of ours are shown in its place while they run. */
export function statusOf(row: LibraryRow, now: number): StatusWords {
  if (row.missingSince !== undefined) {
    return {
      text: 'Missing',
      icon: 'missing',
      tone: 'muted',
      detail: `Not at ${row.path} since ${relativeDate(row.missingSince, now)}. What was known of it is kept.`,
    }
  }
  if (row.error !== undefined) {
    const { title, detail } = row.error.explanation
    return { text: 'Cannot read', icon: 'dash-circle', tone: 'bad', detail: `${title}\n${detail}` }
  }
  const [holder] = row.use.holders
  const who = holder === undefined ? 'a program' : (holder.vm ?? holder.name)
  const evidence = row.use.holders
    .map(({ name, pid, vm }) => `${name} (PID ${pid}${vm === undefined ? '' : `, VM ${vm}`})`)
    .join('\n')
  switch (row.use.state) {
    case 'writing':
      return {
        text: `In use: ${who}`,
        icon: 'lock',
        tone: 'warn',
        detail: `Open for writing by ${evidence || 'a program that cannot be named'}.\nWhat is read from it may lag behind.`,
      }
    case 'reading':
      return {
        text: `Read by ${who}`,
        icon: 'eye',
        tone: 'plain',
        detail: `Open for reading by ${evidence || 'a program that cannot be named'}.`,
      }
    case 'unknown':
      return {
        text: 'Unknown',
        tone: 'muted',
        detail: 'This system does not tell whether a program has the file open.',
      }
    case 'free':
      return row.backing?.state === 'missing'
        ? {
            text: 'Backing missing',
            icon: 'link',
            tone: 'bad',
            detail: `Its backing file ${row.backing.name} is not there.`,
          }
        : { text: 'Idle', tone: 'muted' }
    default:
      return unreachable(row.use.state)
  }
}
