import { expect, test } from 'vitest'
import { PhaseShare } from '../../../../core/report/phase-share.ts'
import { ProgressMeter } from '../../../../core/report/progress-meter.ts'

const at = (phase: string, done: number, total: number) =>
  ({ phase, done, total, unit: 'bytes' }) as const

test('a share is that of all phases by their weights, and never falls', () => {
  const share = new PhaseShare([
    ['tables', 25],
    ['data', 75],
  ])
  const shares = [
    at('tables', 1, 2),
    at('tables', 2, 2),
    at('data', 1, 3),
    // A plan that is made again has its tables again.
    at('tables', 1, 2),
    at('unheard-of', 1, 1),
    at('data', 3, 3),
  ].map((progress) => share.report(progress))
  expect(shares).toEqual([0.125, 0.25, 0.5, 0.5, 0.5, 1])
})

test('one phase that nobody weighed is all there is', () => {
  const share = new PhaseShare()
  expect(share.report(at('copy', 0, 0))).toBe(0)
  expect(share.report(at('copy', 1, 4))).toBe(0.25)
})

test('a meter tells the share when it knows the phases, and not otherwise', () => {
  expect(new ProgressMeter(() => 0, [['data', 1]]).measure(at('data', 1, 2)).share).toBe(0.5)
  expect(new ProgressMeter(() => 0).measure(at('data', 1, 2))).not.toHaveProperty('share')
})
