import { unreachable } from '../base/assert.ts'
import { printable } from '../base/text.ts'
import type { SnapshotMark } from '../operations/done-change.ts'
import type { SnapshotInfo } from '../operations/image-info.ts'
import type { RestoreSnapshotPlan } from '../operations/kept-snapshot-plan.ts'
import type {
  AppliedSnapshotChange,
  ApplySnapshotPlan,
  DeletedSnapshotChange,
  DeleteSnapshotPlan,
  FreedSpace,
  SnapshotChange,
} from '../operations/snapshot-plan.ts'
import { asSentence, type ToldChange } from './told-change.ts'

/** What an action on a snapshot came to. A `change` that is undefined was only planned. */
export type SnapshotOutcome =
  | { readonly kind: 'create'; readonly change: SnapshotChange }
  | { readonly kind: 'rename'; readonly change: SnapshotChange; readonly oldName: string }
  | {
      readonly kind: 'apply'
      readonly plan: ApplySnapshotPlan
      /** The snapshot that is to keep the present state. */
      readonly keepAs: string | undefined
      readonly change: AppliedSnapshotChange | undefined
    }
  | {
      readonly kind: 'delete'
      readonly plan: DeleteSnapshotPlan
      readonly change: DeletedSnapshotChange | undefined
    }
  | {
      readonly kind: 'restore'
      readonly plan: RestoreSnapshotPlan
      readonly change: SnapshotChange | undefined
    }

/**
 * For behind the name of the image. `shown` makes a name from an image fit to be shown; each surface has its
 * own way.
 */
export function snapshotWords(outcome: SnapshotOutcome, shown: (name: string) => string): string {
  const nameOf = ({ id, name }: SnapshotInfo): string => `"${shown(name)}" (id ${shown(id)})`
  switch (outcome.kind) {
    case 'create':
      return `snapshot ${nameOf(outcome.change.snapshot)} taken`
    case 'rename':
      return `snapshot "${shown(outcome.oldName)}" is called ${nameOf(outcome.change.snapshot)} now`
    case 'apply': {
      const { plan, change } = outcome
      const verb = change === undefined ? 'would go back' : 'went back'
      return `${verb} to snapshot ${nameOf(plan.snapshot)}`
    }
    case 'delete': {
      const { plan, change } = outcome
      const snapshot = nameOf(plan.snapshot)
      return change === undefined
        ? `snapshot ${snapshot} would be deleted`
        : `snapshot ${snapshot} deleted`
    }
    case 'restore': {
      const { plan, change } = outcome
      return `snapshot ${nameOf(plan.snapshot)} ${change === undefined ? 'would be ' : ''}put back`
    }
    default:
      return unreachable(outcome)
  }
}

/** What the history keeps of it. */
export function tellOfSnapshot(outcome: SnapshotOutcome): ToldChange {
  const summary = asSentence(snapshotWords(outcome, printable))
  switch (outcome.kind) {
    case 'create': {
      const snapshot = markOf(outcome.change.snapshot)
      return { summary, facts: [], undo: { kind: 'snapshot-create', snapshot } }
    }
    case 'rename': {
      const snapshot = markOf(outcome.change.snapshot)
      const { oldName } = outcome
      return { summary, facts: [], undo: { kind: 'snapshot-rename', snapshot, oldName } }
    }
    case 'apply': {
      const { plan, change } = outcome
      if (change?.kept === undefined) return { summary, facts: spaceFacts('Lost', change?.lost) }
      const applied = markOf(plan.snapshot)
      const kept = markOf(change.kept)
      const facts = [{ label: 'Present state kept as', text: kept.name }]
      return { summary, facts, undo: { kind: 'snapshot-apply', applied, kept } }
    }
    case 'delete': {
      const { plan, change } = outcome
      const facts = spaceFacts('Freed', change?.freed)
      if (change?.kept === undefined) return { summary, facts }
      const { path: kept } = change.kept
      const undo = { kind: 'snapshot-delete', snapshot: markOf(plan.snapshot), kept } as const
      return { summary, facts: [...facts, { label: 'Kept in', text: kept }], undo }
    }
    case 'restore':
      // The file that keeps it stays: deleting the snapshot again loses nothing.
      return { summary, facts: [{ label: 'Kept in', text: outcome.plan.kept.path }] }
    default:
      return unreachable(outcome)
  }
}

const markOf = ({ id, name, createdAt }: SnapshotInfo): SnapshotMark => ({ id, name, createdAt })

const spaceFacts = (label: string, space: FreedSpace | undefined): ToldChange['facts'] =>
  space === undefined ? [] : [{ label, bytes: space.dataBytes + space.tableBytes }]
