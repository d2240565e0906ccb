import { useState } from 'react'
import type { Job } from '../../../ipc/schemas/job.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { formatDuration } from '../../format/durations.ts'
import { commandLine } from '../../commands/command-line.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { copyText } from '../../state/copy-text.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { CheckResultView } from '../check/check-result-view.tsx'
import { useFullCheck } from '../check/use-full-check.ts'
import { historyTexts } from '../history/history-texts.ts'
import { UndoButton } from '../undo/undo-button.tsx'
import { commandOf } from './command-of.ts'
import { LogButton, TakeUpButton } from './job-controls.tsx'
import { kindWords, requestWords, stateWords } from './job-words.ts'
import { resultFacts } from './result-facts.ts'
import { summaryOf } from './summary-of.ts'
import './job-entry.css'

export interface JobEntryProps {
  readonly job: Job
  /** The job of the same kind before, for numbers side by side. */
  readonly earlier: Job | undefined
  readonly now: number
  /** Given where images are mixed: opens the image. */
  readonly onShowImage?: (() => void) | undefined
}

/** Which changes can be taken back, and which were. */
function UndoMark({ undo }: Pick<Job, 'undo'>) {
  const words = texts().jobs.undoMarks
  if (undo === 'possible') return <Badge tone="neutral">{words.possible}</Badge>
  return undo === 'done' ? <Badge tone="neutral">{words.done}</Badge> : null
}

/** One line of the history; it unfolds to everything that was recorded. */
export function JobEntry({ job, earlier, now, onShowImage }: JobEntryProps) {
  const [open, setOpen] = useState(false)
  const { word, tone } = stateWords(job.state)
  const at = job.endedAt ?? job.queuedAt
  return (
    <details className="job-entry" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name={kindWords(job.request.kind).icon} />
        <span className="job-entry-what">
          <span className="job-entry-title truncate">
            {requestWords(job.request)}
            {onShowImage !== undefined && (
              <span className="job-progress-name"> {job.imageName}</span>
            )}
          </span>
          <span className="job-entry-summary truncate">{summaryOf(job) ?? word}</span>
        </span>
        {job.state !== 'succeeded' && <Badge tone={tone}>{word}</Badge>}
        <UndoMark undo={job.undo} />
        <span className="job-entry-when" title={exactDate(at)}>
          {relativeDate(at, now)}
        </span>
      </summary>
      {open && <JobRecord job={job} earlier={earlier} onShowImage={onShowImage} />}
    </details>
  )
}

/** Everything that was recorded; drawn when it is asked for, because findings can be many. */
function JobRecord({ job, earlier, onShowImage }: Omit<JobEntryProps, 'now'>) {
  const units = useSettings((state) => state.settings.units)
  const windows = useAppInfo((state) => state.info?.platform.startsWith('win') === true)
  const at = job.endedAt ?? job.queuedAt
  const facts = resultFacts(job, earlier, units)
  const found = useFullCheck(job)
  const command = commandOf(job)
  const words = historyTexts()
  return (
    <div className="job-entry-body">
      {found !== undefined && found.findings.length > 0 && <CheckResultView check={found} />}
      {job.error !== undefined && <ErrorPanel error={job.error} />}
      <Facts
        items={[
          ...facts.map(({ label, value, title, before }) => ({
            label,
            value: before === undefined ? value : words.before(value, before),
            title,
          })),
          { label: words.facts.when, value: exactDate(at) },
          ...(job.startedAt === undefined || job.endedAt === undefined
            ? []
            : [{ label: words.facts.took, value: formatDuration(job.endedAt - job.startedAt) }]),
          { label: words.facts.started, value: texts().jobs.actors[job.actor] },
          { label: words.facts.engine, value: job.engineVersion },
          { label: words.facts.file, value: job.imagePath },
        ]}
      />
      <div className="job-entry-actions">
        {onShowImage !== undefined && (
          <Button size="small" icon="inspector" onClick={onShowImage}>
            {words.showImage}
          </Button>
        )}
        <TakeUpButton job={job} />
        <UndoButton job={job} size="small" />
        {command !== undefined && (
          <Button
            size="small"
            icon="command"
            onClick={() => copyText(commandLine(command, windows), words.command)}
          >
            {words.copyCommand}
          </Button>
        )}
        <LogButton job={job} />
      </div>
    </div>
  )
}
