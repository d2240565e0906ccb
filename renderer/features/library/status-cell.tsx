import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { formatPercent } from '../../format/counts.ts'
import { shareOf } from '../../state/job-reducer.ts'
import { useJobs } from '../../state/jobs.ts'
import { texts } from '../../texts/texts.ts'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { kindWords } from '../jobs/job-words.ts'
import { waitingWords } from '../jobs/waiting-words.ts'
import { statusOf } from './status-words.ts'

/** A job while there is one, else what is going on with the file. */
export function StatusCell({ row, now }: { readonly row: LibraryRow; readonly now: number }) {
  const job = useJobs((state) => state.byImage.get(row.id))
  if (job !== undefined) return <JobStatus job={job} />
  const { text, icon, tone, detail } = statusOf(row, now)
  const words = (
    <span className={clsx('status-cell', `status-${tone}`)}>
      {icon && <Icon name={icon} size={14} />}
      <span className="truncate">{text}</span>
    </span>
  )
  return detail === undefined ? words : <Tooltip content={detail}>{words}</Tooltip>
}

function JobStatus({ job }: { readonly job: Job }) {
  const standing = waitingWords(job) ?? standingWords(job.state)
  if (standing !== undefined) {
    return (
      <span className="status-cell status-muted">
        <span className="truncate">{standing}</span>
      </span>
    )
  }
  const share = shareOf(job)
  const word = kindWords(job.request.kind).doing
  return (
    <span className="status-cell status-job">
      <span className="status-job-words truncate">
        {word}
        {share !== undefined && <span> {formatPercent(share)}</span>}
      </span>
      <ProgressBar thin value={share} label={`${word} ${job.imageName}`} />
    </span>
  )
}

/** Undefined while the job goes on. */
function standingWords(state: Job['state']): string | undefined {
  const { waiting, pausing, paused, cancelling } = texts().library.status
  const words: Partial<Record<Job['state'], string>> = {
    queued: waiting,
    pausing,
    paused,
    cancelling,
  }
  return words[state]
}
