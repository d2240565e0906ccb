/** What made-up images have to do with each other and with virtual machines. */
import type { LibraryRow, VmReference } from '../../ipc/schemas/library.ts'
import type { Random } from './random.ts'

const MiB = 1024 ** 2

/** Overlays with their bases, machines that name images, and what compacting would give back. */
export function related(
  rows: readonly LibraryRow[],
  chance: Random,
  now: number,
): readonly LibraryRow[] {
  const bases = rows.filter(
    ({ format, backing, health, missingSince }) =>
      format === 'qcow2' &&
      backing === undefined &&
      health !== 'cannot-read' &&
      missingSince === undefined,
  )
  const children = new Map<number, number>()
  const parents = new Map<number, LibraryRow>()
  for (const row of rows) {
    if (row.backing?.state !== 'present') continue
    // A few bases have many overlays, and some overlays have one of their own.
    const parent = bases[Math.floor(chance.next() ** 3 * Math.min(bases.length, 12))]
    if (parent === undefined || parent.id === row.id) continue
    parents.set(row.id, parent)
    children.set(parent.id, (children.get(parent.id) ?? 0) + 1)
  }
  const overlays = [...parents.keys()]
  for (const [index, id] of overlays.entries()) {
    const above = overlays[index - 1]
    const parent = rows.find((row) => row.id === above)
    if (index % 5 !== 4 || parent === undefined) continue
    const before = parents.get(id)
    if (before !== undefined) children.set(before.id, (children.get(before.id) ?? 1) - 1)
    parents.set(id, parent)
    children.set(parent.id, (children.get(parent.id) ?? 0) + 1)
  }
  return rows.map((row) => {
    const parent = parents.get(row.id)
    const childCount = children.get(row.id) ?? 0
    const usedBy = childCount > 0 ? [] : machines(row, chance)
    return {
      ...row,
      childCount,
      usedBy,
      isOrphan:
        usedBy.length === 0 &&
        childCount === 0 &&
        row.use.state === 'free' &&
        row.error === undefined &&
        row.missingSince === undefined &&
        chance.chance(0.1),
      readOnly: chance.chance(0.02),
      ...(parent !== undefined && {
        parentId: parent.id,
        backing: {
          name: parent.name,
          state: parent.missingSince === undefined ? ('present' as const) : ('missing' as const),
          target: parent.path,
        },
      }),
      ...(row.lastCheckAt !== undefined && {
        reclaimable: {
          bytes: Math.floor(chance.next() ** 3 * (row.onDisk ?? 0) * 0.5) + 3 * MiB,
          at: row.lastCheckAt,
          stale: row.healthStale,
          isExact: chance.chance(0.3),
        },
      }),
      ...(chance.chance(0.2) && { usedAt: now - chance.between(1, 40) * 43_200_000 }),
    }
  })
}

function machines(row: LibraryRow, chance: Random): readonly VmReference[] {
  const holder = row.use.holders[0]?.vm
  if (holder === undefined && !chance.chance(0.35)) return []
  const vm = holder ?? row.name.replace(/\.[^.]+$/, '')
  const source = chance.pick(['libvirt', 'libvirt', 'libvirt', 'quickemu', 'virtualbox'] as const)
  const config =
    source === 'libvirt'
      ? `/etc/libvirt/qemu/${vm}.xml`
      : `${row.location}/${vm}.${source === 'quickemu' ? 'conf' : 'vbox'}`
  const first = { source, vm, config }
  return chance.chance(0.05)
    ? [first, { ...first, vm: `${vm}-test`, config: config.replace(vm, `${vm}-test`) }]
    : [first]
}
