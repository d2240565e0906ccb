import { describe, expect, test } from 'vitest'
import { snapshotParents } from '../../../../main/images/snapshot-parents.ts'

const taken = (...times: number[]) => times.map((createdAt) => ({ id: `s${createdAt}`, createdAt }))

describe('the tree of snapshots', () => {
  test('is a line where nobody went back, whatever their order in the image', () => {
    const { parents, current } = snapshotParents(taken(3, 1, 2), [])
    expect(Object.fromEntries(parents)).toEqual({ s2: 's1', s3: 's2' })
    expect(current).toBe('s3')
  })

  test('branches where the disk went back', () => {
    const back = [{ at: 2.5, snapshotId: 's1' }]
    const { parents, current } = snapshotParents(taken(1, 2, 3), back)
    expect(Object.fromEntries(parents)).toEqual({ s2: 's1', s3: 's1' })
    expect(current).toBe('s3')
  })

  test('knows where the present state went on from, before a snapshot of it is there', () => {
    expect(snapshotParents(taken(1, 2), [{ at: 9, snapshotId: 's1' }]).current).toBe('s1')
  })

  test('has what was kept before going back on the branch that was left', () => {
    const { parents } = snapshotParents(taken(1, 2, 5), [{ at: 5, snapshotId: 's1' }])
    expect(parents.get('s5')).toBe('s2')
  })

  test('says nothing of what went on from a snapshot that is gone', () => {
    const { parents } = snapshotParents(taken(1, 4), [{ at: 3, snapshotId: undefined }])
    expect(parents.has('s4')).toBe(false)
  })
})
