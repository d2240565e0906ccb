import { describe, expect, it } from 'vitest'
import type { CompactReceipt, CompactResult } from '../../../../core/operations/compact-result.ts'
import { tellOfCompaction } from '../../../../core/report/tell-of-compaction.ts'

const sha256 = 'ab'.repeat(32)
const state = (name?: string): CompactReceipt['states'][number] => ({
  snapshot: name === undefined ? undefined : { id: '1', name },
  bytes: 1_048_576,
  sha256: { before: sha256, after: sha256 },
  vmStateSha256: undefined,
})

const receipt: CompactReceipt = {
  engineVersion: '0.1.0',
  startedAt: Date.UTC(2026, 2, 1, 14, 5),
  finishedAt: Date.UTC(2026, 2, 1, 14, 5, 9),
  verified: true,
  digestOf: 'content',
  proofDigest: 'sha256',
  states: [state()],
  movedBytes: 0,
  zeroBytes: 65_536,
  leakedBytes: 0,
  punchedBytes: 0,
  bytesRead: 0,
  bytesWritten: 0,
  flushes: 1,
  peakExtraBytes: 0,
  unsafeBuffering: false,
}

function factsOf(part: Partial<CompactReceipt>): Readonly<Record<string, unknown>> {
  const result: CompactResult = {
    path: '/vm/web01.qcow2',
    outcome: 'compacted',
    mode: 'in-place',
    because: undefined,
    advice: undefined,
    dataFile: undefined,
    originalKeptAs: undefined,
    before: { fileLength: 131_072, allocatedBytes: 131_072 },
    after: { fileLength: 65_536, allocatedBytes: 65_536 },
    receipt: { ...receipt, ...part },
  }
  const { facts } = tellOfCompaction({ result })
  return Object.fromEntries(facts.map(({ label, ...value }) => [label, Object.values(value)[0]]))
}

describe('what the history keeps of a compaction', () => {
  it('names the digest that proves the guest content, and when', () => {
    expect(factsOf({})).toMatchObject({
      'Guest content': 'identical at 2026-03-01 14:05:09 UTC',
      'SHA-256, before and after': sha256,
    })
  })

  it('says that snapshots were proved, too', () => {
    expect(factsOf({ states: [state(), state('before'), state('after')] })).toMatchObject({
      'Guest content': 'identical at 2026-03-01 14:05:09 UTC, and so is that of 2 snapshots',
    })
  })

  it('takes a digest of data alone, or of what is encrypted, for nothing else', () => {
    const facts = factsOf({ proofDigest: 'sha256-of-data', digestOf: 'ciphertext' })
    expect(facts).toMatchObject({
      'Encrypted content': 'identical at 2026-03-01 14:05:09 UTC',
      'SHA-256 of the data without zeroes, before and after': sha256,
    })
    expect(facts).not.toHaveProperty('SHA-256, before and after')
  })

  it('claims nothing that was not compared', () => {
    const facts = factsOf({ verified: 'skipped', states: [] })
    expect(facts['Proof']).toBe('left out, as asked for')
    expect(facts).not.toHaveProperty('Guest content')
  })
})
