/**
 * `npm run soak [-- --minutes N] [--seed N]`: images and their models live until the time is up (20 minutes
 * unless told). Prints what fails with its seed, keeps the image and its story, and ends with 1.
 */
import { parseArgs } from 'node:util'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { keepFailure } from './keep-failure.ts'
import { ModelFailure, ModelRun } from './model-run.ts'
import { OnlineFailure, OnlineRun } from './online-run.ts'

/** More of them tell nothing new. */
const MAX_FAILURES = 20

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, seed: { type: 'string' } },
})
const minutes = Number(values.minutes)
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
if (!(minutes > 0) || !Number.isSafeInteger(firstSeed)) {
  console.error('usage: npm run soak [-- --minutes N] [--seed N]')
  process.exit(64)
}

const end = performance.now() + minutes * 60_000
const counts = { lives: 0, steps: 0, failures: 0 }
let told = performance.now()
console.log(`soak: ${minutes} minutes from seed ${firstSeed}`)
for (let seed = firstSeed; performance.now() < end && counts.failures < MAX_FAILURES; seed++) {
  await using folder = await tempFolder('soak')
  try {
    counts.steps += await live(folder, seed)
  } catch (error) {
    counts.failures++
    if (error instanceof ModelFailure) {
      console.error(`soak: ${error.message}; kept in ${await keepFailure(folder, seed, error)}`)
    } else if (error instanceof OnlineFailure) console.error(`soak: ${error.message}`)
    else throw error
  }
  counts.lives++
  if (performance.now() - told > 30_000) {
    told = performance.now()
    console.log(summary())
  }
}
console.log(summary())
process.exitCode = counts.failures === 0 ? 0 : 1

/** Most lives are short, so that all kinds are met; now and then one is long. Gives its steps. */
async function live(folder: TempFolder, seed: number): Promise<number> {
  const isLong = seed % 20 === 0
  if (seed % 3 === 0) {
    return (await OnlineRun.live(folder, { seed, rounds: isLong ? 500 : 60 })).story.length
  }
  const steps = isLong ? 1500 : 150
  return (await ModelRun.live(folder, { seed, steps, lookEvery: 25, until: end })).story.length
}

function summary(): string {
  return `soak: ${counts.lives} images, ${counts.steps} steps, ${counts.failures} failures`
}
