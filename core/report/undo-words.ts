import { unreachable } from '../base/assert.ts'
import type { AmendableOptions } from '../operations/amend-plan.ts'
import type { DoneChange } from '../operations/done-change.ts'
import { formatBytes, formatPlural } from './format-quantity.ts'

/** How names from inside an image are shown. */
type Shown = (name: string) => string

/** What was done, for behind the name of the image; `shown` as in `snapshotWords`. */
export function doneWords(change: DoneChange, shown: Shown): string {
  switch (change.kind) {
    case 'grow':
      return `grew from ${formatBytes(change.before)} to ${formatBytes(change.after)}`
    case 'shrink':
      return `shrank from ${formatBytes(change.before)} to ${formatBytes(change.after)}, and the end was kept`
    case 'amend':
      return `options changed to ${optionWords(change.after)}`
    case 'snapshot-create':
      return `snapshot "${shown(change.snapshot.name)}" taken`
    case 'snapshot-rename':
      return `snapshot "${shown(change.oldName)}" renamed to "${shown(change.snapshot.name)}"`
    case 'snapshot-apply':
      return `snapshot "${shown(change.applied.name)}" applied`
    case 'snapshot-delete':
      return `snapshot "${shown(change.snapshot.name)}" deleted, and kept`
    case 'relink':
      return `backing file named ${shown(change.after.name)}`
    default:
      return unreachable(change)
  }
}

/** What taking it back gives, as part of a sentence. */
export function returningWords(change: DoneChange, shown: Shown): string {
  switch (change.kind) {
    case 'grow':
      return `a disk of ${formatBytes(change.before)}`
    case 'shrink':
      return `a disk of ${formatBytes(change.before)}, with what was cut off`
    case 'amend':
      return optionWords(change.before)
    case 'snapshot-create':
      return 'the image without that snapshot'
    case 'snapshot-rename':
      return `the name "${shown(change.oldName)}"`
    case 'snapshot-apply':
      return `the state that was kept as "${shown(change.kept.name)}", and that snapshot goes`
    case 'snapshot-delete':
      return `the snapshot "${shown(change.snapshot.name)}"`
    case 'relink':
      return `the backing file ${shown(change.before.name)}`
    default:
      return unreachable(change)
  }
}

const optionWords = ({ version, refcountBits, lazyRefcounts }: AmendableOptions): string =>
  `version ${version}, refcounts of ${formatPlural(refcountBits, 'bit')}${lazyRefcounts ? ', lazy' : ''}`

/** The same of a repair; `damage`: what was wrong with them, where that is known. */
export function repairReturnsWords(
  bytesRestored: number,
  shorterBy: number,
  damage?: string,
): string {
  const wrong = damage === undefined ? '' : `, with what was wrong: ${damage}`
  const shorter = shorterBy === 0 ? '' : `; the file is ${formatBytes(shorterBy)} shorter`
  return `the tables from before (${formatBytes(bytesRestored)})${wrong}${shorter}`
}
