/** The Trash of a system that says nothing of what it does. */
import { rename, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { createQcow2 } from '../helpers/qemu.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { engineWorker, scanWorker } from './built-workers.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const trash: ImageAction = { kind: 'trash', parameters: {} }

async function trashed(bench: Workbench, imageId: number): Promise<Job> {
  const { token: planToken } = await bench.planning.show(imageId, trash, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onPlan: () => undefined,
  })
  const ended = bench.jobChange(
    (change) => change.type === 'job' && change.job.endedAt !== undefined,
  )
  bench.queue.start({ request: trash, imageIds: [imageId], planToken })
  const change = await ended
  if (change.type !== 'job') throw new Error('no job')
  return change.job
}

it('only the image that was meant goes, and what stays is not called gone', async () => {
  await using folder = await tempFolder()
  const file = folder.file('disk.qcow2')
  await createQcow2(file, '1M')
  let send = (): Promise<void> => Promise.resolve()
  await using bench = openWorkbench(folder.file('data'), {
    engineWorker,
    scanWorker,
    trash: { kind: 'system', send: () => send() },
  })
  const [imageId = 0] = await bench.library.addPaths([file])

  expect(await trashed(bench, imageId)).toMatchObject({
    state: 'failed',
    error: { reason: 'trash-not-done' },
  })
  expect(bench.library.row(imageId)).toMatchObject({ path: file })

  send = async () => {
    await rename(file, folder.file('in-the-trash'))
    await writeFile(file, 'of somebody else')
  }
  expect(await trashed(bench, imageId)).toMatchObject({ state: 'succeeded', undo: 'no' })
  expect(bench.library.row(imageId)).toBeUndefined()
})
