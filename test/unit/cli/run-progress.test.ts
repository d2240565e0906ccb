import { expect, it } from 'vitest'
import { RunProgress } from '../../../cli/terminal/run-progress.ts'
import { operationPhases } from '../../../core/operations/operation-phases.ts'

const at = (phase: string, part: number) =>
  ({ phase, done: part * 100, total: 100, unit: 'bytes' }) as const

it('gives phases their weight, and never goes back when one comes again', () => {
  const run = new RunProgress(1, [
    ['tables', 20],
    ['data', 60],
    ['hash', 20],
  ])
  const whole = (phase: string, part: number): number => {
    run.report(at(phase, part))
    return Math.round(run.whole * 100)
  }
  expect(whole('tables', 0.5)).toBe(10)
  expect(whole('data', 0.5)).toBe(50)
  expect(whole('tables', 1)).toBe(50)
  expect(whole('unheard-of', 1)).toBe(50)
  expect(whole('hash', 0)).toBe(80)
  expect(whole('hash', 1)).toBe(99)
  run.endFile('done')
  expect(run.whole).toBe(1)
})

it('goes up in one phase that nobody weighed', () => {
  const run = new RunProgress(4)
  run.report(at('data', 0.5))
  expect(run.whole).toBe(0.125)
  run.endFile('failed')
  expect(run.whole).toBe(0.25)
})

it('stays where it was when a run is cancelled', () => {
  const run = new RunProgress(2)
  run.endFile('done')
  run.report(at('data', 0.5))
  run.endFile('cancelled')
  expect(run.whole).toBe(0.5)
})

it.each(Object.entries(operationPhases))('weighs each phase of %s once', (_name, phases) => {
  const names = phases.map(([phase]) => phase)
  expect(new Set(names).size).toBe(names.length)
})
