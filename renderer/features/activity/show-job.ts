import { create } from 'zustand'
import { useJobs } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { changeSettings } from '../../state/settings.ts'

/** The job that somebody wants to see in the drawer; it is forgotten once it has the keyboard. */
export const useWantedJob = create<{ readonly jobId: string | undefined }>(() => ({
  jobId: undefined,
}))

/**
 * Shows a job where it stands: the drawer, scrolled to it, with the keyboard on it. One that the drawer has no
 * more (it ended in another run, or was cleared away) is in the history.
 */
export function showJob(jobId: string): void {
  if (!useJobs.getState().jobs.has(jobId)) {
    showPage({ kind: 'history' })
    return
  }
  changeSettings({ drawerOpen: true })
  useWantedJob.setState({ jobId })
}
