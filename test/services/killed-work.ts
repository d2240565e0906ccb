/** A process that changes the place of an image with the app's own services, and is killed on the way. */
import { killedWork } from './workers/kill-point.ts'
import { killingEngineWorker, scanWorker } from './built-workers.ts'
import { openWorkbench } from './workbench.ts'
import type { ImageAction } from '../../ipc/schemas/action.ts'

const { data, share, image, overlays, request, undo } = killedWork.parse(
  JSON.parse(process.argv[2] ?? ''),
)
const bench = openWorkbench(data, {
  engineWorker: killingEngineWorker,
  scanWorker,
  trash: { kind: 'freedesktop', owner: { dataHome: share, uid: process.getuid?.() ?? 0 } },
})
const ids = await bench.library.addPaths([image, ...overlays])
const [imageId = 0] = ids

async function change(asked: ImageAction): Promise<string> {
  const { token: planToken } = await bench.planning.show(imageId, asked, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onPlan: () => undefined,
  })
  let started = ''
  const ended = bench.jobChange(
    (each) => each.type === 'job' && each.job.id === started && each.job.endedAt !== undefined,
  )
  ;[started = ''] = bench.queue.start({ request: asked, imageIds: [imageId], planToken }).jobIds
  await ended
  return started
}

const id = await change(request)
if (undo) await change({ kind: 'undo', parameters: { id } })
process.exit(3)
