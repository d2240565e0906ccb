import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { areaWithBacking } from '../qcow2/amend/backing-header.ts'
import { relayHeader } from '../qcow2/amend/relay-header.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { mustBeStamped } from './image-stamp.ts'
import { presentLink } from './plan-relink.ts'
import type { RelinkPlan, RelinkResult } from './relink-plan.ts'

/**
 * Names another backing file in the header, as planned, and changes nothing else: no content is read or
 * compared. Extensions we do not know survive. One write of the first sector is the switch (`planRelay`), so a
 * power cut leaves the old name or the new one; a cancel is heard before anything is written.
 *
 * Throws `plan-outdated`, `file-in-use`, and what writing to the file throws.
 */
export async function relinkImage(
  host: WritingEnvironment,
  path: string,
  { stamp, after }: Pick<RelinkPlan, 'stamp' | 'after'>,
  { signal }: Pick<OperationContext, 'signal'> = {},
): Promise<RelinkResult> {
  try {
    throwIfAborted(signal)
    await using file = await host.openForWriting(path)
    mustBeStamped(file, stamp)
    const area = readHeaderArea(file)
    const before = presentLink(area)
    await relayHeader(file, area, areaWithBacking(area, after))
    return { path, before, after }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}
