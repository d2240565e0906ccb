import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'

type Snapshots = Awaited<ReturnType<Client<Contract>['images.snapshots']>>

const names = ['clean install', 'before upgrade', 'nightly', 'works', 'tuned', 'final']
/** Which one each went on from: somebody went back to the second and on from there. */
const parents = [undefined, 0, 1, 1, 3, 4]

export function madeUpSnapshots(row: LibraryRow): Snapshots {
  const count = row.snapshotCount ?? 0
  const size = row.virtualSize ?? row.fileLength
  const onDisk = row.onDisk ?? row.fileLength
  return {
    snapshots: Array.from({ length: count }, (_, index) => {
      const parent = parents[index]
      return {
        id: String(index + 1),
        name: names[index] ?? `snapshot ${index + 1}`,
        createdAt: row.modifiedAt - (6 - index) * 86_400_000 * 9,
        vmStateSize: index % 3 === 2 ? 1_400_000_000 : 0,
        diskSize: size,
        exclusiveBytes: Math.floor(onDisk / (7 + index * 3)),
        sharedBytes: Math.floor(onDisk / 2),
        ...(parent !== undefined && { parentId: String(parent + 1) }),
      }
    }),
    ...(count > 0 && { currentParentId: String(count) }),
  }
}
