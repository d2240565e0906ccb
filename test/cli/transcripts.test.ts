import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { someOf, takesAll } from '../helpers/some-of.ts'
import { replay } from './transcript/run-transcript.ts'
import { notRun } from './transcript/table-coverage.ts'

const folder = new URL('transcripts/', import.meta.url)
const transcripts = someOf(
  readdirSync(folder)
    .filter((name) => name.endsWith('.t'))
    .toSorted(),
  { oneIn: 3 },
).map((name) => ({ name, written: readFileSync(new URL(name, folder), 'utf8') }))

/** Of all transcripts, once they ran. */
const runs: (readonly string[])[] = []

/** As many at a time: the other tests share the cores. */
const lanes = [Promise.resolve(), Promise.resolve()]

/** When it is its turn. */
function inLane(index: number, work: () => Promise<void>): Promise<void> {
  const lane = index % lanes.length
  const mine = (lanes[lane] ?? Promise.resolve()).then(work)
  lanes[lane] = mine.catch(() => undefined)
  return mine
}

/**
 * Reviewed by reading; `node test/cli/update-transcripts.ts` writes them anew (docs/TESTING.md). A
 * difference shows as what the transcript would say today.
 */
describe('a transcript comes out as it is written', { concurrent: true }, () => {
  it.each(transcripts)('$name', { timeout: 300_000 }, ({ name, written }) =>
    inLane(
      transcripts.findIndex((transcript) => transcript.name === name),
      async () => {
        const now = await replay(written)
        runs.push(...now.runs)
        expect(now.written).toBe(written)
      },
    ),
  )
})

it.runIf(takesAll)(
  'every verb, with every option and choice, was in some of them (asked of all: npm run test:all)',
  () => {
    expect(notRun(runs)).toEqual([])
  },
)
