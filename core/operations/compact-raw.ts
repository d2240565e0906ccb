import { breather } from '../base/abort.ts'
import { ceilDiv } from '../base/bits.ts'
import type { OperationContext } from '../progress.ts'
import { use } from '../qcow2/compact/survey.ts'
import { sampleIsAll, sampleZeroClusters } from '../qcow2/compact/zero-scan-sample.ts'
import type { DataClusters } from '../qcow2/compact/zero-scan.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { SpareSpace } from '../storage/punch-spare-space.ts'
import { measureStored, promisedBytes } from '../storage/spare-space.ts'
import type { CompactPlan, ZeroScan } from './compact-plan.ts'
import { measureRawPunch } from './punch-raw.ts'

/** What a file that is a disk, byte for byte, stores and need not. */
export interface RawLook {
  /** undefined when nobody looked. */
  readonly spare: (SpareSpace & { readonly promisedBytes: number }) | undefined
  readonly marginBytes: number
  readonly isEstimate: boolean
  readonly scan: CompactPlan['scan']
}

/** Pieces that a sample looks at: what is zero in smaller ones only, it does not see. */
const pieceBytes = 64 * 1024

/** Looks for zeroes that are stored, as far as `kind` says. */
export async function lookAtRaw(
  file: BlockFile,
  kind: ZeroScan,
  context: OperationContext,
): Promise<RawLook> {
  if (kind === 'none') {
    const scan = { kind, totalBytes: 0, bytesRead: 0 }
    return { spare: undefined, marginBytes: 0, isEstimate: false, scan }
  }
  const stored = await measureStored(file, context)
  const pieces = kind === 'sampled' ? await storedPieces(file, context) : undefined
  if (pieces === undefined || sampleIsAll(pieces)) {
    const spare = await measureRawPunch(file, context)
    const scan = { kind: 'whole', totalBytes: stored, bytesRead: spare.bytesRead } as const
    return { spare, marginBytes: 0, isEstimate: false, scan }
  }
  const sample = await sampleZeroClusters(file, pieces, context)
  const { storedZeroBytes: zeroBytes, marginBytes, bytesRead } = sample
  return {
    spare: {
      unusedBytes: 0,
      zeroBytes,
      bytesRead,
      holes: Math.ceil(zeroBytes / pieceBytes),
      promisedBytes: promisedBytes(file, stored),
    },
    marginBytes,
    isEstimate: true,
    scan: { kind, totalBytes: stored, bytesRead },
  }
}

/** Which pieces of a file the host stores: a byte for each. */
async function storedPieces(
  file: BlockFile,
  { signal, pause }: OperationContext,
): Promise<DataClusters> {
  const size = file.size()
  const kinds = new Uint8Array(ceilDiv(size, pieceBytes))
  const breathe = breather(signal, { pause, everyCalls: 16 })
  for (let at = 0; at < size;) {
    const { kind, end } = file.hostRun(at)
    const next = Math.min(end, size)
    if (kind === 'data') {
      kinds.fill(use.data, Math.floor(at / pieceBytes), ceilDiv(next, pieceBytes))
    }
    at = next
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return { kinds, area: { geometry: { clusterSize: pieceBytes } } }
}
