import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { useJobs } from '../../state/jobs.ts'
import { useAnswer, type Answer } from '../../state/use-answer.ts'

/** Changes whenever something read about this image may be out of date. */
export function useImageVersion(row: LibraryRow): string {
  const endedAt = useJobs((state) => state.endedAt.get(row.id))
  return [
    row.modifiedAt,
    row.fileLength,
    row.linksTrusted,
    row.treatedAsRaw,
    row.use.state,
    endedAt,
  ].join(':')
}

/** The newest ended jobs of one kind that this image has, newest first. */
export function useLastJobs(imageId: number, kind: JobKind, limit: number): Answer<readonly Job[]> {
  const endedAt = useJobs((state) => state.endedAt.get(imageId))
  return useAnswer({
    subject: `${kind}:${imageId}`,
    version: endedAt ?? 0,
    ask: async (signal) => {
      const { jobs } = await host().api['history.page'](
        { imageId, kinds: [kind], limit },
        { signal },
      )
      return jobs
    },
  })
}
