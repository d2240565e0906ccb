import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import { locateLink, mayOpen } from '../image/links.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { reportHeader } from '../qcow2/check/blind-spots.ts'
import { checkQcow2 } from '../qcow2/check/check-qcow2.ts'
import { checkCompressedData } from '../qcow2/check/compressed-data.ts'
import { FindingLog } from '../qcow2/check/finding-log.ts'
import { checkSubjectOf, headerFactsOf } from '../qcow2/check/subject-of.ts'
import { summaryOf } from '../qcow2/check/verdict.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import type { CheckResult } from './check-result.ts'
import type { Host } from './host.ts'
import { requireQcow2 } from './require-qcow2.ts'
import { stillHost, type StillHost } from './still-host.ts'

export interface CheckImageOptions extends OperationContext {
  /** Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** Whether an external data file may be opened, to compare offsets with its length. */
  readonly links?: LinkPolicy | undefined
  /** `full` also unpacks every compressed cluster. */
  readonly depth?: 'metadata' | 'full' | undefined
  /** Findings kept, most harmful first; all are counted. */
  readonly findingLimit?: number | undefined
}

const defaultFindingLimit = 1000

/**
 * Checks one qcow2 image without changing it: QEMU's rules with QEMU's counts, and warnings about what
 * QEMU does not look at. Backing files are not needed and not opened. Throws `check-not-possible` for
 * formats without structures of their own, `unknown-format`, and what makes a header unreadable.
 */
export async function checkImage(
  host: Host,
  path: string,
  options: CheckImageOptions = {},
): Promise<CheckResult> {
  try {
    // Held as a reader, as qemu-img does: a verdict on structures that move meanwhile is none.
    const still = stillHost(host)
    await using file = await still.openFile(path)
    return await checkFile(still, file, path, options)
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

async function checkFile(
  host: StillHost,
  file: BlockFile,
  path: string,
  options: CheckImageOptions,
): Promise<CheckResult> {
  throwIfAborted(options.signal)
  requireQcow2(file, options.format, 'check-not-possible')
  // Before anything is read: an image that is being written may change under the check.
  const live = host.isMoving(file)
  const area = readHeaderArea(file, 'check')
  const subject = checkSubjectOf(file, area, await dataFileLength(host, path, area, options))
  const log = new FindingLog(options.findingLimit ?? defaultFindingLimit)
  reportHeader(log, headerFactsOf(area), live)
  const checked = await checkQcow2(subject, log, options)
  const packedBytes =
    options.depth === 'full' && checked.complete && area.encryption === 'none'
      ? await checkCompressedData(subject, log, host.codecs, options)
      : 0
  throwIfAborted(options.signal)
  const { findings, omitted } = log.kept()
  return {
    path,
    format: 'qcow2',
    ...summaryOf(log, checked.complete),
    leakedBytes: log.total('leak') * subject.clusterSize,
    clusters: {
      total: Math.ceil(subject.virtualSize / subject.clusterSize),
      ...checked.statistics,
    },
    imageEndOffset: checked.imageEndOffset,
    clusterSize: subject.clusterSize,
    findings,
    findingsOmitted: omitted,
    live: live || host.isMoving(file),
    bytesRead: checked.bytesRead + packedBytes,
  }
}

/**
 * The length of the external data file when the policy lets it be opened; undefined otherwise, and the
 * check does without. That a file is missing is what `info` says: the image itself is not damaged by it.
 */
async function dataFileLength(
  host: Host,
  path: string,
  { dataFileName }: HeaderArea,
  { links = 'same-folder' }: CheckImageOptions,
): Promise<number | undefined> {
  if (dataFileName === undefined) return undefined
  const located = await locateLink(host, { role: 'data file', name: dataFileName, from: path })
  if (located.kind !== 'path') return undefined
  // Asked first: a refused name must not even tell whether its file exists.
  if (!(await mayOpen(host, links, located.link)) || !located.exists) return undefined
  try {
    await using file = await host.openFile(located.link.target)
    return file.size()
  } catch (error) {
    if (error instanceof ImageError) return undefined
    throw error
  }
}
