import type { CheckResult } from '../operations/check-result.ts'
import { reportHeader } from '../qcow2/check/blind-spots.ts'
import { checkQcow2 } from '../qcow2/check/check-qcow2.ts'
import { FindingLog } from '../qcow2/check/finding-log.ts'
import { checkSubjectOf, headerFactsOf } from '../qcow2/check/subject-of.ts'
import { summaryOf } from '../qcow2/check/verdict.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { BlockFile } from '../storage/block-file.ts'

/** Findings of a check of an open device, as the check of an image file reports them. */
export type DeviceCheck = Pick<
  CheckResult,
  | 'verdict'
  | 'health'
  | 'corruptions'
  | 'leaks'
  | 'checkErrors'
  | 'warnings'
  | 'findings'
  | 'findingsOmitted'
  | 'imageEndOffset'
>

/** Enough to see what is wrong; all are counted. */
const FINDING_LIMIT = 100

export interface CheckedFiles {
  readonly file: BlockFile
  readonly area: HeaderArea
  /** The external data file, when there is one that is open. */
  readonly dataFile: BlockFile | undefined
}

/** Checks the metadata of an image that is open, as `file` has it. */
export async function checkDevice({ file, area, dataFile }: CheckedFiles): Promise<DeviceCheck> {
  const log = new FindingLog(FINDING_LIMIT)
  const subject = checkSubjectOf(file, area, dataFile?.size())
  // Nobody else writes while the device holds the file: dirty and in-use marks mean what they say.
  reportHeader(log, headerFactsOf(area), false)
  const { complete, imageEndOffset } = await checkQcow2(subject, log)
  const { findings, omitted } = log.kept()
  return {
    ...summaryOf(log, complete),
    findings,
    findingsOmitted: omitted,
    imageEndOffset,
  }
}
