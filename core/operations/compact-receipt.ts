import type { CountingWritableFile } from '../storage/counting-writable-file.ts'
import { version } from '../version.ts'
import type { HeldImage } from './compact-hold.ts'
import type { Proof } from './compact-proof.ts'
import type { WorkDone } from './compact-qcow2.ts'
import type { CompactReceipt } from './compact-result.ts'
import type { RewriteDone } from './compact-rewrite.ts'

export interface ReceiptFacts {
  readonly verify: boolean
  readonly unsafeBuffering: boolean
  readonly startedAt: number
}

export function receiptOf(
  held: HeldImage,
  done: Partial<WorkDone & RewriteDone> & Proof & Pick<WorkDone, 'peakExtraBytes'>,
  { verify, unsafeBuffering, startedAt }: ReceiptFacts,
): CompactReceipt {
  const written = [held.image, held.dataFile].map((file) => file?.counted)
  const sum = (of: (file: CountingWritableFile) => number): number =>
    written.reduce((total, file) => total + (file === undefined ? 0 : of(file)), 0)
  return {
    engineVersion: version,
    startedAt,
    finishedAt: Date.now(),
    verified: verify ? true : 'skipped',
    digestOf: (held.area?.encryption ?? 'none') === 'none' ? 'content' : 'ciphertext',
    proofDigest: held.proofDigest,
    states: provedStates(done),
    movedBytes: done.movedBytes ?? 0,
    zeroBytes: done.zeroBytes ?? 0,
    leakedBytes: done.leakedBytes ?? 0,
    punchedBytes: done.punchedBytes ?? 0,
    bytesRead: held.bytesRead() + (done.bytesRead ?? 0),
    bytesWritten: sum(({ bytesWritten }) => bytesWritten) + (done.bytesWritten ?? 0),
    flushes: sum(({ flushes }) => flushes) + (done.flushes ?? 0),
    peakExtraBytes: done.peakExtraBytes,
    unsafeBuffering,
  }
}

const provedStates = ({ before, after }: Proof): CompactReceipt['states'] =>
  before.map(({ snapshot, bytes, sha256, vmStateSha256 }, index) => ({
    snapshot,
    bytes,
    sha256: { before: sha256, after: after[index]?.sha256 ?? sha256 },
    vmStateSha256,
  }))

/** For an image that nothing was done to. */
export const emptyReceipt = (startedAt: number): CompactReceipt => ({
  engineVersion: version,
  startedAt,
  finishedAt: Date.now(),
  verified: 'skipped',
  digestOf: 'content',
  proofDigest: 'sha256',
  states: [],
  movedBytes: 0,
  zeroBytes: 0,
  leakedBytes: 0,
  punchedBytes: 0,
  bytesRead: 0,
  bytesWritten: 0,
  flushes: 0,
  peakExtraBytes: 0,
  unsafeBuffering: false,
})
