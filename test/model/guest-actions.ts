/** What guests do to a disk, by seed, on a device and on the model at the same time. */
import type { Random } from '../helpers/random.ts'
import { SECTOR, tellingBytes, type GuestModel } from './guest-model.ts'

/** A disk as a guest sees it: a device, or the writer below it. */
export interface GuestDisk {
  write(from: Uint8Array, at: number): Promise<unknown>
  writeZeroes(at: number, length: number, options: { readonly unmap: boolean }): Promise<unknown>
  discard(at: number, length: number): Promise<unknown>
  flush(): Promise<unknown>
}

export type GuestAction =
  | { readonly kind: 'write'; readonly at: number; readonly length: number }
  | {
      readonly kind: 'zeroes'
      readonly at: number
      readonly length: number
      readonly unmap: boolean
    }
  | { readonly kind: 'discard'; readonly at: number; readonly length: number }
  | { readonly kind: 'flush' }

export interface ActionRules {
  readonly virtualSize: number
  readonly clusterSize: number
  /** Clusters that one action covers at most. */
  readonly clusters?: number
  /** What most actions are; default writes. */
  readonly mostly?: 'writes' | 'discards'
}

/** Ranges begin and end at clusters, at sectors and at any byte. */
export function randomAction(random: Random, rules: ActionRules): GuestAction {
  const kind = random.below(20)
  if (kind < 3) return { kind: 'flush' }
  if (rules.mostly === 'discards' && kind > 8)
    return { kind: 'discard', ...randomRange(random, rules) }
  const range = randomRange(random, rules)
  if (kind < 14) return { kind: 'write', ...range }
  if (kind < 17) return { kind: 'zeroes', ...range, unmap: random.chance(0.5) }
  return { kind: 'discard', ...range }
}

function randomRange(
  random: Random,
  { virtualSize, clusterSize, clusters = 4 }: ActionRules,
): { readonly at: number; readonly length: number } {
  const grain = random.pick([clusterSize, clusterSize, SECTOR, 1])
  const at = random.below(Math.floor(virtualSize / grain)) * grain
  const most = Math.max(1, Math.floor((clusters * clusterSize) / grain))
  const length = (1 + random.below(most)) * grain
  return { at, length: Math.min(length, virtualSize - at) }
}

/** What the guest may find from the moment the action begins. A flush settles once it has returned. */
export function modelAction(model: GuestModel, action: GuestAction, generation: number): void {
  switch (action.kind) {
    case 'write':
      model.write(action.at, tellingBytes(action.at, action.length, generation))
      break
    case 'zeroes':
    case 'discard':
      model.zero(action.at, action.length)
      break
    case 'flush':
      break
  }
}

export async function performAction(
  disk: GuestDisk,
  action: GuestAction,
  generation: number,
): Promise<void> {
  switch (action.kind) {
    case 'write':
      await disk.write(tellingBytes(action.at, action.length, generation), action.at)
      break
    case 'zeroes':
      await disk.writeZeroes(action.at, action.length, { unmap: action.unmap })
      break
    case 'discard':
      await disk.discard(action.at, action.length)
      break
    case 'flush':
      await disk.flush()
      break
  }
}

/** Those of the actions that touch nothing an earlier one touches. */
export function apart(actions: readonly GuestAction[]): GuestAction[] {
  const kept: GuestAction[] = []
  for (const action of actions) if (!kept.some((other) => meet(action, other))) kept.push(action)
  return kept
}

const meet = (one: GuestAction, other: GuestAction): boolean =>
  'at' in one && 'at' in other && one.at < other.at + other.length && other.at < one.at + one.length
