import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import { checkQcow2 } from '../qcow2/check/check-qcow2.ts'
import { FindingLog } from '../qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../qcow2/check/subject-of.ts'
import { hasIncompatible } from '../qcow2/format/features.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { BlockFile } from '../storage/block-file.ts'

/** What a check of the metadata says about managing the space of an image. */
export interface Soundness {
  /** Why the image has to be repaired first. */
  readonly contradiction: ImageError | undefined
  /** As the check counts them: references that are counted and not there. */
  readonly leaks: number
}

/**
 * Space is freed and taken by what the refcounts say, and files are cut by it, so nothing but leaks may be
 * wrong with them. What a dirty image's say does not matter: they are rebuilt before anything is changed.
 * Throws `read-failed`.
 */
export async function soundnessOf(
  { file, area }: { readonly file: BlockFile; readonly area: HeaderArea },
  context: OperationContext,
): Promise<Soundness> {
  if (hasIncompatible(area.header.incompatibleFeatures, 'dirty')) {
    return { contradiction: undefined, leaks: 0 }
  }
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
  const isSound = complete && found === 0
  return {
    contradiction: isSound
      ? undefined
      : new ImageError('contradictions-found', { path: file.name, found: Math.max(found, 1) }),
    leaks: log.total('leak'),
  }
}
