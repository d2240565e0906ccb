import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import {
  compactInPlace,
  type InPlaceOptions,
  type InPlaceOutcome,
} from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'
import { countsOf, optionsFor, plannedLength, statesOf, usedImage, wishes } from './used-image.ts'

const compact = (file: WritableFile, options: InPlaceOptions): Promise<InPlaceOutcome> =>
  compactInPlace(file, readHeaderArea(file), options)

describe('Compacting in place', () => {
  test('keeps every state, leaks nothing, ends where it was planned and does so once', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        const image = await usedImage(wish)
        const { file } = image
        const states = await statesOf(file, image)
        const options = await optionsFor(file, wish)
        const length = await plannedLength(file, options)
        const { leaks } = await countsOf(file)
        let copied = 0
        const { outcome, movedBytes } = await compact(file, {
          ...options,
          onProgress: ({ phase, done }) => {
            if (phase === 'moves') copied = done
          },
        })
        expect(copied).toBe(movedBytes)
        // Leaks alone are no reason to write.
        const mayLeak = outcome === 'nothing-to-do' ? leaks : 0
        expect(await countsOf(file)).toEqual({ damage: 0, leaks: mayLeak })
        expect(await statesOf(file, image)).toEqual(states)
        expect(file.size()).toBe(length)

        const trace = new TraceFile(file)
        await compact(trace, await optionsFor(file, wish))
        expect(trace.lines).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  test('is cancelled anywhere without harm, and goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, fc.integer({ min: 0, max: 15 }), async (wish, turns) => {
        const image = await usedImage(wish)
        const { file } = image
        const states = await statesOf(file, image)
        const controller = new AbortController()
        const { signal } = controller
        let left = turns
        const onProgress = () => {
          if (left-- === 0) controller.abort()
        }
        const options = { ...(await optionsFor(file, wish)), signal, onProgress }
        const ended = await compact(file, options).then(
          () => 'done',
          (thrown: unknown) => ImageError.from(thrown).kind,
        )
        expect(ended).toBe(signal.aborted && ended !== 'done' ? 'cancelled' : 'done')
        expect((await countsOf(file)).damage).toBe(0)
        expect(await statesOf(file, image)).toEqual(states)

        const again = await optionsFor(file, wish)
        const length = await plannedLength(file, again)
        const { leaks } = await countsOf(file)
        const { outcome } = await compact(file, again)
        const mayLeak = outcome === 'nothing-to-do' ? leaks : 0
        expect(await countsOf(file)).toEqual({ damage: 0, leaks: mayLeak })
        expect(await statesOf(file, image)).toEqual(states)
        expect(file.size()).toBe(length)
      }),
      { numRuns: 50 },
    )
  })
})
