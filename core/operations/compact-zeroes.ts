import type { BitSet } from '../base/bit-set.ts'
import type { OperationContext } from '../progress.ts'
import { measurePunch } from '../qcow2/compact/punch.ts'
import type { Survey } from '../qcow2/compact/survey.ts'
import { sampleIsAll, sampleZeroClusters } from '../qcow2/compact/zero-scan-sample.ts'
import { ZeroTap } from '../qcow2/compact/zero-scan-tap.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { SpareSpace } from '../storage/punch-spare-space.ts'
import type { CompactPlan, ZeroScan } from './compact-plan.ts'

/** What was found out about zeroes in the data of an image file, and about what punching would give back. */
export interface ZeroLook {
  /** Data clusters that are all zero; undefined when nobody looked, or at a part only. */
  readonly clusters: BitSet | undefined
  /** Bytes of them, perhaps estimated; undefined when nobody looked. */
  readonly bytes: number | undefined
  /** Of `bytes`, what the host stores, where they are estimated; else 0. */
  readonly estimatedStored: number
  readonly marginBytes: number
  readonly scan: CompactPlan['scan']
  /** Stored by the host and not needed; without zeroes after a look at a part. */
  readonly spare: SpareSpace & { readonly promisedBytes: number }
}

/**
 * Looks for zeroes as far as `kind` says. Nothing is read twice: the search for blocks to punch goes
 * through a tap that learns which whole clusters are zero.
 */
export async function lookForZeroes(
  file: BlockFile,
  survey: Survey,
  kind: ZeroScan,
  context: OperationContext,
): Promise<ZeroLook> {
  // What an encrypted image stores is noise, and its zeroes are nothing a guest wrote.
  const isPlain = survey.area.encryption === 'none'
  const asked = isPlain ? kind : 'none'
  if (asked === 'whole' || (asked === 'sampled' && sampleIsAll(survey)))
    return lookAtAll(file, survey, context)
  const spare = await measurePunch(file, survey, { ...context, scanZeroes: false })
  if (asked === 'none') {
    const scan = { kind, totalBytes: 0, bytesRead: 0 }
    const bytes = isPlain ? undefined : 0
    return { clusters: undefined, bytes, estimatedStored: 0, marginBytes: 0, scan, spare }
  }
  const found = await sampleZeroClusters(file, survey, context)
  const { zeroBytes: bytes, storedZeroBytes: estimatedStored } = found
  const { marginBytes, totalBytes, bytesRead } = found
  const scan = { kind, totalBytes, bytesRead }
  return { clusters: undefined, bytes, estimatedStored, marginBytes, scan, spare }
}

async function lookAtAll(
  file: BlockFile,
  survey: Survey,
  context: OperationContext,
): Promise<ZeroLook> {
  const tap = new ZeroTap(file, survey)
  const spare = await measurePunch(tap, survey, context)
  const { clusters, totalBytes, bytesRead } = await tap.zeroClusters(context)
  return {
    clusters,
    bytes: clusters.size * survey.area.geometry.clusterSize,
    estimatedStored: 0,
    marginBytes: 0,
    scan: { kind: 'whole', totalBytes, bytesRead: spare.bytesRead + bytesRead },
    spare,
  }
}
