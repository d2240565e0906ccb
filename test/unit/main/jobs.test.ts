import { describe, expect, test } from 'vitest'
import { jobState, type Job, type JobProgress } from '../../../ipc/schemas/job.ts'
import { briefJob } from '../../../main/jobs/brief-job.ts'
import { isEnded, step } from '../../../main/jobs/job.ts'
import { ProgressMeter } from '../../../core/report/progress-meter.ts'
import { summarizeCheck, summarizeHash, summarizeMap } from '../../../main/jobs/job-summary.ts'
import { OverallProgress } from '../../../main/jobs/overall-progress.ts'

const bytes = (done: number, total = 1000) =>
  ({ phase: 'data', done, total, unit: 'bytes' }) as const

describe('job states', () => {
  test('every state that is no end has a way out, and ends have none', () => {
    for (const from of jobState.options) {
      const ways = jobState.options.filter((to) => {
        try {
          return step(from, to) === to
        } catch {
          return false
        }
      })
      expect(ways.includes('interrupted')).toBe(!isEnded(from))
      expect(ways.length === 0).toBe(isEnded(from))
    }
  })

  test('a step that the table does not allow throws', () => {
    expect(() => step('queued', 'succeeded')).toThrow('a queued job cannot become succeeded')
    expect(() => step('cancelled', 'running')).toThrow(TypeError)
  })
})

describe('the progress meter', () => {
  test('tells no time left in the first three seconds, then from the usual speed', () => {
    let time = 0
    const meter = new ProgressMeter(() => time)
    expect(meter.measure(bytes(0))).toEqual({ ...bytes(0) })
    for (time = 500; time < 3000; time += 500) {
      expect(meter.measure(bytes(time / 50)).secondsLeft).toBeUndefined()
    }
    time = 3000
    const measured = meter.measure(bytes(60))
    expect(measured.speed).toBeCloseTo(20)
    expect(measured.secondsLeft).toBeCloseTo(47)
  })

  test('is not shaken by one stall', () => {
    let time = 0
    const meter = new ProgressMeter(() => time)
    for (; time <= 10_000; time += 500) meter.measure(bytes(time / 50))
    time = 14_000
    expect(meter.measure(bytes(201)).secondsLeft).toBeCloseTo(40, 0)
  })

  test('starts anew with each phase and says nothing it cannot know', () => {
    let time = 0
    const meter = new ProgressMeter(() => time)
    for (; time <= 5_000; time += 500) meter.measure(bytes(time))
    expect(meter.measure({ phase: 'tables', done: 0, total: 0, unit: 'clusters' })).toEqual({
      phase: 'tables',
      done: 0,
      total: 0,
      unit: 'clusters',
    })
  })
})

describe('summaries', () => {
  const check = {
    path: '/vm/a.qcow2',
    format: 'qcow2',
    verdict: 'clean',
    health: 'healthy',
    corruptions: 0,
    leaks: 0,
    checkErrors: 0,
    warnings: 0,
    leakedBytes: 0,
    clusters: { total: 1, allocated: 1, fragmented: 0, compressed: 0 },
    imageEndOffset: 0,
    clusterSize: 65536,
    findings: [],
    findingsOmitted: 0,
    live: false,
    bytesRead: 0,
  } as const

  test('say what a check found in one sentence', () => {
    expect(summarizeCheck(check)).toBe('No problems found')
    expect(
      summarizeCheck({ ...check, corruptions: 1, leaks: 2, leakedBytes: 131072, live: true }),
    ).toBe(
      'Found 1 corruption, 2 leaked clusters (128 KiB); the image was in use, so this may lag behind',
    )
  })

  test('name the algorithm of a digest and the share of a map', () => {
    const hash = { path: '/a', bytes: 1, bytesRead: 1, live: false, digest: '0123456789abcdef' }
    expect(summarizeHash({ ...hash, algorithm: 'sha1', target: 'file' })).toBe(
      'SHA-1 of the file starts with 0123456789ab',
    )
    const shares = { data: '', compressed: '', zero: '', backing: '', unallocated: '' }
    const totals = { data: 1024, compressed: 512, zero: 0, backing: 0, unallocated: 512 }
    expect(
      summarizeMap({
        virtualSize: 2048,
        bucketBytes: 1,
        bucketCount: 0,
        shares,
        totals,
        extentCount: 3,
      }),
    ).toBe('1.5 KiB of 2 KiB hold data')
  })

  test('in lists carry the first findings and count the others', () => {
    const finding = {
      kind: 'leak',
      harm: 'space',
      rule: 'r',
      structure: 's',
      count: 1,
      text: 't',
    } as const
    const job: Job = {
      id: '1',
      request: { kind: 'check', depth: 'metadata' },
      imageId: 1,
      imageName: 'a',
      imagePath: '/a',
      state: 'succeeded',
      actor: 'web',
      queuedAt: 0,
      engineVersion: '1',
      result: {
        kind: 'check',
        check: {
          ...check,
          findings: Array.from({ length: 30 }, () => finding),
          findingsOmitted: 5,
        },
      },
    }
    expect(briefJob(job).result).toMatchObject({
      check: { findings: { length: 20 }, findingsOmitted: 15 },
    })
  })
})

describe('overall progress', () => {
  const workOf = () => {
    const overall = new OverallProgress()
    const job = (id: string, state: Job['state'], onDisk?: number) => {
      const request = { kind: 'map' } as const
      const common = { imageId: 1, imageName: 'a', imagePath: '/a', actor: 'web' } as const
      const fileBefore = { length: 0, onDisk: onDisk ?? 0, modifiedAt: 0 }
      overall.follow({
        type: 'job',
        job: { id, state, request, ...common, fileBefore, queuedAt: 0, engineVersion: '1' },
      })
    }
    const progress = (id: string, done: number, total: number, more: Partial<JobProgress> = {}) =>
      overall.follow({
        type: 'progress',
        id,
        progress: { phase: 'data', done, total, unit: 'bytes', ...more },
      })
    return { overall, job, progress }
  }

  test('weighs jobs by their bytes, and keeps what has ended until all is done', () => {
    const { overall, job, progress } = workOf()
    expect(overall.fraction).toBeUndefined()
    job('small', 'running')
    progress('small', 50, 100)
    expect(overall.fraction).toBe(0.5)
    job('large', 'running')
    progress('large', 0, 900)
    expect(overall.fraction).toBe(0.05)
    job('small', 'succeeded')
    expect(overall.fraction).toBe(0.1)
    progress('large', 450, 900)
    expect(overall.fraction).toBe(0.55)
    job('large', 'cancelled')
    expect(overall.fraction).toBeUndefined()
    job('next', 'running')
    expect(overall.fraction).toBe(0)
  })

  test('takes a job that says no bytes for one like the others', () => {
    const { overall, job, progress } = workOf()
    job('waits', 'queued')
    job('reads', 'running')
    progress('reads', 5, 10)
    expect(overall.fraction).toBe(0.25)
    job('counts', 'running', 40)
    progress('counts', 1, 2, { unit: 'clusters' })
    // 10 bytes half done, 40 half done, and one that waits of 25.
    expect(overall.fraction).toBeCloseTo(25 / 75)
  })

  test('goes by what all phases together are, and by the longest of them', () => {
    const { overall, job, progress } = workOf()
    job('1', 'running')
    progress('1', 1000, 1000, { share: 0.5 })
    job('2', 'running')
    progress('2', 0, 1000)
    progress('1', 0, 10, { share: 0.6 })
    expect(overall.fraction).toBeCloseTo(0.3)
  })
})

test('the taskbar is told when all work stands still, and when something failed', () => {
  const overall = new OverallProgress()
  const states: string[] = []
  const job = (id: string, state: Job['state']) => {
    const request = { kind: 'map' } as const
    const common = { imageId: 1, imageName: 'a', imagePath: '/a', actor: 'web' } as const
    overall.follow({
      type: 'job',
      job: { id, state, request, ...common, queuedAt: 0, engineVersion: '1' },
    })
    states.push(`${id} ${state}: ${overall.state}`)
  }
  job('1', 'queued')
  job('1', 'running')
  job('1', 'paused')
  job('2', 'running')
  job('2', 'failed')
  job('1', 'cancelled')
  expect(states).toEqual([
    '1 queued: working',
    '1 running: working',
    '1 paused: paused',
    '2 running: working',
    '2 failed: failed',
    '1 cancelled: working',
  ])
})
