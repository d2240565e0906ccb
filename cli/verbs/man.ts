import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { manPage } from '../manual/man-page.ts'
import type { RunVerb, VerbGroup } from '../table/verb.ts'
import { readVersion } from '../version.ts'

/** `platter man`: the manual page, made of the table. */
export const manOf =
  (table: readonly VerbGroup[]): RunVerb<unknown> =>
  async ({ host }): Promise<ExitCode> => {
    await host.stdout.write(manPage(table, readVersion(host.entryUrl)))
    return exitCodes.fine
  }
