import type { Contract } from '../../../ipc/contract.ts'
import type { Client } from '../../../ipc/procedure.ts'

export type SnapshotList = Awaited<ReturnType<Client<Contract>['images.snapshots']>>
export type SnapshotEntry = SnapshotList['snapshots'][number]

/**
 * How a request names a snapshot: by its name, as a person would on the command line, where that means it and no other;
 * else by its id.
 */
export function choiceOf(
  snapshots: readonly SnapshotEntry[],
  { id, name }: SnapshotEntry,
): { readonly name: string; readonly id?: true } {
  const isUnique = snapshots.filter((other) => other.name === name).length === 1
  return name !== '' && isUnique ? { name } : { name: id, id: true }
}

/** "2026-11-21 17:30", in the computer's own time, and not the name of a snapshot that is there. */
export function proposeName(now: Date, taken: readonly { readonly name: string }[]): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  const base = `${day} ${two(now.getHours())}:${two(now.getMinutes())}`
  const names = new Set(taken.map(({ name }) => name))
  let name = base
  for (let count = 2; names.has(name); count += 1) name = `${base} (${count})`
  return name
}

/** What a name may have at most: the format's field counts bytes, and QEMU ends it with a zero. */
const longestName = 1023

export type NameFault = 'empty' | 'too-long' | 'taken'

/** Undefined when the snapshot may have this name. `own` is the one that is renamed. */
export function nameFault(
  name: string,
  snapshots: readonly SnapshotEntry[],
  own?: SnapshotEntry,
): NameFault | undefined {
  if (name.trim() === '') return 'empty'
  if (new TextEncoder().encode(name).length > longestName) return 'too-long'
  return snapshots.some((other) => other.name === name && other.id !== own?.id)
    ? 'taken'
    : undefined
}
