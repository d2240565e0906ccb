import { host } from '../../host.ts'
import { exactDate } from '../../format/dates.ts'
import { copyText } from '../../state/copy-text.ts'
import { texts } from '../../texts/texts.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { useJob } from '../plan/use-job.ts'
import { requestWords } from './job-words.ts'
import './job-log-sheet.css'

export interface JobLogSheetProps {
  readonly jobId: string
  readonly onClose: () => void
}

/** What the log has of one job: for a bug report, or for somebody who wants to know exactly. */
export function JobLogSheet({ jobId, onClose }: JobLogSheetProps) {
  const words = texts().jobs.logSheet
  const job = useJob(jobId)
  const answer = useAnswer({
    subject: jobId,
    version: job?.state ?? '',
    ask: (signal) => host().api['jobs.log']({ jobId }, { signal }),
  })
  const lines = answer.kind === 'ready' ? answer.value.lines : []
  const numbered = lines.map((line, number) => ({ ...line, number }))
  return (
    <Dialog
      title={job === undefined ? words.titleOfJob : words.title(requestWords(job.request))}
      description={job?.imagePath}
      size="wide"
      onClose={onClose}
      footer={
        <>
          <Button
            icon="copy"
            disabledReason={lines.length === 0 ? words.none : undefined}
            onClick={() => copyText(asText(lines), words.copied)}
          >
            {words.copy}
          </Button>
          <Button variant="primary" onClick={onClose}>
            {texts().common.close}
          </Button>
        </>
      }
    >
      {answer.kind === 'waiting' && <p className="muted">{words.looking}</p>}
      {answer.kind === 'failed' && <ErrorPanel error={answer.error} />}
      {answer.kind === 'ready' && lines.length === 0 && <p className="muted">{words.none}</p>}
      {lines.length > 0 && (
        <div className="job-log selectable" tabIndex={0} role="region" aria-label={words.lines}>
          <ol>
            {numbered.map(({ at, level, text, number }) => (
              <li key={number} className={`job-log-${level}`}>
                <time dateTime={new Date(at).toISOString()} title={exactDate(at)}>
                  {timeOf(at)}
                </time>
                <span className="job-log-level">{level}</span>
                <span className="job-log-text">{text}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Dialog>
  )
}

interface LogLine {
  readonly at: number
  readonly level: string
  readonly text: string
}

const timeOf = (at: number): string => new Date(at).toLocaleTimeString('en-GB')

/** As it is put into a bug report: one line each, times as the log writes them. */
const asText = (lines: readonly LogLine[]): string =>
  lines.map(({ at, level, text }) => `${new Date(at).toISOString()} ${level} ${text}`).join('\n')
