import { expect, it } from 'vitest'
import { compactKillRounds } from './compact-kill-rounds.ts'

/** `npm run crash` does it to images of 1 GiB. */
const rounds = 3

it(`${rounds} images whose compaction is killed lose nothing, and are compacted in the end`, async () => {
  const size = { bytes: 32 * 2 ** 20, clusterSize: 16_384 }
  const { failures, kills } = await compactKillRounds({ rounds, firstSeed: 70_000, ...size })
  expect(failures).toEqual([])
  expect(kills).toBeGreaterThan(0)
}, 120_000)
