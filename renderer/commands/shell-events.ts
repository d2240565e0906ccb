import type { ShellEvent } from '../../ipc/schemas/app.ts'
import { showJob } from '../features/activity/show-job.ts'
import { revealOpened } from '../features/library/reveal-images.ts'
import { addNotice } from '../state/app-info.ts'
import { whenLoaded } from '../state/library.ts'
import { unreachable } from '../unreachable.ts'
import { showPage } from '../state/page.ts'
import { reportError } from '../state/report-error.ts'
import { openForImages } from './open-for-images.ts'
import { isCommand, runCommand } from './registry.ts'

/** What the shell around the window asks of it: menu commands, files opened from the desktop. */
export function receiveShellEvent(event: ShellEvent): void {
  switch (event.type) {
    case 'command':
      // A shell of another version may name a command that this window does not have.
      if (!isCommand(event.id)) break
      if (event.imageIds === undefined) whenLoaded(() => runCommand(event.id))
      else openForImages(event.id, event.imageIds).catch(reportError)
      break
    case 'opened':
      revealOpened(event.imageIds)
      break
    case 'show-batch':
      showPage({ kind: 'batch', batchId: event.batchId })
      break
    case 'show-job':
      showJob(event.jobId)
      break
    case 'notice':
      addNotice({ id: `${event.title}\n${event.detail}`, title: event.title, detail: event.detail })
      break
    default:
      unreachable(event)
  }
}
