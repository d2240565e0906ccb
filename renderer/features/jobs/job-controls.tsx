import { isChange } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { openSheet } from '../../state/sheets.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { cancelWorth } from './cancel-worth.ts'
import { cancelJob, pauseJob, resumeJob, takeUpJob } from './job-actions.ts'
import { requestWords } from './job-words.ts'

interface OfJob {
  readonly job: Job
}

/** Pause or Resume, and Cancel, of work that waits or goes on. */
export function JobControls({ job }: OfJob) {
  const words = texts().jobs
  const title = requestWords(job.request)
  const worth = cancelWorth(job)
  return (
    <>
      <PauseOrResume job={job} />
      <Button
        size="small"
        hint={words.cancelHint(worth)}
        aria-label={words.cancelOf(title, job.imageName, worth)}
        busy={job.state === 'cancelling'}
        onClick={() => cancelJob(job)}
      >
        {words.cancel}
      </Button>
    </>
  )
}

/** One button for both, so that the keyboard stays where it is. */
function PauseOrResume({ job }: OfJob) {
  const words = texts().jobs
  const title = requestWords(job.request)
  if (hasEnded(job) || job.state === 'cancelling') return null
  const stands = job.state === 'paused' || job.state === 'pausing'
  const hint = isChange(job.request) && job.startedAt !== undefined ? 'change' : 'look'
  return (
    <Button
      size="small"
      icon={stands ? 'play' : 'pause'}
      hint={stands ? undefined : words.pauseHint[hint]}
      aria-label={(stands ? words.resumeOf : words.pauseOf)(title, job.imageName)}
      onClick={() => (stands ? resumeJob(job) : pauseJob(job))}
    >
      {stands ? words.resume : words.pause}
    </Button>
  )
}

/** Goes on with work that the end of the app cut off; nothing where that cannot be. */
export function TakeUpButton({ job }: OfJob) {
  const words = texts().jobs
  if (job.state !== 'interrupted' || job.canResume !== true) return null
  return (
    <Button
      size="small"
      icon="play"
      hint={words.resumeHint}
      aria-label={words.resumeInterruptedOf(requestWords(job.request), job.imageName)}
      onClick={() => takeUpJob(job)}
    >
      {words.resumeInterrupted}
    </Button>
  )
}

export function LogButton({ job }: OfJob) {
  const words = texts().jobs
  return (
    <Button
      size="small"
      variant="quiet"
      aria-label={words.logOf(requestWords(job.request), job.imageName)}
      onClick={() => openSheet({ kind: 'job-log', jobId: job.id })}
    >
      {words.log}
    </Button>
  )
}
