import { describe, expect, it } from 'vitest'
import {
  progressBar,
  progressLine,
  type ProgressShown,
} from '../../../cli/terminal/progress-words.ts'
import { columnsOf } from '../../../cli/terminal/text-width.ts'

const gib = 2 ** 30
const shown: ProgressShown = {
  whole: 0.42,
  fileName: 'disk.qcow2',
  files: '',
  progress: {
    phase: 'hash-before',
    done: 1.2 * gib,
    total: 4 * gib,
    unit: 'bytes',
    speed: 210 * 2 ** 20,
    secondsLeft: 13.2,
  },
  silentMs: 0,
}

describe('the bar', () => {
  it('tells percent, file, phase, amount, speed and time left', () => {
    expect(progressBar(shown, 200, true)).toBe(
      '██████████░░░░░░░░░░░░░░   42 %  disk.qcow2  hashing before  1.2 GiB of 4 GiB  210 MiB/s  about 15 s left',
    )
  })

  it('is drawn in ASCII where nothing else can be', () => {
    expect(progressBar(shown, 200, false)).toMatch(/^\[#{10}\.{14}\]/)
  })

  it.each(Array.from({ length: 110 }, (_, width) => width + 1))(
    'fits into %d columns, the percent first of all',
    (width) => {
      const text = progressBar({ ...shown, files: '3/200', fileName: '磁盘.qcow2' }, width, true)
      expect(columnsOf(text)).toBeLessThanOrEqual(width)
      expect(text).toContain(' 42 %'.slice(0, Math.max(0, width - 1)))
    },
  )

  it('names a stall instead of promising an end', () => {
    const text = progressBar({ ...shown, silentMs: 12_300 }, 200, true)
    expect(text).toContain('waits for the disk, 12 s')
    expect(text).not.toContain('left')
    expect(text).not.toContain('/s')
  })

  it('says nothing it does not know', () => {
    const text = progressBar({ ...shown, whole: 0, progress: undefined }, 200, true)
    expect(text).toBe('░░░░░░░░░░░░░░░░░░░░░░░░    0 %  disk.qcow2')
  })

  it.each([
    [0.3, 'about 1 s left'],
    [61, 'about 1 min 10 s left'],
    [4000, 'about 1 h 7 min left'],
  ])('rounds %d s to "%s"', (secondsLeft, words) => {
    const { progress } = shown
    if (progress === undefined) throw new Error('there is progress')
    const text = progressBar({ ...shown, progress: { ...progress, secondsLeft } }, 200, true)
    expect(text.endsWith(words)).toBe(true)
  })
})

it('a line for logs has the same words without the bar', () => {
  const clusters = { phase: 'zeroes', done: 1200, total: 0, unit: 'clusters', speed: 5000 } as const
  expect(progressLine({ ...shown, files: '3/200', progress: clusters })).toBe(
    '42 %  3/200 disk.qcow2  looking for zeroes  5,000 clusters/s',
  )
})
