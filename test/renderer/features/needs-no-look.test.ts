import { describe, expect, it } from 'vitest'
import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import { needsNoLook } from '../../../renderer/features/plan/needs-no-look.ts'

const free: PreflightLine = { id: 'use', tone: 'good', use: { state: 'free', holders: [] } }
const told = (...preflight: readonly PreflightLine[]) =>
  needsNoLook({ allowed: true, preflight: [free, ...preflight] })

describe('an Enter that came before the plan', () => {
  it('starts what has nothing to know first', () => {
    expect(told()).toBe(true)
    expect(told({ id: 'check', tone: 'note', health: 'healthy', stale: true })).toBe(true)
  })

  it('waits for a look at anything else that is noted, and at what is not allowed', () => {
    expect(told({ id: 'check', tone: 'note', health: 'leaks', stale: false })).toBe(false)
    expect(told({ id: 'undo', tone: 'note', undo: 'no' })).toBe(false)
    const children = [{ imageId: 2, name: 'overlay.qcow2' }]
    expect(told({ id: 'children', tone: 'note', effect: 'repaired', children })).toBe(false)
    expect(needsNoLook({ allowed: false, preflight: [free] })).toBe(false)
  })
})
