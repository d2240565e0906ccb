import { closeSync, openSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProgressReporter } from '../../../cli/terminal/progress-reporter.ts'
import { TextOutput } from '../../../cli/terminal/text-output.ts'
import { UsageError } from '../../../cli/usage-error.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'

let folder: TempFolder
let fd: number
const output = new TextOutput(process.stderr, { NO_COLOR: '1' })

beforeEach(async () => {
  folder = await tempFolder('progress')
  fd = openSync(folder.file('lines'), 'w')
})
afterEach(() => folder[Symbol.asyncDispose]())

const lines = (): { progress: number; filename: string; phase: string }[] => {
  closeSync(fd)
  return readFileSync(folder.file('lines'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { progress: number; filename: string; phase: string })
}

describe('progress over several images', () => {
  it('counts each image as an equal part of the whole and ends at 100', () => {
    const reporter = new ProgressReporter(output, { progressFd: fd, fileCount: 2 })
    const first = reporter.startFile('a.qcow2')
    first({ phase: 'tables', done: 50, total: 100, unit: 'bytes' })
    reporter.finishFile()
    const second = reporter.startFile('b.qcow2')
    second({ phase: 'refcounts', done: 100, total: 100, unit: 'bytes' })
    reporter.finishFile()
    reporter[Symbol.dispose]()
    expect(lines().map(({ progress, filename }) => [progress, filename])).toEqual([
      [25, 'a.qcow2'],
      [50, 'a.qcow2'],
      [100, 'b.qcow2'],
      [100, 'b.qcow2'],
    ])
  })

  it('has no total yet: the image counts as not begun', () => {
    const reporter = new ProgressReporter(output, { progressFd: fd, fileCount: 1 })
    reporter.startFile('a')({ phase: 'tables', done: 7, total: 0, unit: 'clusters' })
    expect(lines()).toMatchObject([{ progress: 0, phase: 'tables' }])
  })

  it('refuses a descriptor that is not open, as a usage error', () => {
    expect(() => new ProgressReporter(output, { progressFd: 250, fileCount: 1 })).toThrow(
      UsageError,
    )
    closeSync(fd)
  })
})
