import { beforeEach, expect, test } from 'vitest'
import { receiveShellEvent } from '../../../renderer/commands/shell-events.ts'
import { useWantedJob } from '../../../renderer/features/activity/show-job.ts'
import { fakeServices } from '../../../renderer/fake/services.ts'
import { setHost } from '../../../renderer/host.ts'
import { noJobs } from '../../../renderer/state/job-reducer.ts'
import { useJobs } from '../../../renderer/state/jobs.ts'
import { showPage, usePage } from '../../../renderer/state/page.ts'
import { useSettings } from '../../../renderer/state/settings.ts'
import type { Job } from '../../../ipc/schemas/job.ts'

const failed: Job = {
  id: '7',
  request: { kind: 'map' },
  imageId: 1,
  imageName: 'disk.qcow2',
  imagePath: '/vm/disk.qcow2',
  state: 'failed',
  actor: 'desktop',
  queuedAt: 0,
  engineVersion: '0.1.0',
}

beforeEach(() => {
  const { client } = fakeServices({
    rowCount: 0,
    standingWork: false,
    now: 0,
    host: 'electron',
    settings: {},
    notices: [],
  })
  setHost({
    api: client,
    pathFor: () => undefined,
    copyText: () => Promise.resolve(),
    openTab: () => true,
    saveText: () => undefined,
  })
  useSettings.setState(({ settings }) => ({ settings: { ...settings, drawerOpen: false } }))
  useJobs.setState({ ...noJobs, jobs: new Map([[failed.id, failed]]) })
  useWantedJob.setState({ jobId: undefined })
  showPage({ kind: 'library', scope: { kind: 'all' } })
})

test('a notification leads to its job in the drawer', () => {
  receiveShellEvent({ type: 'show-job', jobId: '7' })
  expect(useSettings.getState().settings.drawerOpen).toBe(true)
  expect(useWantedJob.getState().jobId).toBe('7')
})

test('a job that the drawer has no more is looked for in the history', () => {
  receiveShellEvent({ type: 'show-job', jobId: '3' })
  expect(usePage.getState().page).toEqual({ kind: 'history' })
  expect(useSettings.getState().settings.drawerOpen).toBe(false)
})
