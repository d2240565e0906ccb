import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compactInPlace } from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { CrashContent, CrashFile } from '../../../../storage/crash-file.ts'
import { CrashLog } from '../../../../storage/crash-log.ts'
import { crashStates } from '../../../../storage/crash-states.ts'
import { seededRandom } from '../../../../helpers/random.ts'
import { someRounds } from '../../../../helpers/some-of.ts'
import { countsOf, optionsFor, statesOf, usedImage, wishes, type UsedImage } from './used-image.ts'

const path = 'image.qcow2'
/** Disks that are judged for one image at most: some images could end in thousands. */
const mostCuts = 60

/** The record of an image that is compacted from its first change to its last. */
async function recorded(
  { file }: UsedImage,
  wish: Parameters<typeof optionsFor>[1],
): Promise<CrashLog<never>> {
  const bytes = new Uint8Array(file.size())
  file.readNow(bytes, 0)
  const log = new CrashLog<never>()
  const content = new CrashContent(log, log.addFile({ path, bytes }), bytes)
  const crashing = new CrashFile(path, content, { pace: () => 0 })
  await compactInPlace(crashing, readHeaderArea(crashing), await optionsFor(file, wish))
  return log
}

describe('A power cut while an image is compacted in place', () => {
  test('leaves every state as it was, leaks at most, and an image that can be compacted', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        const image = await usedImage(wish)
        const states = await statesOf(image.file, image)
        const log = await recorded(image, wish)
        const random = seededRandom(wish.seed)
        const all = [...crashStates(log, { seed: wish.seed, perCut: 3 })]
        const known = new Set<string>()
        for (let cut = 0; cut < mostCuts; cut++) {
          const state = all[random.below(all.length)]
          if (state === undefined || known.has(state.content)) continue
          known.add(state.content)
          const file = new MemoryFile(state.files().get(path) ?? new Uint8Array())
          const told = { recipe: state.recipe() }
          expect({ ...told, damage: (await countsOf(file)).damage }).toEqual({ ...told, damage: 0 })
          expect((await statesOf(file, image)).every((held, at) => held === states[at])).toBe(true)

          const { leaks } = await countsOf(file)
          const options = await optionsFor(file, wish)
          const { outcome } = await compactInPlace(file, readHeaderArea(file), options)
          const mayLeak = outcome === 'nothing-to-do' ? leaks : 0
          const counts = await countsOf(file)
          expect({ ...told, ...counts }).toEqual({ ...told, damage: 0, leaks: mayLeak })
          expect((await statesOf(file, image)).every((held, at) => held === states[at])).toBe(true)
        }
      }),
      { numRuns: someRounds(15, { oneIn: 2 }) },
    )
  })
})
