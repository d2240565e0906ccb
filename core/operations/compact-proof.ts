import type { BitSet } from '../base/bit-set.ts'
import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import { surveyImage } from '../qcow2/compact/survey-image.ts'
import { zeroRuleOf } from '../qcow2/compact/zero-rule.ts'
import { ZeroTap } from '../qcow2/compact/zero-scan-tap.ts'
import { findZeroClusters } from '../qcow2/compact/zero-scan.ts'
import type { HeldImage } from './compact-hold.ts'
import { differences, digestStates, type ProofContext, type StateDigest } from './content-proof.ts'
import type { Host } from './host.ts'
import type { HeadedFile } from './settled-view.ts'
import { soundnessOf } from './soundness.ts'

/** The digests of every state before and after; empty when nobody wanted them. */
export interface Proof {
  readonly before: readonly StateDigest[]
  readonly after: readonly StateDigest[]
}

export interface ProofWish {
  /** Whether zero clusters are to be found: on the way where content is hashed, else by reading data. */
  readonly findsZeroes: boolean
  readonly verify: boolean
}

/** What has to be known before a byte is changed. */
export interface LookBefore {
  readonly before: readonly StateDigest[]
  /** undefined where nobody asked, or where zero clusters cannot be left out. */
  readonly zero: BitSet | undefined
}

/** Hashes the content of `view`, and finds what of it is zero: no data is read twice. */
export async function proveBefore(
  host: Host,
  held: HeldImage,
  view: HeadedFile,
  { findsZeroes, verify }: ProofWish,
  context: OperationContext,
): Promise<LookBefore> {
  const { file, area } = view
  const isWanted = findsZeroes && zeroRuleOf(area) !== 'kept'
  const survey = isWanted ? await surveyImage(file, area, context) : undefined
  if (!verify) {
    const found = survey && (await findZeroClusters(file, survey, context))
    return { before: [], zero: found?.clusters }
  }
  const tap = survey && new ZeroTap(file, survey)
  const hashed = { file: tap ?? file, area }
  const before = await digestsOf(host, held, hashed, { ...context, phase: 'hash-before' })
  const found = await tap?.zeroClusters(context)
  return { before, zero: found?.clusters }
}

/** Of every state of a qcow2 file, above what is held beside it. */
export const digestsOf = (
  host: Host,
  { dataFile, backing, proofDigest }: HeldImage,
  { file, area }: HeadedFile,
  context: ProofContext,
): Promise<readonly StateDigest[]> => {
  const parts = { file, area, dataFile: dataFile?.file, backing, codecs: host.codecs }
  return digestStates(host, parts, { ...context, proofDigest })
}

/** Throws `content-differs`. */
export function mustBeSame(path: string, { before, after }: Proof): void {
  const differing = differences(before, after)
  if (differing.length === 0) return
  throw new ImageError('content-differs', { path, found: differing.join(', ') })
}

/** Throws `compact-check-failed` for anything but the leaks there may be. */
export async function mustBeClean(
  view: HeadedFile,
  { leaks: allowed }: { readonly leaks: number },
  context: OperationContext,
): Promise<void> {
  const { contradiction, leaks } = await soundnessOf(view, context)
  if (contradiction === undefined && leaks <= allowed) return
  const found = `${contradiction?.context.found ?? 0} errors, ${leaks} leaked clusters`
  throw new ImageError('compact-check-failed', { path: view.file.name, found })
}
