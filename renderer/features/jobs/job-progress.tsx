import { Fragment } from 'react'
import { isChange } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { describeProgress, type ProgressLine } from '../../format/progress.ts'
import { useNow } from '../../state/clock.ts'
import { useJobs } from '../../state/jobs.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { cancelWorth } from './cancel-worth.ts'
import { JobControls } from './job-controls.tsx'
import { requestWords } from './job-words.ts'
import { waitingWords } from './waiting-words.ts'
import './job-progress.css'

export interface JobProgressProps {
  readonly job: Job
  /** With the image's name, where images are mixed. */
  readonly named?: boolean
  /** Says what a cancel would leave, not only on the button. */
  readonly explained?: boolean
}

/** A job that waits or goes on: what it does, how far, how long, and the ways to hold and to stop it. */
export function JobProgress({ job, named = false, explained = false }: JobProgressProps) {
  const units = useSettings((state) => state.settings.units)
  const heardAt = useJobs((state) => state.heardAt.get(job.id))
  const now = useNow(1000)
  const title = requestWords(job.request)
  const line =
    job.progress &&
    describeProgress(job.progress, {
      silentMs: Math.max(0, now - (heardAt ?? now)),
      units,
      isChange: isChange(job.request),
    })
  const hasBegun = job.startedAt !== undefined
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
        <JobControls job={job} />
      </div>
      <ProgressBar
        value={hasBegun ? line?.share : 0}
        thin
        label={`${title} ${job.imageName}`}
        {...(job.state === 'paused' && { tone: 'warn' })}
      />
      <div className="job-progress-details">
        {waitingWords(job) ??
          detailsOf(job.state, line).map((part, index) => (
            <Fragment key={part}>
              {index > 0 && ' · '}
              <span className="job-progress-part">{part}</span>
            </Fragment>
          ))}
      </div>
      {explained && job.state !== 'cancelling' && (
        <p className="job-progress-worth">{texts().jobs.ifCancelled(cancelWorth(job))}</p>
      )}
    </div>
  )
}

function detailsOf(state: Job['state'], line: ProgressLine | undefined): readonly string[] {
  const words = texts().jobs
  if (state === 'queued') return [words.waiting]
  if (state === 'cancelling') return [words.cancelling]
  if (state === 'pausing') return [words.pausing]
  if (state === 'paused') {
    return line === undefined ? [words.paused] : [words.paused, line.phase, line.amount]
  }
  if (line === undefined) return [words.starting]
  return [line.phase, line.amount, line.speed, line.outlook].filter((part) => part !== undefined)
}
