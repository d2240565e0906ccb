/** Where the results of a batch lead to, and what its lines say. */
import { describe, expect, it } from 'vitest'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { batchRequest, usualOptions } from '../../../renderer/features/batch/batch-work.ts'
import { followUpsOf } from '../../../renderer/features/batch/follow-ups.ts'
import { countDigests, foundIn } from '../../../renderer/features/batch/found-in.ts'
import {
  isAlwaysShown,
  outcomeBadge,
  outcomeOf,
  outcomeWords,
} from '../../../renderer/features/batch/outcome.ts'
import { libraryRow } from '../library-rows.ts'

const GiB = 1024 ** 3

const job = (imageId: number, change: Partial<Job> = {}): Job => ({
  id: `job ${imageId}`,
  request: { kind: 'check', depth: 'metadata' },
  imageId,
  imageName: `image-${imageId}.qcow2`,
  imagePath: `/srv/vm/image-${imageId}.qcow2`,
  state: 'succeeded',
  actor: 'desktop',
  queuedAt: 0,
  engineVersion: '0.1.0',
  ...change,
})

const reclaimable = { bytes: 2 * GiB, at: 0, stale: false, isExact: true } as const

const libraryOf = (...rows: readonly LibraryRow[]): ReadonlyMap<number, LibraryRow> =>
  new Map(rows.map((row) => [row.id, row]))

describe('the way on from the results of a batch', () => {
  const rows = libraryOf(
    libraryRow({ id: 1 }),
    libraryRow({ id: 2, health: 'leaks' }),
    libraryRow({ id: 3, health: 'needs-repair', reclaimable }),
    libraryRow({ id: 4, health: 'damaged', missingSince: 1 }),
    libraryRow({ id: 5, health: 'cannot-read' }),
    libraryRow({ id: 6, reclaimable }),
  )
  const jobs = [1, 2, 3, 4, 5, 6, 7].map((id) => job(id))

  it('is a repair for what can be repaired, and a compaction for what is sound and large', () => {
    expect(followUpsOf(jobs, 'check', rows)).toEqual({ repair: [2, 3], compact: [6] })
  })

  it('is gone when the images were mended since, and not there before a job has ended', () => {
    const mended = libraryOf(libraryRow({ id: 2 }))
    expect(followUpsOf(jobs, 'check', mended)).toEqual({ repair: [], compact: [] })
    const running = jobs.map((each) => ({ ...each, state: 'running' as const }))
    expect(followUpsOf(running, 'check', rows)).toEqual({ repair: [], compact: [] })
  })

  it('is done when an undone repair brought the damage back: that was asked for', () => {
    const result: Job['result'] = { kind: 'change', facts: [], stillWrong: 'damaged' }
    const undone = { kind: 'undo', parameters: { batch: '7' } } as const
    expect(outcomeOf(job(1, { request: undone, result }))).toBe('ok')
    const repaired = { kind: 'repair', parameters: { mode: 'leaks' } } as const
    expect(outcomeOf(job(1, { request: repaired, result }))).toBe('damaged')
  })

  it('is no second compaction after one', () => {
    expect(followUpsOf(jobs, 'compact', rows).compact).toEqual([])
  })

  it('is a compaction where mended leaks are free inside the file only', () => {
    const result = { kind: 'change' as const, facts: [], leaksMended: 3 }
    const request = { kind: 'repair', parameters: { mode: 'leaks' } } as const
    expect(followUpsOf([job(1, { request, result })], 'repair', rows).compact).toEqual([1])
    expect(followUpsOf([job(1, { request })], 'repair', rows).compact).toEqual([])
  })

  it('repairs everything that loses nothing, unless leaks alone are asked for', () => {
    expect(batchRequest('repair', usualOptions)).toEqual({
      kind: 'repair',
      parameters: { mode: 'all' },
    })
    expect(batchRequest('repair', { ...usualOptions, repair: 'leaks' })).toEqual({
      kind: 'repair',
      parameters: { mode: 'leaks' },
    })
  })
})

describe('the counter of a result', () => {
  const repair = { kind: 'repair', parameters: { mode: 'leaks' } } as const
  const left = (stillWrong: 'leaks' | 'needs-repair' | 'damaged') =>
    job(1, { request: repair, result: { kind: 'change', facts: [], stillWrong } })

  it('is that of its row: what is worked on does not wait', () => {
    const states = ['queued', 'running', 'cancelling', 'pausing', 'paused'] as const
    const outcomes = states.map((state) => outcomeOf(job(1, { state })))
    expect(outcomes).toEqual(['open', 'running', 'running', 'paused', 'paused'])
    expect(outcomeBadge(job(1, { state: 'running' })).word).toBe('Checking')
    expect(outcomeWords('running', 'check').word).toBe('Checking')
  })

  it('is no tick where a repair of leaks leaves damage', () => {
    expect(outcomeOf(left('needs-repair'))).toBe('needs-repair')
    expect(outcomeBadge(left('needs-repair'))).toMatchObject({
      word: 'Needs full repair',
      tone: 'bad',
    })
    expect(outcomeBadge(left('damaged')).word).toBe('Still damaged')
    expect(outcomeOf(job(1, { request: repair, isIdle: true }))).toBe('nothing')
    expect(isAlwaysShown('needs-repair', 'repair')).toBe(false)
    expect(isAlwaysShown('needs-repair', 'check')).toBe(true)
  })
})

describe('the line of a checksum', () => {
  const hashed = (imageId: number, digest: string): Job =>
    job(imageId, {
      request: { kind: 'hash', algorithm: 'sha256', target: 'content' },
      result: {
        kind: 'hash',
        hash: {
          algorithm: 'sha256',
          target: 'content',
          digest,
          live: false,
          path: `/srv/vm/image-${imageId}.qcow2`,
          bytes: 1,
          bytesRead: 1,
        },
      },
    })
  const one = 'a1'.repeat(32)
  const jobs = [hashed(1, one), hashed(2, one), hashed(3, 'b2'.repeat(32)), job(4)]

  it('begins with the checksum, and says how many images have the same', () => {
    expect(countDigests(jobs).get(one)).toBe(2)
    expect(foundIn(hashed(1, one), 1)).toBe('a1a1a1a1a1a1… same as 1 other image')
    expect(foundIn(hashed(3, one), 0)).toBe('a1a1a1a1a1a1…')
  })
})
