import type { Job } from '../../../ipc/schemas/job.ts'
import { describeProgress } from '../../format/progress.ts'
import { useNow } from '../../state/clock.ts'
import { useJobs } from '../../state/jobs.ts'
import { useSettings } from '../../state/settings.ts'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { cancelJob, cancelPromise } from './job-actions.ts'
import { requestWords } from './job-words.ts'
import './job-progress.css'

/** A job that waits or runs: what it does, how far, how long, and the way to stop it. */
export function JobProgress({
  job,
  named = false,
}: {
  readonly job: Job
  readonly named?: boolean
}) {
  const units = useSettings((state) => state.settings.units)
  const heardAt = useJobs((state) => state.heardAt.get(job.id))
  const now = useNow(1000)
  const title = requestWords(job.request)
  const line =
    job.progress && describeProgress(job.progress, Math.max(0, now - (heardAt ?? now)), units)
  const details =
    job.state === 'queued'
      ? ['Waiting for its turn']
      : job.state === 'cancelling'
        ? ['Cancelling…']
        : line === undefined
          ? ['Starting…']
          : [line.phase, line.amount, line.speed, line.outlook].filter((part) => part !== undefined)
  return (
    <div className="job-progress">
      <div className="job-progress-head">
        <span className="job-progress-title truncate">
          {title}
          {named && <span className="job-progress-name"> {job.imageName}</span>}
        </span>
        {line?.percent !== undefined && (
          <span className="job-progress-percent">{line.percent}</span>
        )}
        <Button
          size="small"
          hint={cancelPromise}
          aria-label={`Cancel: ${title} of ${job.imageName}. The image stays as it is`}
          busy={job.state === 'cancelling'}
          onClick={() => cancelJob(job)}
        >
          Cancel
        </Button>
      </div>
      {job.state === 'queued' ? (
        <ProgressBar value={0} thin label={`${title} of ${job.imageName}`} />
      ) : (
        <ProgressBar value={line?.share} thin label={`${title} of ${job.imageName}`} />
      )}
      <div className="job-progress-details">{details.join(' · ')}</div>
    </div>
  )
}
