import { describe, expect, it } from 'vitest'
import { exitCodes, worst } from '../../../cli/exit-codes.ts'

describe('the exit code of several images', () => {
  it.each([
    [[], exitCodes.fine],
    [[exitCodes.leaks, exitCodes.fine], exitCodes.leaks],
    [[exitCodes.leaks, exitCodes.corruption, exitCodes.fine], exitCodes.corruption],
    [[exitCodes.failed, exitCodes.corruption], exitCodes.corruption],
    [[exitCodes.failed, exitCodes.inUse, exitCodes.leaks], exitCodes.failed],
    [[exitCodes.notCheckable, exitCodes.leaks], exitCodes.leaks],
    [[exitCodes.corruption, exitCodes.interrupted], exitCodes.interrupted],
  ])('of %j is the worst, %d', (codes, expected) => {
    expect(worst(codes)).toBe(expected)
  })

  it('has a place in the order for every code there is', () => {
    for (const code of Object.values(exitCodes)) expect(worst([code])).toBe(code)
  })
})
