import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { BatchNote, SkipReason } from '../../ipc/schemas/batch.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'

type Asked = Parameters<Client<Contract>['plans.batch']>[0]['request']
type BatchPlan = Awaited<ReturnType<Client<Contract>['plans.batch']>>

export function madeUpBatch(request: Asked, rows: readonly LibraryRow[]): BatchPlan {
  if (request.kind === 'undo') return madeUpUndo(rows)
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

/** Of some the file was changed since, and one had nothing done to it. */
function madeUpUndo(rows: readonly LibraryRow[]): BatchPlan {
  const [untouched, ...others] = rows
  return {
    included: others.map(({ id }, index) => ({
      imageId: id,
      ...(index === 1 && { note: { kind: 'changed-since' as const } }),
    })),
    skipped:
      untouched === undefined
        ? []
        : [{ imageId: untouched.id, reason: { kind: 'no-undo', because: 'nothing-changed' } }],
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
