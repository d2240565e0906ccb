import { formatDuration, formatInstant } from '../../core/index.ts'
import type { Records } from '../../main/headless.ts'
import type { Host } from '../host.ts'
import { paintFor, type Tone } from '../terminal/style.ts'
import { formatTable, type Row } from '../terminal/table.ts'
import type { OutputOptions } from '../table/shared-options.ts'

/** A job as the window receives it (ipc/schemas/job.ts). */
export type RecordedJob = ReturnType<Records['open']>[number]

interface JobsLayout {
  readonly options: OutputOptions
  readonly host: Host
  /** Said when there are none. */
  readonly none: string
}

/** Jobs as a table, or as JSON in the shape that the window receives. */
export async function printJobs(
  jobs: readonly RecordedJob[],
  { options, host, none }: JobsLayout,
): Promise<void> {
  const { stdout } = host
  if (options.output === 'json') {
    await stdout.line(JSON.stringify(jobs.map(jobJson), undefined, 4))
  } else if (jobs.length === 0) {
    await stdout.line(none)
  } else {
    await stdout.line(
      formatTable(columns, jobs.map(rowOf), { paint: paintFor(stdout), width: stdout.width }),
    )
  }
}

/** One element of `--json`. */
const jobJson = (job: RecordedJob) => ({ version: 1, ...job }) as const

const columns = [
  { title: 'WHEN' },
  { title: 'WHAT' },
  { title: 'IMAGE', shrinks: true },
  { title: 'STATE' },
  { title: 'TIME', align: 'right' },
  { title: 'BY' },
  { title: 'RESULT', shrinks: true },
] as const

const tones: Readonly<Record<RecordedJob['state'], Tone>> = {
  queued: 'soft',
  running: 'plain',
  pausing: 'plain',
  paused: 'waste',
  cancelling: 'waste',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'soft',
  interrupted: 'waste',
  skipped: 'soft',
}

function rowOf(job: RecordedJob): Row {
  const { startedAt, endedAt } = job
  const duration =
    startedAt === undefined || endedAt === undefined ? '' : formatDuration(endedAt - startedAt)
  return [
    formatInstant(startedAt ?? job.queuedAt),
    whatOf(job),
    { text: job.imagePath, tone: 'strong' },
    { text: job.state, tone: tones[job.state] },
    duration,
    job.actor,
    job.summary ?? job.error?.explanation.title ?? '',
  ]
}

/** The verb that did it. */
const whatOf = ({ request: { kind } }: RecordedJob): string => (kind === 'hash' ? 'sha' : kind)
