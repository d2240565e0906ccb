import { UsageError } from '../usage-error.ts'

/** What is to be done with which snapshot. */
export type SnapshotAction =
  | { readonly kind: 'list' }
  | { readonly kind: 'create' | 'apply' | 'delete'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly newName: string }
  /** `name`: the file that keeps it. */
  | { readonly kind: 'restore'; readonly name: string }

export interface SnapshotFlags {
  readonly id: boolean
  readonly take: string | undefined
  readonly keep: string | undefined
  readonly whole: boolean
  readonly dryRun: boolean
}

const actions = ['list', 'create', 'apply', 'delete', 'rename', 'restore'] as const

/** Reads the words after the file, and whether the options go with them. Throws UsageError. */
export function snapshotAction(words: readonly string[], flags: SnapshotFlags): SnapshotAction {
  const [word = 'list', name, newName] = words
  const kind = actions.find((action) => action === word)
  if (kind === undefined) {
    throw new UsageError(
      `"${word}" is no action: ${actions.join(', ')}. Snapshots are named after it.`,
    )
  }
  mustFit(kind, flags)
  if (kind === 'list') {
    if (name !== undefined) throw new UsageError('list takes no name: it lists all snapshots.')
    return { kind }
  }
  if (name === undefined) {
    throw new UsageError(
      kind === 'restore'
        ? 'restore needs the file that keeps the snapshot.'
        : `${kind} needs the name of the snapshot.`,
    )
  }
  if (kind === 'rename') {
    if (newName === undefined) throw new UsageError('rename needs the new name, too.')
    return { kind, name, newName }
  }
  if (newName !== undefined) throw new UsageError(`${kind} takes one name, not "${newName}", too.`)
  return { kind, name }
}

function mustFit(
  kind: SnapshotAction['kind'],
  { id, take, keep, whole, dryRun }: SnapshotFlags,
): void {
  if (take !== undefined && kind !== 'apply') throw new UsageError('--take goes with apply.')
  if (keep !== undefined && kind !== 'delete') throw new UsageError('--keep goes with delete.')
  if (whole && keep === undefined) throw new UsageError('--whole goes with --keep.')
  if (id && !['apply', 'delete', 'rename'].includes(kind)) {
    throw new UsageError('--id goes with apply, delete and rename.')
  }
  if (dryRun && !['apply', 'delete', 'restore'].includes(kind)) {
    throw new UsageError('--dry-run goes with apply, delete and restore: the others lose nothing.')
  }
}
