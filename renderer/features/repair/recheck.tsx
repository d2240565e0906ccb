import { useEffect, useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { errorDataOf } from '../../state/report-error.ts'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import { CheckResultView } from '../check/check-result-view.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { JobProgress } from '../jobs/job-progress.tsx'
import { useJob } from '../plan/use-job.ts'
import { repairTexts } from './repair-texts.ts'

/** Checks the image once it was repaired, so that nobody has to believe the repair. */
export function Recheck({ row }: { readonly row: LibraryRow }) {
  const [jobId, setJobId] = useState<string>()
  const [error, setError] = useState<ErrorData>()
  useEffect(() => {
    let isShown = true
    host()
      .api['jobs.start']({ request: { kind: 'check' }, imageIds: [row.id] })
      .then(({ jobIds }) => {
        if (isShown) setJobId(jobIds[0])
      })
      .catch((thrown: unknown) => {
        if (isShown) setError(errorDataOf(thrown))
      })
    return () => {
      isShown = false
    }
  }, [row.id])
  if (error !== undefined) return <ErrorPanel error={error} />
  return jobId === undefined ? (
    <p className="muted">{repairTexts().recheck.waiting}</p>
  ) : (
    <CheckOfRepair jobId={jobId} imageId={row.id} />
  )
}

interface CheckOfRepairProps {
  readonly jobId: string
  readonly imageId: number
}

function CheckOfRepair({ jobId, imageId }: CheckOfRepairProps) {
  const job = useJob(jobId)
  if (job === undefined) return <p className="muted">{repairTexts().recheck.running}</p>
  if (!hasEnded(job)) return <JobProgress job={job} />
  return (
    <div className="repair-part">
      {job.error !== undefined && <ErrorPanel error={job.error} />}
      {job.result?.kind === 'check' && (
        <CheckResultView check={job.result.check} imageId={imageId} />
      )}
    </div>
  )
}
