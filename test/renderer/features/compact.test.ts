import { describe, expect, it } from 'vitest'
import { permissionDenied } from '../../../renderer/fake/made-up-errors.ts'
import { compactPlanOf } from '../../../renderer/fake/plans-space.ts'
import {
  compactRequest,
  gainOf,
  sharedByModes,
  shownMode,
  spaceParts,
  type CompactPlan,
} from '../../../renderer/features/compact/compact-outlook.ts'
import { libraryRow } from '../library-rows.ts'

const MiB = 1024 ** 2
const row = libraryRow({ id: 1, onDisk: 1000 * MiB, fileLength: 1000 * MiB })

function planOf(part: Partial<CompactPlan> = {}): CompactPlan {
  const { detail } = compactPlanOf(row, compactRequest(undefined, 'none'))
  if (detail.kind !== 'compact') throw new Error('another plan was made up')
  return { ...detail, ...part }
}

describe('what compacting comes to', () => {
  it('counts what the host stores, before and after', () => {
    const plan = planOf()
    const gain = gainOf(plan, 'in-place')
    expect(gain?.before).toBe(1000 * MiB)
    expect(gain?.freed).toBe(1000 * MiB - (gain?.after ?? 0))
    expect(gain?.isWorth).toBe(true)
  })

  it('falls back to the length where the host does not tell what it stores', () => {
    const plan = planOf({ before: { fileLength: 900 } })
    expect(gainOf(plan, 'in-place')?.before).toBe(900)
  })

  it('is not worth it below one percent, and never negative', () => {
    const { modes } = planOf()
    const after = (allocatedBytes: number) =>
      gainOf(
        planOf({
          modes: { ...modes, punch: { ...modes.punch, after: { fileLength: 1, allocatedBytes } } },
        }),
        'punch',
      )
    expect(after(991 * MiB)?.isWorth).toBe(false)
    expect(after(990 * MiB)?.isWorth).toBe(true)
    expect(after(1100 * MiB)).toMatchObject({ freed: 0, after: 1000 * MiB, isWorth: false })
  })

  it('tells how near an estimate is', () => {
    const plan = planOf()
    const estimated = {
      ...plan,
      causes: { ...plan.causes, zeroMarginBytes: 5 },
      modes: { ...plan.modes, punch: { ...plan.modes.punch, isExact: false } },
    }
    expect(gainOf(estimated, 'punch')?.margin).toBe(5)
    expect(gainOf(estimated, 'in-place')?.margin).toBe(0)
  })

  it('shows the mode that was chosen, else the recommended one, else the usual one', () => {
    const { auto: _, ...plan } = planOf()
    expect(shownMode(undefined, { ...plan, auto: { mode: 'punch', because: '' } })).toBe('punch')
    expect(shownMode('rewrite', plan)).toBe('rewrite')
    expect(shownMode(undefined, plan)).toBe('in-place')
    expect(shownMode(undefined, { ...plan, format: 'raw' })).toBe('punch')
  })

  it('lets the engine pick until a mode is chosen; only a rewrite is packed', () => {
    expect(compactRequest(undefined, 'zstd').parameters).toEqual({ mode: 'auto' })
    expect(compactRequest('in-place', 'zstd').parameters).toEqual({ mode: 'in-place' })
    expect(compactRequest('rewrite', 'zstd').parameters).toEqual({
      mode: 'rewrite',
      compress: 'zstd',
    })
  })

  it('says once what is so in every mode that can be chosen', () => {
    const { modes } = planOf()
    const reserved = 'gives-up-preallocation'
    const mode = { ...modes.punch, allowed: true, refusals: [], notes: [reserved] }
    const zeroes = { ...mode, notes: [reserved, 'moves-tables-only'] }
    const all = { 'in-place': mode, punch: mode, rewrite: mode, zeroes }
    expect(sharedByModes(planOf({ modes: all }))).toEqual({
      notes: [reserved],
      refusal: undefined,
    })
    const bare = { ...mode, notes: [] }
    expect(sharedByModes(planOf({ modes: { ...all, punch: bare } })).notes).toEqual([])
  })

  it('says once why none of them can be, and keeps reasons that differ apart', () => {
    const { modes } = planOf()
    const denied = permissionDenied('/srv/a.qcow2')
    const refused = { ...modes.punch, allowed: false, refusals: [denied], notes: [] }
    const all = { 'in-place': refused, punch: refused, rewrite: refused, zeroes: refused }
    expect(sharedByModes(planOf({ modes: all })).refusal).toBe(denied.reason)
    expect(
      sharedByModes(planOf({ modes: { ...all, rewrite: modes.rewrite } })).refusal,
    ).toBeUndefined()
  })

  it('never draws more than there is', () => {
    const plan = planOf()
    const causes = { ...plan.causes, zeroBytes: 800, holeBytes: 700, leakedBytes: 0, tailBytes: 0 }
    const parts = spaceParts({ ...plan, causes }, 1000)
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(1000)
    expect(parts.map(({ kind }) => kind)).toEqual(['zero', 'holes'])
  })
})
