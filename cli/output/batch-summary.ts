import { formatPlural } from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import type { CommonOptions } from '../table/shared-options.ts'

/**
 * Ends a run over several images with a line on stderr, such as `platter: 3 images: 1 done, 2 in use`.
 * `codes` has one for each image; --quiet leaves the line out.
 */
export async function sayHowMany(
  codes: readonly ExitCode[],
  { host, options }: { readonly host: Pick<Host, 'stderr'>; readonly options: CommonOptions },
): Promise<void> {
  if (options.quiet) return
  const counts = new Map<string, number>()
  for (const code of codes) {
    const ending = words.get(code) ?? 'not done'
    counts.set(ending, (counts.get(ending) ?? 0) + 1)
  }
  const parts = Array.from(counts, ([ending, count]) => `${count} ${ending}`)
  await host.stderr.line(`platter: ${formatPlural(codes.length, 'image')}: ${parts.join(', ')}`)
}

const words: ReadonlyMap<ExitCode, string> = new Map([
  [exitCodes.fine, 'done'],
  [exitCodes.corruption, 'with corruption left'],
  [exitCodes.leaks, 'with leaks left'],
  [exitCodes.inUse, 'in use'],
  [exitCodes.interrupted, 'cancelled'],
  [exitCodes.notCheckable, 'whose format does not have it'],
])
