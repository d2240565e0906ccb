import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { BatchNote, SkipReason } from '../../ipc/schemas/batch.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'

type Asked = Parameters<Client<Contract>['plans.batch']>[0]['request']
type BatchPlan = Awaited<ReturnType<Client<Contract>['plans.batch']>>

/** @param changed Of undoing a batch: the images that it changed. */
export function madeUpBatch(
  request: Asked,
  rows: readonly LibraryRow[],
  changed: ReadonlySet<number>,
): BatchPlan {
  if (request.kind === 'undo') return madeUpUndo(rows, changed)
  const isOfFiles = request.kind === 'move' || request.kind === 'trash'
  const reasonOf = (row: LibraryRow): SkipReason | undefined => {
    const { missingSince, format, formatLabel } = row
    if (missingSince !== undefined) return { kind: 'missing' }
    if (isOfFiles) return againstFile(request, row)
    if (row.health === 'cannot-read' && 'parameters' in request) return { kind: 'unreadable' }
    return format === 'vmdk' ? { kind: 'format', format, label: formatLabel } : undefined
  }
  const included = rows.filter((row) => reasonOf(row) === undefined)
  const bytes = included.reduce((sum, { fileLength }) => sum + fileLength, 0)
  return {
    included: included.map((row) => {
      const note = noteOf(request, row)
      return { imageId: row.id, ...(note !== undefined && { note }) }
    }),
    skipped: rows.flatMap((row) => {
      const reason = reasonOf(row)
      return reason === undefined ? [] : [{ imageId: row.id, reason }]
    }),
    volumes: [{ folder: '/srv/vm', images: included.length, bytes, freeBytes: 412 * 2 ** 30 }],
    estimatedSeconds: 90,
    ...(request.kind === 'move' && { copied: { bytes, freeBytes: 412 * 2 ** 30 } }),
  }
}

/** Of one the file was changed since. */
function madeUpUndo(rows: readonly LibraryRow[], changed: ReadonlySet<number>): BatchPlan {
  const included = rows.filter(({ id }) => changed.has(id))
  return {
    included: included.map(({ id }, index) => ({
      imageId: id,
      ...(index === 1 && { note: { kind: 'changed-since' as const } }),
    })),
    skipped: rows
      .filter(({ id }) => !changed.has(id))
      .map(({ id }) => ({
        imageId: id,
        reason: { kind: 'no-undo', because: 'nothing-changed' } as const,
      })),
    volumes: [],
  }
}

function againstFile(
  request: Asked,
  { use, usedBy: [machine], childCount, location }: LibraryRow,
): SkipReason | undefined {
  if (use.state === 'writing') return { kind: 'in-use', holder: holderOf(use) }
  if (request.kind === 'move') {
    return 'folder' in request.parameters && request.parameters.folder === location
      ? { kind: 'there-already' }
      : undefined
  }
  if (machine !== undefined) return { kind: 'vm', vm: machine.vm }
  return childCount > 0 ? { kind: 'overlays-stay', count: childCount } : undefined
}

function noteOf(
  request: Asked,
  { use, childCount, usedBy: [machine] }: LibraryRow,
): BatchNote | undefined {
  if (use.state === 'writing') return { kind: 'in-use', holder: holderOf(use) }
  if (request.kind !== 'move') return undefined
  if (machine !== undefined) return { kind: 'vm', vm: machine.vm }
  return childCount > 0 ? { kind: 'overlays-told', count: childCount } : undefined
}

const holderOf = ({ holders: [holder] }: LibraryRow['use']): string =>
  holder?.vm ?? holder?.name ?? 'qemu-system-x86_64'
