/**
 * `npm run fuzz [-- SECONDS [FIRST_SEED]]`: damaged images through the whole engine until the time is up
 * (10 minutes unless told). Prints what fails with its seed, which builds the same image again, and ends
 * with 1 when anything did.
 */
import { writeFile } from 'node:fs/promises'
import { createEngine } from '../../core/node-engine.ts'
import { dataFileName, scrambledImage } from '../helpers/broken-images.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { fuzzRound } from './fuzz-round.ts'

const seconds = Number(process.argv[2] ?? 600)
const firstSeed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31))
if (!(seconds > 0) || !Number.isSafeInteger(firstSeed)) {
  console.error('usage: npm run fuzz [-- SECONDS [FIRST_SEED]]')
  process.exit(64)
}

await using folder = await tempFolder('fuzz')
await writeFile(folder.file(dataFileName), Buffer.alloc(64 * 1024))
const engine = createEngine()
const path = folder.file('fuzz.qcow2')
const end = performance.now() + seconds * 1000
let seed = firstSeed
let failed = 0
console.log(`fuzz: ${seconds} s from seed ${firstSeed}`)
while (performance.now() < end) {
  const { bytes, story } = scrambledImage(seed)
  await writeFile(path, bytes)
  for (const failure of await fuzzRound(engine, path, { seed, story })) {
    failed++
    console.error(`seed ${failure.seed}, ${failure.target}: ${failure.what}`)
    console.error(`  ${failure.story.join('; ')}`)
  }
  seed++
}
console.log(`fuzz: ${seed - firstSeed} images, ${failed} failures`)
process.exitCode = failed === 0 ? 0 : 1
