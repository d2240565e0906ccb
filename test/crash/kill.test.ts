import { expect, it } from 'vitest'
import { killRounds } from './kill-rounds.ts'

/** `npm run crash` kills 200. */
const rounds = 14

it(`${rounds} processes that are killed while they write leave what they flushed`, async () => {
  const { failures, flushes } = await killRounds({ rounds, firstSeed: 90_000 })
  expect(failures).toEqual([])
  expect(flushes).toBeGreaterThan(0)
}, 60_000)
