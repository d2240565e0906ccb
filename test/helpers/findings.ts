import { checkQcow2 } from '../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../core/qcow2/check/subject-of.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import type { BlockFile } from '../../core/storage/block-file.ts'

/** What a check finds in an image, in its own words; an empty list is a sound image without leaks. */
export async function findingsOf(file: BlockFile): Promise<string[]> {
  const log = new FindingLog(20)
  await checkQcow2(checkSubjectOf(file, readHeaderArea(file, 'check')), log)
  return log.kept().findings.map(({ text }) => text)
}
