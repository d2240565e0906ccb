import { expect, it } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { onlineKinds, OnlineRun } from './online-run.ts'

/** `npm run soak` goes on from other seeds. */
const seeds = Array.from({ length: 40 }, (_, index) => 700 + index)
const runs: OnlineRun[] = []

it.each(seeds)(
  'a guest goes on while its image is compacted, and loses nothing (seed %i)',
  async (seed) => {
    await using folder = await tempFolder('online')
    const run = await OnlineRun.live(folder, { seed, rounds: 30 })
    expect(run.story.length).toBeGreaterThan(30)
    runs.push(run)
  },
  60_000,
)

it('these lives met every kind of image, every state of a cluster and every end of a compaction', () => {
  expect(new Set(runs.map(({ kind }) => kind))).toEqual(new Set(onlineKinds))
  const met = (counts: (run: OnlineRun) => Readonly<Record<string, number>>) =>
    new Set(
      runs.flatMap((run) =>
        Object.entries(counts(run)).flatMap(([name, count]) => (count > 0 ? [name] : [])),
      ),
    )
  const [first] = runs
  expect(met(({ sums }) => sums)).toEqual(new Set(Object.keys(first?.sums ?? {})))
  expect(met(({ outcomes }) => outcomes)).toEqual(new Set(Object.keys(first?.outcomes ?? {})))
})
