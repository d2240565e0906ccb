import path from 'node:path'
import { exitCodes } from '../exit-codes.ts'
import { printJobs } from '../output/print-jobs.ts'
import type { OutputOptions } from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'

interface HistoryOptions extends OutputOptions {
  readonly limit: number
}

/** `platter history`: ended work, newest first, of everything or of the images that were named. */
export const history: RunVerb<HistoryOptions> = async ({ operands, options, host }) => {
  const { openRecords } = await import('../../main/headless.ts')
  using records = openRecords()
  const { limit } = options
  const found =
    operands.length === 0
      ? records.page({ limit }).jobs
      : operands
          .flatMap((file) => records.page({ limit, imagePath: path.resolve(file) }).jobs)
          .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
          .slice(0, limit)
  await printJobs(found, { options, host, none: 'Nothing in the history.' })
  return exitCodes.fine
}
