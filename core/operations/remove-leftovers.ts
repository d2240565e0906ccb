import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { leftoversOf } from './rewrite-names.ts'

/**
 * Removes the unfinished files that killed processes left beside the file at `path`; gives their paths. One
 * that somebody is writing right now is held, and stays.
 */
export async function removeLeftovers(
  host: ExchangingEnvironment,
  path: string,
): Promise<readonly string[]> {
  const removed: string[] = []
  let leftovers: readonly string[] = []
  try {
    leftovers = await leftoversOf(host, path)
  } catch (error) {
    // In a folder that may not be listed there is nothing to be found.
    if (!(error instanceof ImageError)) throw error
  }
  for (const leftover of leftovers) {
    try {
      await using _held = await host.openForWriting(leftover)
      await host.removeFile(leftover)
      removed.push(leftover)
    } catch (error) {
      // Held, gone meanwhile, or somebody else's: then it is not in the way either.
      if (!(error instanceof ImageError)) throw error
    }
  }
  return removed
}
