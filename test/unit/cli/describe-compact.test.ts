import { describe, expect, it } from 'vitest'
import { describeCompactPlan } from '../../../cli/output/describe-compact-plan.ts'
import { describeCompactResult } from '../../../cli/output/describe-compact-result.ts'
import {
  ImageError,
  type CompactPlan,
  type CompactResult,
  type ModePlan,
} from '../../../core/index.ts'

const mib = 2 ** 20
const gib = 2 ** 30
const paint = (text: string): string => text

const before = { fileLength: 4 * gib, allocatedBytes: 4 * gib }

const mode: ModePlan = {
  allowed: true,
  refusals: [],
  after: { fileLength: 2 * gib, allocatedBytes: 2 * gib },
  isExact: true,
  moved: { clusters: 16_384, bytes: gib },
  temporaryBytes: 0,
  work: { readBytes: 5 * gib, writtenBytes: gib },
  estimatedSeconds: 4.2,
  gains: true,
  notes: [],
}
const refused: ModePlan = {
  ...mode,
  allowed: false,
  refusals: [new ImageError('punch-unsupported', { path: '/vm/disk.qcow2' }).toJSON()],
  after: undefined,
  gains: false,
}
const stamp = { identity: '1:2', fileLength: 4 * gib, modifiedAt: 0, firstSector: 1 }

const plan: CompactPlan = {
  path: '/vm/disk.qcow2',
  format: 'qcow2',
  before,
  causes: {
    zeroBytes: 300 * mib,
    zeroMarginBytes: 0,
    leakedBytes: mib,
    holeBytes: 2 * gib,
    tailBytes: 0,
    snapshotOnly: [
      { id: '1', name: 'monday', exclusiveBytes: 200 * mib },
      { id: '2', name: 'tuesday', exclusiveBytes: undefined },
    ],
    snapshotOnlyBytes: 320 * mib,
    guestFree: 'not-counted',
  },
  modes: { 'in-place': mode, punch: refused, rewrite: mode, zeroes: { ...mode, gains: false } },
  auto: { mode: 'in-place', because: 'shorter-file-in-place' },
  kept: { snapshots: 2, bitmaps: 1, backingFile: 'base.qcow2', virtualSize: 10 * gib },
  scan: { kind: 'whole', totalBytes: 2 * gib, bytesRead: 2 * gib },
  stamp,
  proofRefusal: undefined,
  dataFile: undefined,
}

const result: CompactResult = {
  path: '/vm/disk.qcow2',
  outcome: 'compacted',
  mode: 'in-place',
  because: 'shorter-file-in-place',
  advice: undefined,
  before,
  after: { fileLength: 2 * gib, allocatedBytes: 2 * gib },
  dataFile: undefined,
  originalKeptAs: undefined,
  receipt: {
    engineVersion: '0.1.0',
    startedAt: 1000,
    finishedAt: 5200,
    verified: true,
    digestOf: 'content',
    proofDigest: 'sha256',
    states: [
      {
        snapshot: undefined,
        bytes: 10 * gib,
        sha256: { before: 'aa', after: 'aa' },
        vmStateSha256: undefined,
      },
      {
        snapshot: { id: '1', name: 'monday' },
        bytes: 10 * gib,
        sha256: { before: 'bb', after: 'bb' },
        vmStateSha256: undefined,
      },
    ],
    movedBytes: gib,
    zeroBytes: 300 * mib,
    leakedBytes: mib,
    punchedBytes: 0,
    bytesRead: 9 * gib,
    bytesWritten: gib,
    flushes: 12,
    peakExtraBytes: 0,
    unsafeBuffering: false,
  },
}

/** Columns are as wide as they have to be. */
const linesOf = (text: string) =>
  text.split('\n').map((line) => line.trim().replace(/ {2,}/g, ': '))

const planText = (changes: Partial<CompactPlan> = {}, asked: 'auto' | 'punch' = 'auto') =>
  describeCompactPlan(
    { ...plan, ...changes },
    { path: 'disk.qcow2', paint, mode: asked, width: undefined },
  )
const resultText = (changes: Partial<CompactResult> = {}) =>
  describeCompactResult(plan, { ...result, ...changes }, { path: 'disk.qcow2', paint })

describe('a plan in words', () => {
  it('begins with what it would give back, and names every cause', () => {
    const lines = linesOf(planText())
    expect(lines[0]).toBe('disk.qcow2: would give back 2 GiB')
    expect(lines).toContain('Zero data: 300 MiB')
    expect(lines).toContain('Leaked: 1 MiB')
    expect(lines).toContain('Holes: 2 GiB')
    expect(lines).toContain('Snapshots: 320 MiB, kept: "monday" alone 200 MiB, "tuesday"')
    expect(lines).toContain(
      'Kept: virtual size 10 GiB, 2 snapshots, 1 bitmap, backing file base.qcow2',
    )
    expect(lines.at(-1)).toBe('Nothing was changed.')
  })

  it('has a row for every mode, and why one is not possible', () => {
    const rows = planText().split('\n').slice(-6, -1)
    expect(rows.map((row) => row.trim().split(/ {2,}/)[0])).toEqual([
      'MODE',
      'in place',
      'punch',
      'rewrite',
      'zeroes only',
    ])
    expect(rows[1]).toMatch(/in place +2 GiB +2 GiB +1 GiB +0 B +~ 4\.2 s$/)
    expect(rows[2]).toContain('Space of disk.qcow2 cannot be given back here')
    expect(rows[4]).toContain('gains nothing')
  })

  it('says what was only estimated', () => {
    const causes = { ...plan.causes, zeroMarginBytes: 20 * mib }
    const about = { ...mode, isExact: false }
    const text = planText({
      causes,
      scan: { ...plan.scan, kind: 'sampled' },
      modes: { ...plan.modes, 'in-place': about },
    })
    expect(text).toContain('would give back about 2 GiB')
    expect(text).toContain('about 300 MiB, give or take 20 MiB')
    expect(text).toContain('~ 2 GiB')
  })

  it('says when nothing is to be gained, or the mode is not possible', () => {
    const nothing = { ...plan.modes, 'in-place': { ...mode, gains: false } }
    const text = planText({ auto: undefined, modes: nothing })
    expect(text).toContain('disk.qcow2: nothing to give back')
    const held = { ...plan.modes, 'in-place': refused }
    expect(planText({ auto: undefined, modes: held })).toContain('cannot be done now (in place)')
    expect(planText({}, 'punch')).toContain('disk.qcow2: cannot be done now (punch)')
  })

  it('names every note of the mode that is taken', () => {
    const notes = [
      'gives-up-preallocation',
      'rebuilds-refcounts-first',
      'moves-tables-only',
    ] as const
    const text = planText({ modes: { ...plan.modes, 'in-place': { ...mode, notes } } })
    expect(text.split('\n').filter((line) => line.startsWith('  Note '))).toHaveLength(3)
  })
})

describe('a result in words', () => {
  it('begins with what was given back, and ends with the proof', () => {
    const text = resultText()
    const lines = linesOf(text)
    expect(lines[0]).toBe('disk.qcow2: 2 GiB given back, the file is 2 GiB shorter')
    expect(lines).toContain('File length: 4 GiB -> 2 GiB')
    expect(lines).toContain(
      'Work: 1 GiB moved, 300 MiB of zeroes dropped, 1 MiB of leaks freed, 9 GiB read, 1 GiB written, 12 flushes in 4.2 s',
    )
    expect(lines).toContain('Proof: active state and 1 snapshot, each reads as before, by SHA-256')
    expect(lines.at(-1)).toBe('snapshot monday: 10,737,418,240: bb')
    expect(text).not.toMatch(/undefined|NaN/)
  })

  it('does not pass a digest of the data alone for one of the whole disk', () => {
    const receipt = { ...result.receipt, proofDigest: 'sha256-of-data' } as const
    const lines = linesOf(resultText({ receipt }))
    expect(lines).toContain(
      'Proof: active state and 1 snapshot, each reads as before, by SHA-256 of its data without the zeroes (not what "platter sha" gives)',
    )
    expect(lines).toContain('STATE: BYTES: SHA-256 OF DATA')
  })

  it('says that nothing was compared', () => {
    const receipt = { ...result.receipt, verified: 'skipped', states: [] } as const
    const text = resultText({ receipt })
    expect(text).toContain('none: what the guest reads was not compared')
    expect(text).not.toContain('STATE')
  })

  it('says that nothing was written when there was nothing to gain', () => {
    const text = resultText({ outcome: 'nothing-to-do', advice: 'discard-in-guest' })
    expect(text).toContain('nothing to give back, so nothing was written')
    expect(text).toContain('let it discard')
  })

  it('tells a file that keeps its length from one that gets shorter', () => {
    const after = { fileLength: 4 * gib, allocatedBytes: gib }
    const text = resultText({ mode: 'punch', because: undefined, after })
    expect(text).toContain('3 GiB given back, the file is as long as before')
    const lines = linesOf(text)
    expect(lines).toContain('File length: 4 GiB, as before')
    expect(lines).toContain('On disk: 4 GiB -> 1 GiB')
    expect(lines).toContain('Mode: punch')
  })

  it('says of discarded zeroes that they are free inside the image', () => {
    const text = resultText({ mode: 'zeroes', because: undefined, after: before })
    expect(text).toContain('disk.qcow2: 300 MiB of zeroes are no longer stored')
  })

  it('counts what the data file gave back, and names where the original is', () => {
    const text = resultText({
      after: before,
      dataFile: { path: '/vm/disk.data', before, after: { ...before, allocatedBytes: gib } },
      originalKeptAs: '/vm/disk.old',
    })
    expect(text).toContain('disk.qcow2: 3 GiB given back')
    expect(text).toContain('/vm/disk.data, on disk 4 GiB -> 1 GiB')
    expect(text).toContain('kept as /vm/disk.old')
  })
})
