import { expect, it } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { keepFailure } from './keep-failure.ts'
import { ModelFailure, ModelRun } from './model-run.ts'
import { someOf } from '../helpers/some-of.ts'

/** `npm run soak` goes on from other seeds. */
const seeds = Array.from({ length: 24 }, (_, index) => 300 + index)

it.each(someOf(seeds, { oneIn: 4 }))(
  'an image and its model live the same life (seed %i)',
  async (seed) => {
    await using folder = await tempFolder('model')
    try {
      const run = await ModelRun.live(folder, { seed, steps: 40, lookEvery: 20 })
      expect(run.story.length).toBeGreaterThan(40)
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error
      throw new Error(`${error.message}\nkept in ${await keepFailure(folder, seed, error)}`, {
        cause: error,
      })
    }
  },
  60_000,
)
