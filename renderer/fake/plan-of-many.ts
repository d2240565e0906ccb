import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'

type BatchPlan = Awaited<ReturnType<Client<Contract>['plans.batch']>>

export function madeUpBatch(rows: readonly LibraryRow[]): BatchPlan {
  const reasonOf = ({ use, missingSince, format }: LibraryRow): string | undefined => {
    if (missingSince !== undefined) return 'The file is missing'
    if (use.state === 'writing') return 'In use by a VM'
    return format === 'vmdk' ? 'Platter cannot change this format' : undefined
  }
  const included = rows.filter((row) => reasonOf(row) === undefined)
  return {
    included: included.map(({ id }) => ({ imageId: id })),
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
