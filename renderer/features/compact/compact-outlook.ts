import type { ActionOf } from '../../../ipc/schemas/action.ts'
import type { PlanOf } from '../../../ipc/schemas/plan.ts'

export type CompactPlan = PlanOf<'compact'>
export type CompactMode = keyof CompactPlan['modes']
type CompactRequest = ActionOf<'compact'>
export type Compression = 'none' | NonNullable<CompactRequest['parameters']['compress']>

export const compactModes: readonly CompactMode[] = ['in-place', 'punch', 'rewrite', 'zeroes']

/** Less than this share of the file is not worth the work, and what people are after is in the guest. */
const worthShare = 0.01

/** What a mode would give back, in bytes on the host's disk. */
export interface CompactGain {
  readonly before: number
  readonly after: number
  readonly freed: number
  /** The truth is that near to it; 0 when it is exact. */
  readonly margin: number
  readonly isWorth: boolean
}

/** Undefined where the engine does not know what the mode would come to. */
export function gainOf(plan: CompactPlan, mode: CompactMode): CompactGain | undefined {
  const { after, isExact } = plan.modes[mode]
  if (after === undefined) return undefined
  // Where the host does not tell what it stores, the length of the file is all there is.
  const known = plan.before.allocatedBytes !== undefined && after.allocatedBytes !== undefined
  const before = (known ? plan.before.allocatedBytes : undefined) ?? plan.before.fileLength
  const then = (known ? after.allocatedBytes : undefined) ?? after.fileLength
  const freed = Math.max(0, before - then)
  return {
    before,
    after: Math.min(then, before),
    freed,
    margin: isExact ? 0 : plan.causes.zeroMarginBytes,
    isWorth: freed > 0 && freed >= before * worthShare,
  }
}

/** The mode that is shown: what was chosen, else what the plan recommends, else the usual one of the format. */
export function shownMode(chosen: CompactMode | undefined, plan: CompactPlan): CompactMode {
  if (chosen !== undefined) return chosen
  const recommended = compactModes.find((mode) => mode === plan.auto?.mode)
  return recommended ?? (plan.format === 'raw' ? 'punch' : 'in-place')
}

export interface SharedByModes {
  /** Notes of every mode that can be done, where there are several. */
  readonly notes: readonly string[]
  /** The reason why none can be done, where it is the same for all: the card tells it. */
  readonly refusal: string | undefined
}

/** What is said once, because it is so whichever mode is chosen. */
export function sharedByModes({ modes }: CompactPlan): SharedByModes {
  const all = compactModes.map((mode) => modes[mode])
  const possible = all.filter(({ allowed }) => allowed)
  const [first, ...others] = possible
  const reason = modes['in-place'].refusals[0]?.reason
  return {
    notes:
      first === undefined || others.length === 0
        ? []
        : first.notes.filter((note) => others.every(({ notes }) => notes.includes(note))),
    refusal: all.every(({ allowed, refusals }) => !allowed && refusals[0]?.reason === reason)
      ? reason
      : undefined,
  }
}

/** Without a choice the engine picks, as it does on the command line. */
export const compactRequest = (
  chosen: CompactMode | undefined,
  compression: Compression,
): CompactRequest => ({
  kind: 'compact',
  parameters: {
    mode: chosen ?? 'auto',
    ...(chosen === 'rewrite' && compression !== 'none' && { compress: compression }),
  },
})

export interface SpacePart {
  readonly kind: 'used' | 'zero' | 'leaked' | 'holes' | 'tail'
  readonly bytes: number
}

/** The file as it is now, by what its parts are for; what is not listed as a cause is in use. */
export function spaceParts(plan: CompactPlan, before: number): readonly SpacePart[] {
  const { zeroBytes = 0, leakedBytes, holeBytes, tailBytes } = plan.causes
  const wasted: readonly SpacePart[] = [
    { kind: 'zero', bytes: zeroBytes },
    { kind: 'leaked', bytes: leakedBytes },
    { kind: 'holes', bytes: holeBytes },
    { kind: 'tail', bytes: tailBytes },
  ]
  // Holes of the host's file take no space: together the causes can be more than what is stored.
  const sum = wasted.reduce((total, { bytes }) => total + bytes, 0)
  const scale = sum > before ? before / sum : 1
  const parts: readonly SpacePart[] = [
    { kind: 'used', bytes: Math.max(0, before - sum) },
    ...wasted.map(({ kind, bytes }): SpacePart => ({ kind, bytes: bytes * scale })),
  ]
  return parts.filter(({ bytes }) => bytes > 0)
}
