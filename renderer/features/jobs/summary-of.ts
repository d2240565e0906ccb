import type { Job } from '../../../ipc/schemas/job.ts'
import { explain } from '../../state/explain-error.ts'
import { foreign } from '../../texts/texts.ts'

/** What came of a job, in one line: what went wrong, or what it says of itself. */
export function summaryOf({ error, summary }: Pick<Job, 'error' | 'summary'>): string | undefined {
  if (error !== undefined) return explain(error).title
  return summary === undefined ? undefined : foreign(summary)
}
