import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { PauseSwitch } from '../../../../../core/base/pause-switch.ts'
import { compactInPlace } from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { findingsOf } from '../../../../helpers/findings.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

/** Many holes below many clusters of data; one byte a batch makes each move a batch of its own. */
function holed(): MemoryFile {
  const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 64 * 512 }).leak(40)
  for (let guest = 0; guest < 60; guest++) builder.data(guest, 1 + guest)
  return new MemoryFile(builder.build().bytes)
}

const batchBytes = 1

test('A pause holds it where it stands, and nothing is written until it goes on', async () => {
  const file = new TraceFile(holed())
  const standing = Promise.withResolvers<void>()
  const pause = new PauseSwitch(() => {
    standing.resolve()
  })
  const onProgress = ({ phase }: { readonly phase: string }) => {
    if (phase === 'moves' && !pause.isStanding) pause.pause()
  }
  const done = compactInPlace(file, readHeaderArea(file), { pause, onProgress, batchBytes })
  await standing.promise
  const written = file.lines.length
  for (let turns = 0; turns < 20; turns++) await turn()
  expect(file.lines.length).toBe(written)
  // What a program finds that is started now: an image, with leaks at most.
  expect((await findingsOf(file)).filter((text) => !text.includes('leak'))).toEqual([])

  const goOn = setInterval(() => {
    pause.resume()
  })
  expect((await done).outcome).toBe('compacted')
  clearInterval(goOn)
  expect(await findingsOf(file)).toEqual([])
})

test('A cancel is heard while it stands still', async () => {
  const file = holed()
  const controller = new AbortController()
  const pause = new PauseSwitch(() => {
    controller.abort()
  })
  const onProgress = ({ phase }: { readonly phase: string }) => {
    if (phase === 'moves') pause.pause()
  }
  const { signal } = controller
  const options = { pause, signal, onProgress, batchBytes }
  await expect(compactInPlace(file, readHeaderArea(file), options)).rejects.toMatchObject({
    reason: 'compact-cancelled',
  })
  const again = await compactInPlace(file, readHeaderArea(file))
  expect(again.outcome).toBe('compacted')
  expect(await findingsOf(file)).toEqual([])
})

test('Copies are durable before anything refers to them, and references before anything is let go of', async () => {
  const trace = new TraceFile(holed())
  await compactInPlace(trace, readHeaderArea(trace))
  const steps = trace.lines.map((line) => line.replace(/ \d+\+\d+$/, ''))
  const once = steps.filter((step, at) => step !== steps[at - 1])
  // Leaks that are counted no more reach the file with the places of the copies.
  expect(once.slice(0, 5)).toEqual([
    'write data',
    'write refcount-block',
    'flush',
    'write l2-table',
    'flush',
  ])
  expect(once.slice(-3, -1)).toEqual(['flush', expect.stringMatching(/^truncate/)])
  expect(once.at(-1)).toBe('flush')
})
