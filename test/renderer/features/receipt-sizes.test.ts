import { describe, expect, it } from 'vitest'
import type { Job } from '../../../ipc/schemas/job.ts'
import { receiptSizes } from '../../../renderer/features/plan/receipt-sizes.ts'

const gib = 2 ** 30
const file = { length: 4 * gib, onDisk: 3 * gib, modifiedAt: 0 }

const done = (kind: 'resize' | 'rename' | 'compact', part: Partial<Job> = {}): Job => ({
  id: '7',
  request: { kind, parameters: {} },
  imageId: 1,
  imageName: 'disk.qcow2',
  imagePath: '/vm/disk.qcow2',
  state: 'succeeded',
  actor: 'desktop',
  queuedAt: 0,
  engineVersion: '0.1.0',
  fileBefore: file,
  fileAfter: file,
  ...part,
})

const grown: Job['result'] = {
  kind: 'change',
  facts: [
    { label: 'Virtual size before', bytes: 8 * gib },
    { label: 'Virtual size after', bytes: 10 * gib },
    { label: 'Kept in', text: '/undo/7' },
  ],
}

describe('the sizes of a receipt', () => {
  it('begin with those of the disk where it has another one, and say them once', () => {
    const { sizes, facts } = receiptSizes(done('resize', { result: grown }))
    expect(sizes).toEqual([{ of: 'disk', before: 8 * gib, after: 10 * gib }])
    expect(facts.map(({ label }) => label)).toEqual(['Kept in'])
  })

  it('are those of the file, too, where it changed with the disk', () => {
    const fileAfter = { ...file, length: 5 * gib }
    const { sizes } = receiptSizes(done('resize', { result: grown, fileAfter }))
    expect(sizes.map(({ of }) => of)).toEqual(['disk', 'file', 'stored'])
  })

  it('are left out where the work has nothing to do with them', () => {
    expect(receiptSizes(done('rename')).sizes).toEqual([])
  })

  it('stay where people came for them, even if nothing came of it', () => {
    expect(receiptSizes(done('compact')).sizes).toHaveLength(2)
  })
})
