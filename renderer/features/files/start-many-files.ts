import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { BatchCounters } from '../../../ipc/schemas/job.ts'
import { counted } from '../../format/counts.ts'
import { host } from '../../host.ts'
import { useJobs } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'

export interface ManyFilesStart {
  readonly request: ImageAction
  /** In the order of the plan. */
  readonly imageIds: readonly number[]
  /** Left out by the plan already. */
  readonly leftOut: number
  readonly title: string
}

/** Starts it, and tells when it has ended how many went and how many stayed, with the way to each. */
export async function startManyFiles(start: ManyFilesStart): Promise<void> {
  const { batchId } = await host().api['jobs.start']({
    request: start.request,
    imageIds: [...start.imageIds],
    batchTitle: start.title.slice(0, 200),
  })
  if (batchId === undefined) return
  const told = (): boolean => {
    const batch = useJobs.getState().batches.get(batchId)
    if (batch?.endedAt === undefined) return false
    tell(batch, start)
    return true
  }
  if (told()) return
  const stop = useJobs.subscribe(() => {
    if (told()) stop()
  })
}

function tell({ id, title, total, ok }: BatchCounters, { leftOut }: ManyFilesStart): void {
  const words = texts().files.many
  const stayed = total - ok + leftOut
  toast({
    title,
    detail:
      stayed === 0
        ? words.done(counted(ok, 'image'))
        : words.doneBut(counted(ok, 'image'), counted(stayed, 'image')),
    tone: ok === 0 ? 'bad' : stayed === 0 ? 'good' : 'info',
    // What was done is taken back there, all at once or image by image.
    action: { label: words.results, run: () => showPage({ kind: 'batch', batchId: id }) },
  })
}
