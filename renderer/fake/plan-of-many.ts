import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { SkipReason } from '../../ipc/schemas/batch.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'

type BatchPlan = Awaited<ReturnType<Client<Contract>['plans.batch']>>

export function madeUpBatch(rows: readonly LibraryRow[]): BatchPlan {
  const reasonOf = ({ missingSince, format, formatLabel }: LibraryRow): SkipReason | undefined => {
    if (missingSince !== undefined) return { kind: 'missing' }
    return format === 'vmdk' ? { kind: 'format', format, label: formatLabel } : undefined
  }
  const included = rows.filter((row) => reasonOf(row) === undefined)
  return {
    included: included.map(({ id, use }) => ({
      imageId: id,
      ...(use.state === 'writing' ? { note: { kind: 'in-use' as const, holder: 'web01' } } : {}),
    })),
    skipped: rows.flatMap((row) => {
      const reason = reasonOf(row)
      return reason === undefined ? [] : [{ imageId: row.id, reason }]
    }),
    volumes: [
      {
        folder: '/srv/vm',
        images: included.length,
        bytes: included.reduce((sum, { fileLength }) => sum + fileLength, 0),
        freeBytes: 412 * 2 ** 30,
      },
    ],
    estimatedSeconds: 90,
  }
}
