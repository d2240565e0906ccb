import { unreachable } from '../base/assert.ts'
import { alignUp } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import type { OperationContext } from '../progress.ts'
import { L1_ENTRY_BYTES } from '../qcow2/format/constants.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { hasTablesOf } from '../qcow2/snapshot/has-tables-of.ts'
import { SnapshotList } from '../qcow2/snapshot/snapshot-list.ts'
import type { AmendableOptions, AmendOptions } from './amend-plan.ts'
import type { ContentScan } from './content-scan.ts'
import type { DoneChange, SnapshotMark, UndoAction, UndoChangePlan } from './done-change.ts'
import type { Host } from './host.ts'
import type { SnapshotInfo } from './image-info.ts'
import { planAmend } from './plan-amend.ts'
import { planRelinkBack } from './plan-relink.ts'
import { planResize } from './plan-resize.ts'
import { planRestoreCut } from './restore-cut.ts'
import { planApplySnapshot } from './snapshot-apply.ts'
import { planRestoreSnapshot } from './snapshot-restore.ts'
import { planDeleteSnapshot } from './snapshot-delete.ts'
import { listSnapshots } from './snapshot-list.ts'
import type { ResizePlan } from './resize-plan.ts'
import type { FreedSpace } from './snapshot-plan.ts'

export interface UndoChangeOptions extends OperationContext {
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
}

/**
 * Content bytes to read past the end that a disk is to have again. More is there only where space was
 * written beforehand or a guest used it, and a list of what can be undone must not take minutes.
 */
const SCAN_LIMIT = 4 * 2 ** 30

/**
 * Whether a change can be taken back without losing anything that came after it; changes nothing. What the
 * image says decides, not how long ago it was: a disk that grew shrinks again as long as its new part
 * holds nothing, options go back when they are what the change left, a snapshot when the disk still reads
 * as it does. Throws what makes the image unreadable, and `cancelled`; all else is the plan's refusal.
 */
export async function planUndoChange(
  host: Host,
  path: string,
  change: DoneChange,
  context: UndoChangeOptions = {},
): Promise<UndoChangePlan> {
  try {
    const action = await actionFor(host, path, change, context)
    return { path, change, action, refusal: undefined }
  } catch (thrown) {
    const error = ImageError.from(thrown, { path })
    if (!isRefusal(error)) throw error
    return { path, change, action: undefined, refusal: error.toJSON() }
  }
}

/** What speaks of the change and not of the file as a whole. */
const isRefusal = ({ kind, reason }: ImageError): boolean =>
  reason === 'snapshot-missing' ||
  ['invalid-argument', 'unsupported', 'corrupt', 'read-only', 'locked'].includes(kind)

async function actionFor(
  host: Host,
  path: string,
  change: DoneChange,
  { links, ...context }: UndoChangeOptions,
): Promise<UndoAction> {
  switch (change.kind) {
    case 'grow': {
      const { format, before: size } = change
      const wish = { ...context, format, links, size, scanLimit: SCAN_LIMIT }
      const planned = await planResize(host, path, wish)
      // The copy of a partition table that was moved out with the end moves back with it.
      const backupAt = planned.layout.table?.backupHeaderAt ?? 0
      const plan =
        backupAt < size ? planned : await planResize(host, path, { ...wish, moveGptBackup: true })
      mustHoldNothingNew(plan, change.after)
      return { kind: 'resize', plan }
    }
    case 'shrink': {
      const plan = await planRestoreCut(host, path, change.kept, { ...context, links })
      mustBe('size that is kept', plan.virtualSize.after, change.before)
      return { kind: 'restore-cut', plan }
    }
    case 'amend': {
      const plan = await planAmend(host, path, optionsOf(change.before), context)
      mustBe('version', plan.before.version, change.after.version)
      mustBe('refcount width in bits', plan.before.refcountBits, change.after.refcountBits)
      mustBe('lazy refcounts', onOff(plan.before), onOff(change.after))
      return { kind: 'amend', plan }
    }
    case 'snapshot-create': {
      await findMarked(host, path, change.snapshot)
      const snapshot = { id: change.snapshot.id }
      const plan = await planDeleteSnapshot(host, path, { ...context, snapshot })
      await mustBePresent(host, path, plan.snapshot, plan.freed)
      return { kind: 'delete-snapshot', plan }
    }
    case 'snapshot-rename': {
      await findMarked(host, path, change.snapshot)
      return { kind: 'rename-snapshot', id: change.snapshot.id, name: change.oldName }
    }
    case 'snapshot-delete': {
      const plan = await planRestoreSnapshot(host, path, change.kept, context)
      mustBe('id of the snapshot', plan.kept.snapshot.id, change.snapshot.id)
      return { kind: 'restore-snapshot', plan }
    }
    case 'relink':
      return { kind: 'relink', plan: await planRelinkBack(host, path, change, context) }
    case 'snapshot-apply': {
      await findMarked(host, path, change.kept)
      const applied = await findMarked(host, path, change.applied)
      const snapshot = { id: change.kept.id }
      const plan = await planApplySnapshot(host, path, { ...context, snapshot })
      await mustBePresent(host, path, applied, plan.lost)
      return { kind: 'apply-kept', plan }
    }
    default:
      return unreachable(change)
  }
}

/** Throws when the disk has another size by now, or something past the end that it is to have again. */
function mustHoldNothingNew(plan: ResizePlan, grownTo: number): void {
  mustBe('virtual size in bytes', plan.before.virtualSize, grownTo)
  const [refusal] = plan.refusals
  if (refusal !== undefined) throw ImageError.fromJSON(refusal)
  const { cut, partitionsCut } = plan
  const limit = plan.after.virtualSize
  if (partitionsCut.length > 0) {
    const found = `partition ${partitionsCut.join(', ')}`
    throw new ImageError('undo-end-in-use', { limit, found })
  }
  if (cut === undefined || cut.storedBytes === 0) return
  const { content } = cut
  if (content?.complete === true && content.dataBytes === 0) return
  throw new ImageError('undo-end-in-use', { limit, ...foundIn(content) })
}

function foundIn(content: ContentScan | undefined): { readonly found?: string } {
  if (content === undefined) return {}
  const { dataBytes, complete } = content
  if (dataBytes > 0) return { found: `${complete ? '' : 'at least '}${dataBytes} bytes of data` }
  return { found: 'more than Platter looks through for that' }
}

const optionsOf = ({ version, lazyRefcounts, refcountBits }: AmendableOptions): AmendOptions =>
  version === 2 ? { version } : { version, lazyRefcounts, refcountBits }

const onOff = ({ lazyRefcounts }: AmendableOptions): string => (lazyRefcounts ? 'on' : 'off')

function mustBe(field: string, found: string | number, expected: string | number): void {
  if (found !== expected) throw new ImageError('undo-changed-since', { field, found, expected })
}

/** The very snapshot that the change was about, under the name it left. */
async function findMarked(
  host: Host,
  path: string,
  { id, name, createdAt }: SnapshotMark,
): Promise<SnapshotInfo> {
  const listed = await listSnapshots(host, path, { usage: false })
  const found = listed.find(
    (snapshot) =>
      // Images have nanoseconds; who remembers a time may not.
      snapshot.id === id && Math.floor(snapshot.createdAt) === Math.floor(createdAt),
  )
  if (found === undefined) throw new ImageError('snapshot-missing', { field: 'id', id })
  mustBe(`name of snapshot ${id}`, `“${found.name}”`, `“${name}”`)
  return found
}

/**
 * The disk must read as `snapshot` does: then what would be let go of are copies. As long as nothing is
 * written the two share every L2 table, and the L1 table alone is anyone's own; what is written, or
 * discarded, takes an L2 table of its own.
 */
async function mustBePresent(
  host: Host,
  path: string,
  snapshot: SnapshotInfo,
  own: FreedSpace | undefined,
): Promise<void> {
  const id = snapshot.name
  if (own === undefined) throw new ImageError('undo-written-since', { id })
  await using file = await host.openFile(path)
  const area = readHeaderArea(file)
  const l1Bytes = alignUp(snapshot.l1Entries * L1_ENTRY_BYTES, area.geometry.clusterSize)
  const isShared = own.dataBytes === 0 && own.tableBytes <= l1Bytes
  // Also where one of them alone has nothing of its own: the other may have tables besides.
  const entry = new SnapshotList(file, area).find({ id: snapshot.id })
  if (isShared && hasTablesOf(file, area, entry)) return
  const found = `${own.dataBytes} bytes of data only one of them has`
  throw new ImageError('undo-written-since', { id, ...(own.dataBytes === 0 ? {} : { found }) })
}
