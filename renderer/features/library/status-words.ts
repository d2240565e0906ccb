import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { relativeDate } from '../../format/dates.ts'
import { explain } from '../../state/explain-error.ts'
import { texts } from '../../texts/texts.ts'
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
  const words = texts().library.status
  if (row.missingSince !== undefined) {
    return {
      text: words.missing,
      icon: 'missing',
      tone: 'muted',
      detail: words.missingDetail(row.path, relativeDate(row.missingSince, now)),
    }
  }
  if (row.error !== undefined) {
    const { title, detail } = explain(row.error)
    return {
      text: words.cannotRead,
      icon: 'dash-circle',
      tone: 'bad',
      detail: `${title}\n${detail}`,
    }
  }
  const who = whoHolds(row)
  const evidence =
    row.use.holders.map(({ name, pid, vm }) => words.holder(name, pid, vm)).join('\n') ||
    words.unnamed
  switch (row.use.state) {
    case 'writing':
      return {
        text: words.inUse(who),
        icon: 'lock',
        tone: 'warn',
        detail: words.inUseDetail(evidence),
      }
    case 'reading':
      return {
        text: words.readBy(who),
        icon: 'eye',
        tone: 'plain',
        detail: words.readByDetail(evidence),
      }
    case 'unknown':
      return { text: words.unknown, tone: 'muted', detail: words.unknownDetail }
    case 'free':
      return freeStatus(row)
    default:
      return unreachable(row.use.state)
  }
}

/** Programs that open an image to run a machine on it. */
const runsMachines = /^(qemu|kvm|vbox|virtualbox|vmware|limactl|utm)/i

/** The VM's name where the program tells it, or where one machine only can be meant; else the program's. */
function whoHolds({ use, usedBy }: LibraryRow): string {
  const [holder] = use.holders
  const [machine, another] = usedBy
  const isMachine = holder === undefined || runsMachines.test(holder.name)
  const meant = isMachine && another === undefined ? machine?.vm : undefined
  return holder?.vm ?? meant ?? holder?.name ?? texts().library.status.someProgram
}

function freeStatus(row: LibraryRow): StatusWords {
  const { status: words, usedBy: named, sources } = texts().library
  if (row.backing?.state === 'missing') {
    return {
      text: words.backingMissing,
      icon: 'link',
      tone: 'bad',
      detail: words.backingMissingDetail(row.backing.name),
    }
  }
  const vms = row.usedBy.map(({ vm, source }) => named(vm, sources[source])).join(', ')
  if (row.readOnly) {
    return { text: words.readOnly, icon: 'eye', tone: 'muted', detail: words.readOnlyDetail }
  }
  return vms === ''
    ? { text: words.idle, tone: 'muted' }
    : { text: words.idle, tone: 'muted', detail: words.idleFor(vms) }
}
