import {
  formatBytes,
  formatInstant,
  snapshotWords,
  unreachable,
  type AppliedSnapshotChange,
  type FreedSpace,
  type KeepingBytes,
  type KeptSnapshot,
  type ListedSnapshot,
  type RestoreWarning,
  type SnapshotInfo,
  type SnapshotOutcome,
} from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { formatTable } from '../terminal/table.ts'
import { changeWords } from './compact-words.ts'

/** What `snapshot` came to. A `change` that is undefined was only planned. */
export type SnapshotAnswer =
  { readonly kind: 'list'; readonly snapshots: readonly ListedSnapshot[] } | SnapshotOutcome

export function describeSnapshots(
  path: string,
  answer: SnapshotAnswer,
  layout: TextLayout,
): string {
  const name = layout.paint(printable(path), 'strong')
  if (answer.kind === 'list') {
    const { snapshots } = answer
    if (snapshots.length === 0) return `${name}: no snapshots`
    return `${name}:\n${snapshotTable(snapshots, layout)}`
  }
  const isDone = answer.change !== undefined
  const lines = [`${name}: ${snapshotWords(answer, printable)}`]
  const facts = factsOf(answer)
  if (facts.length > 0) lines.push(formatFacts(facts, layout.paint))
  if (!isDone) lines.push('  Nothing was changed.')
  return lines.join('\n')
}

function snapshotTable(snapshots: readonly ListedSnapshot[], { paint, width }: TextLayout): string {
  const columns = [
    { title: 'ID', align: 'right' },
    { title: 'NAME', shrinks: true },
    { title: 'TAKEN' },
    { title: 'VM STATE', align: 'right' },
    { title: 'DISK', align: 'right' },
    { title: 'ALONE', align: 'right' },
    { title: 'SHARED', align: 'right' },
  ] as const
  const rows = snapshots.map(({ id, name, createdAt, vmStateSize, diskSize, usage }) => [
    id,
    name,
    formatInstant(createdAt),
    vmStateSize === 0 ? '-' : formatBytes(vmStateSize),
    formatBytes(diskSize),
    usage === undefined ? '?' : formatBytes(usage.exclusiveBytes),
    usage === undefined ? '?' : formatBytes(usage.sharedBytes),
  ])
  return formatTable(columns, rows, { paint, width, indent: 2 })
}

function factsOf(answer: SnapshotOutcome): Fact[] {
  switch (answer.kind) {
    case 'create':
      return [['Taken', formatInstant(answer.change.snapshot.createdAt)]]
    case 'rename':
      return []
    case 'apply':
      return applyFacts(answer)
    case 'delete': {
      const { plan, change } = answer
      const { vmStateSize } = plan.snapshot
      return [
        ['Taken', formatInstant(plan.snapshot.createdAt)],
        ...(vmStateSize > 0
          ? [['VM state', `${formatBytes(vmStateSize)}, goes too`] as const]
          : []),
        [change === undefined ? 'Would free' : 'Freed', spaceWords(change?.freed ?? plan.freed)],
        ...(change === undefined ? keepingFacts(plan.keeping) : keptInFacts(change.kept)),
      ]
    }
    case 'restore': {
      const { plan, change } = answer
      const { kept, bytesWritten, warnings } = plan
      return [
        ['Taken', formatInstant(plan.snapshot.createdAt)],
        ['Kept in', `${printable(kept.path)} (${formatBytes(kept.bytes)})`],
        ...(change === undefined
          ? [['Would write', `${formatBytes(bytesWritten)} at most`] as const]
          : []),
        ...warnings.map((warning) => ['Note', restoreWarnings[warning]] as const),
      ]
    }
    default:
      return unreachable(answer)
  }
}

const restoreWarnings = {
  'id-taken': 'another snapshot has its id by now, so it gets a new one',
  'backing-changed':
    'the image has another backing file by now; what the snapshot has from there may be other data',
} as const satisfies Record<RestoreWarning, string>

function keepingFacts(keeping: KeepingBytes | undefined): Fact[] {
  if (keeping === undefined) return []
  const { own, whole } = keeping
  const size = `${formatBytes(own)} at most, ${formatBytes(whole)} with --whole`
  return [['To keep it', `add --keep FILE (${size})`]]
}

function keptInFacts(kept: KeptSnapshot | undefined): Fact[] {
  if (kept === undefined) return []
  const until =
    kept.content === 'whole' ? 'can be undone at any time' : 'can be undone until somebody writes'
  return [['Kept in', `${printable(kept.path)} (${formatBytes(kept.bytes)}), ${until}`]]
}

function applyFacts({
  plan,
  keepAs,
  change,
}: Extract<SnapshotAnswer, { readonly kind: 'apply' }>): Fact[] {
  const { snapshot, before, after, bitmapsLost } = plan
  const lost = change?.lost ?? plan.lost
  return [
    ['Taken', formatInstant(snapshot.createdAt)],
    ['Virtual size', changeWords(before.virtualSize, after.virtualSize)],
    keepAs === undefined
      ? [change === undefined ? 'Would lose' : 'Lost', lostWords(lost)]
      : keptFact(keepAs, change),
    ...(bitmapsLost.length > 0
      ? [['Bitmaps', `no longer valid: ${bitmapsLost.join(', ')}`] as const]
      : []),
    ...(change === undefined && keepAs === undefined && lost !== undefined && lost.dataBytes > 0
      ? [['To keep it', 'add --take NAME'] as const]
      : []),
  ]
}

function keptFact(keepAs: string, change: AppliedSnapshotChange | undefined): Fact {
  if (change?.kept !== undefined) {
    return ['Kept', `what was there before is snapshot ${nameOf(change.kept)}`]
  }
  return ['Would keep', `the present state as snapshot "${printable(keepAs)}"`]
}

const nameOf = ({ id, name }: SnapshotInfo): string => `"${printable(name)}" (id ${printable(id)})`

const lostWords = (lost: FreedSpace | undefined): string =>
  lost?.dataBytes === 0 && lost.tableBytes === 0
    ? 'nothing: the present state is in a snapshot, too'
    : `${spaceWords(lost)} that only the present state had`

const spaceWords = (space: FreedSpace | undefined): string =>
  space === undefined
    ? 'what cannot be told, as the tables are,'
    : `${formatBytes(space.dataBytes)} of data and ${formatBytes(space.tableBytes)} of tables`
