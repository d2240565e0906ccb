import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import { checkQcow2 } from '../qcow2/check/check-qcow2.ts'
import { FindingLog } from '../qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../qcow2/check/subject-of.ts'
import { hasIncompatible } from '../qcow2/format/features.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { BlockFile } from '../storage/block-file.ts'

/**
 * Why an image has to be repaired before its space is managed, by a check of its metadata; empty when it
 * need not. Space is freed and taken by what the refcounts say, and files are cut by it. What a dirty
 * image's say does not matter: they are rebuilt before anything is changed. Throws `read-failed`.
 */
export async function contradictions(
  { file, area }: { readonly file: BlockFile; readonly area: HeaderArea },
  context: OperationContext,
): Promise<readonly ImageError[]> {
  if (hasIncompatible(area.header.incompatibleFeatures, 'dirty')) return []
  const log = new FindingLog(8)
  const { complete } = await checkQcow2(checkSubjectOf(file, area), log, context)
  // For a check that is a finding; here nothing was found out about the image.
  const unread = log.kept().findings.find(({ rule }) => rule === 'read-failed')
  if (unread !== undefined) {
    const { offset } = unread
    const facts = offset === undefined ? {} : { offset }
    throw new ImageError('read-failed', { path: file.name, ...facts })
  }
  const found = log.total('corruption') + log.total('check-error')
  if (complete && found === 0) return []
  return [new ImageError('contradictions-found', { path: file.name, found: Math.max(found, 1) })]
}
