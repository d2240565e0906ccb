import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProgressReporter, type ProgressReport } from '../../../cli/terminal/progress-reporter.ts'
import { TextOutput } from '../../../cli/terminal/text-output.ts'
import { UsageError } from '../../../cli/usage-error.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'

let folder: TempFolder
let fd: number
const stderr = new TextOutput(process.stderr, { NO_COLOR: '1' })
const output = { stdout: stderr, stderr }

beforeEach(async () => {
  folder = await tempFolder('progress')
  fd = openSync(folder.file('lines'), 'w')
})
afterEach(() => folder[Symbol.asyncDispose]())

function lines(): readonly ProgressReport[] {
  closeSync(fd)
  return readFileSync(folder.file('lines'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ProgressReport)
}

const half = { phase: 'tables', done: 50, total: 100, unit: 'bytes' } as const
const all = { phase: 'refcounts', done: 100, total: 100, unit: 'bytes' } as const

describe('progress over several images', () => {
  it('counts each image as an equal part of the whole and ends at 100', () => {
    const heard: ProgressReport[] = []
    const onReport = (report: ProgressReport) => void heard.push(report)
    const reporter = new ProgressReporter(output, { progressFd: fd }, { fileCount: 2, onReport })
    const first = reporter.startFile('a.qcow2')
    first(half)
    reporter.endFile('done')
    const second = reporter.startFile('b.qcow2')
    second(all)
    reporter.endFile('done')
    reporter[Symbol.dispose]()
    const told = lines()
    expect(told.map(({ progress, filename }) => [progress, filename])).toEqual([
      [25, 'a.qcow2'],
      [50, 'a.qcow2'],
      [99, 'b.qcow2'],
      [100, 'b.qcow2'],
    ])
    expect(heard).toEqual(told)
  })

  it('never tells 100 when something could not be done', () => {
    const reporter = new ProgressReporter(output, { progressFd: fd }, { fileCount: 2 })
    reporter.startFile('a')
    reporter.endFile('failed')
    reporter.startFile('b')(half)
    reporter.endFile('done')
    expect(lines().map(({ progress }) => progress)).toEqual([50, 75, 99])
  })

  it('has no total yet: the image counts as not begun', () => {
    const reporter = new ProgressReporter(output, { progressFd: fd }, { fileCount: 1 })
    reporter.startFile('a')({ phase: 'tables', done: 7, total: 0, unit: 'clusters' })
    expect(lines()).toMatchObject([{ progress: 0, phase: 'tables' }])
  })

  it.each([
    [250, 'not open'],
    [1, 'standard output'],
  ])('refuses descriptor %d, as a usage error', (descriptor, why) => {
    const make = () => new ProgressReporter(output, { progressFd: descriptor }, { fileCount: 1 })
    expect(make).toThrow(UsageError)
    expect(make).toThrow(why)
    closeSync(fd)
  })

  it.runIf(process.platform === 'linux')('refuses what Node opened for itself', () => {
    closeSync(fd)
    const own = readdirSync('/proc/self/fd').filter((name) => isAnonymous(name))
    expect(own.length).toBeGreaterThan(0)
    for (const name of own) {
      const options = { progressFd: Number(name) }
      expect(() => new ProgressReporter(output, options, { fileCount: 1 })).toThrow('not open')
    }
  })
})

function isAnonymous(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('anon_inode:')
  } catch {
    return false
  }
}
