import { writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createEngine } from '../../core/node-engine.ts'
import { dataFileName, scrambledImage } from '../helpers/broken-images.ts'
import { someRounds } from '../helpers/some-of.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { fuzzRound, type FuzzFailure } from './fuzz-round.ts'

/** The short run; `npm run fuzz` goes on from other seeds for as long as one likes. */
const rounds = someRounds(250, { oneIn: 2 })

it(`answers ${rounds} damaged images with a value or a named error`, async () => {
  await using folder = await tempFolder('fuzz')
  await writeFile(folder.file(dataFileName), Buffer.alloc(64 * 1024))
  const engine = createEngine()
  const path = folder.file('fuzz.qcow2')
  const failures: FuzzFailure[] = []
  for (let seed = 50_000; seed < 50_000 + rounds; seed++) {
    const { bytes, story } = scrambledImage(seed)
    await writeFile(path, bytes)
    failures.push(...(await fuzzRound(engine, path, { seed, story })))
  }
  expect(failures).toEqual([])
}, 60_000)
