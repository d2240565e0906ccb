import type { OperationContext } from '../progress.ts'
import { reportHeader } from '../qcow2/check/blind-spots.ts'
import { checkQcow2, type StructureCheck } from '../qcow2/check/check-qcow2.ts'
import { FindingLog } from '../qcow2/check/finding-log.ts'
import { checkSubjectOf, headerFactsOf } from '../qcow2/check/subject-of.ts'
import { summaryOf } from '../qcow2/check/verdict.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { Finding } from './check-result.ts'
import type { Judgement } from './dehydrate-result.ts'

/** Findings that are compared one by one; all are counted. */
const comparedFindings = 10_000

/** What a check says of a file, to be compared with what it says of another. */
export interface FullJudgement {
  readonly judgement: Judgement
  readonly complete: boolean
  readonly statistics: StructureCheck['statistics']
  readonly imageEndOffset: number
  /** Of one line each, in the order of the check. */
  readonly findings: readonly string[]
}

/** The check that `checkImage` makes of the structure, without a look at an external data file. */
export async function judge(file: BlockFile, context: OperationContext): Promise<FullJudgement> {
  const area = readHeaderArea(file, 'check')
  const subject = checkSubjectOf(file, area)
  const log = new FindingLog(comparedFindings)
  reportHeader(log, headerFactsOf(area), false)
  const { complete, statistics, imageEndOffset } = await checkQcow2(subject, log, context)
  const { verdict, corruptions, leaks, checkErrors, warnings } = summaryOf(log, complete)
  return {
    judgement: { verdict, corruptions, leaks, checkErrors, warnings },
    complete,
    statistics,
    imageEndOffset,
    findings: log.kept().findings.map((finding) => describe(finding, subject)),
  }
}

export const isSameJudgement = (one: FullJudgement, other: FullJudgement): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/**
 * A finding without the damaged value itself, which may be guest data: the rule, the place it was found at,
 * what it concerns, and of an offset the cluster of the file, or that it lies in none.
 */
function describe(
  finding: Finding,
  { clusterSize, fileLength }: { readonly clusterSize: number; readonly fileLength: number },
): string {
  const { kind, harm, rule, structure, offset, reference, guest, snapshot, count } = finding
  const place =
    offset === undefined ? 'none' : offset >= fileLength ? 'past' : Math.floor(offset / clusterSize)
  return JSON.stringify([
    kind,
    harm,
    rule,
    structure,
    place,
    reference,
    guest,
    snapshot !== undefined,
    count,
  ])
}
