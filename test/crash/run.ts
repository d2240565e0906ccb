/**
 * `npm run crash [-- --minutes N] [--seed N] [--rounds N] [--compactions N] [--large GIB]`: power cuts through
 * every kind of story until the time is up (10 minutes unless told), then processes that are killed while they
 * write (200 unless told) or compact an image of 1 GiB (20 unless told), and with `--large` one image of so
 * many GiB that ten processes die on. Prints counts, keeps what fails with its recipe and seed, and ends with 1
 * when anything did.
 */
import { parseArgs } from 'node:util'
import { compactKillRounds } from './compact-kill-rounds.ts'
import { crashMatrix, CrashFailure } from './crash-matrix.ts'
import { killRounds } from './kill-rounds.ts'
import { largeProof } from './large-proof.ts'
import { allScenarios } from './scenarios/all.ts'

/** More of them tell nothing new. */
const MAX_FAILURES = 20

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    rounds: { type: 'string', default: '200' },
    compactions: { type: 'string', default: '20' },
    large: { type: 'string', default: '0' },
  },
})
const minutes = Number(values.minutes)
const rounds = Number(values.rounds)
const compactions = Number(values.compactions)
const largeGib = Number(values.large)
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const whole = [rounds, compactions, largeGib, firstSeed]
if (!(minutes >= 0) || !whole.every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error(
    'usage: npm run crash [-- --minutes N] [--seed N] [--rounds N] [--compactions N] [--large GIB]',
  )
  process.exit(64)
}

const end = performance.now() + minutes * 60_000
const totals = { stories: 0, cuts: 0, examined: 0, distinct: 0, failures: 0 }
let told = performance.now()
console.log(`crash: ${minutes} minutes from seed ${firstSeed}`)
const goesOn = () => performance.now() < end && totals.failures < MAX_FAILURES
for (let seed = firstSeed; goesOn(); seed++) {
  for (const { name, make } of allScenarios) {
    if (!goesOn()) break
    try {
      const result = await crashMatrix(await make(seed), { seed, perCut: 60 })
      totals.stories++
      totals.cuts += result.cuts
      totals.examined += result.examined
      totals.distinct += result.distinct
    } catch (error) {
      totals.failures++
      console.error(`crash: ${name}, seed ${seed}: ${reasonOf(error)}`)
    }
  }
  if (performance.now() - told < 30_000) continue
  told = performance.now()
  console.log(summary())
}
console.log(summary())

if (rounds > 0) {
  const killed = await killRounds({ rounds, firstSeed })
  for (const failure of killed.failures) console.error(`crash: killed process, ${failure}`)
  totals.failures += killed.failures.length
  console.log(
    `crash: ${killed.rounds} processes killed after ${killed.flushes} flushes, ${killed.failures.length} failures`,
  )
}

if (compactions > 0) {
  const size = { bytes: 2 ** 30, clusterSize: 65_536 }
  const killed = await compactKillRounds({ rounds: compactions, firstSeed, ...size })
  for (const failure of killed.failures) console.error(`crash: killed compaction, ${failure}`)
  totals.failures += killed.failures.length
  console.log(
    `crash: ${killed.rounds} images of 1 GiB compacted, ${killed.kills} processes killed, ${killed.failures.length} failures`,
  )
}

if (largeGib > 0) {
  const tell = (line: string) => console.log(`crash: large image, ${line}`)
  try {
    await largeProof({ bytes: largeGib * 2 ** 30, kills: 10, seed: firstSeed, tell })
  } catch (error) {
    totals.failures++
    console.error(`crash: large image, seed ${firstSeed}: ${reasonOf(error)}`)
  }
}
process.exitCode = totals.failures === 0 ? 0 : 1

function summary(): string {
  const { stories, cuts, examined, distinct, failures } = totals
  return `crash: ${stories} stories, ${cuts} cuts, ${examined} states examined, ${distinct} different ones, ${failures} failures`
}

function reasonOf(error: unknown): string {
  if (error instanceof CrashFailure) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
