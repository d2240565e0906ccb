import { exitCodes } from '../exit-codes.ts'
import { printJobs } from '../output/print-jobs.ts'
import type { OutputOptions } from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter jobs`: what runs or waits, in whichever Platter is open. */
export const jobs: RunVerb<OutputOptions> = async ({ options, host }) => {
  const { openRecords } = await import('../../main/headless.ts')
  using records = openRecords()
  await printJobs(records.open(), { options, host, none: 'Nothing runs or waits.' })
  return exitCodes.fine
}
