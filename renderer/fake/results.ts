/** What made-up jobs find. */
import type { CheckResult, Finding } from '../../ipc/schemas/check.ts'
import type { JobResult, LookRequest } from '../../ipc/schemas/job.ts'
import type { Health, LibraryRow } from '../../ipc/schemas/library.ts'
import { madeUpAllocation } from './image-details.ts'
import { formatBytes } from '../format/bytes.ts'
import { unreachable } from '../unreachable.ts'
import { random } from './random.ts'

/** @param leftBy After a repair a check finds only what the repair left. */
export function madeUpResult(
  row: LibraryRow,
  request: LookRequest,
  leftBy?: 'repair',
): Exclude<JobResult, { kind: 'change' }> {
  switch (request.kind) {
    case 'check':
      return { kind: 'check', check: madeUpCheck(row, leftBy) }
    case 'hash': {
      const chance = random(row.id * 31)
      const digits = { sha256: 64, sha1: 40, sha512: 128 }[request.algorithm]
      return {
        kind: 'hash',
        hash: {
          path: row.path,
          algorithm: request.algorithm,
          target: request.target,
          digest: Array.from({ length: digits }, () => chance.between(0, 15).toString(16)).join(''),
          bytes: row.virtualSize ?? row.fileLength,
          bytesRead: row.onDisk ?? row.fileLength,
          live: row.use.state === 'writing',
        },
      }
    }
    case 'map': {
      const { totals, extentCount } = madeUpAllocation(row)
      return { kind: 'map', totals, extentCount }
    }
    default:
      return unreachable(request)
  }
}

/** In the words of the services (main/jobs/job-summary.ts). */
export function summaryOf(result: Exclude<JobResult, { kind: 'change' }>): string {
  if (result.kind === 'hash') {
    return `SHA-256 of the guest content starts with ${result.hash.digest.slice(0, 12)}`
  }
  if (result.kind === 'map') {
    const { data = 0, compressed = 0, ...others } = result.totals
    const whole = Object.values(others).reduce((sum, bytes) => sum + bytes, data + compressed)
    return `${formatBytes(data + compressed, 'binary')} of ${formatBytes(whole, 'binary')} hold data`
  }
  const { corruptions, leaks, leakedBytes } = result.check
  const parts = [
    ...(corruptions > 0 ? [`${corruptions} corruptions`] : []),
    ...(leaks > 0 ? [`${leaks} leaked clusters (${formatBytes(leakedBytes, 'binary')})`] : []),
  ]
  return parts.length === 0 ? 'No problems found' : `Found ${parts.join(', ')}`
}

export function healthAfter(row: LibraryRow): Health {
  return ['leaks', 'needs-repair', 'damaged'].includes(row.health) ? row.health : 'healthy'
}

function madeUpCheck(row: LibraryRow, leftBy: 'repair' | undefined): CheckResult {
  const clusterSize = row.clusterSize ?? 65_536
  const allocated = Math.floor((row.onDisk ?? 0) / clusterSize)
  const health = healthAfter(row)
  const damaged = health === 'damaged'
  const repair = health === 'needs-repair'
  const isLeft = leftBy === 'repair'
  const leaks = health === 'healthy' || isLeft ? 0 : 37
  const dataLost = damaged ? 1 : 0
  const refcounts = isLeft ? 0 : damaged ? 3 : repair ? 2 : 0
  const corruptions = dataLost + refcounts
  return {
    path: row.path,
    format: 'qcow2',
    verdict: corruptions > 0 ? 'corrupt' : leaks > 0 ? 'leaks' : 'clean',
    health: damaged ? 'damaged' : repair ? 'needs-repair' : leaks > 0 ? 'leaks' : 'healthy',
    corruptions,
    leaks,
    checkErrors: 0,
    warnings: 0,
    leakedBytes: leaks * clusterSize,
    clusters: {
      total: Math.ceil((row.virtualSize ?? 0) / clusterSize),
      allocated,
      fragmented: Math.floor(allocated * (row.fragmentation ?? 0.01)),
      compressed: row.compressionType === 'zstd' ? Math.floor(allocated / 3) : 0,
    },
    imageEndOffset: row.fileLength,
    clusterSize,
    findings: findings({ leaks, dataLost, refcounts }),
    findingsOmitted: 0,
    live: row.use.state === 'writing',
    bytesRead: 12_582_912,
  }
}

function findings({
  leaks,
  dataLost,
  refcounts,
}: {
  readonly leaks: number
  readonly dataLost: number
  readonly refcounts: number
}): Finding[] {
  const found: Finding[] = []
  if (dataLost > 0) {
    found.push({
      kind: 'corruption',
      harm: 'data',
      rule: 'reference-past-end',
      structure: 'L2 table',
      offset: 0x8_0000,
      reference: { structure: 'data cluster', offset: 0x5_4000_0000 },
      guest: { start: 0x2_8000_0000, length: 65_536 },
      count: dataLost,
      text: 'The entry of guest offset 0x280000000 refers to 0x540000000, behind the end of the file.',
    })
  }
  if (refcounts > 0) {
    found.push({
      kind: 'corruption',
      harm: 'refcounts',
      rule: 'refcount-too-low',
      structure: 'refcount block',
      offset: 0x2_0000,
      guest: { start: 0x1_0000_0000, length: 131_072 },
      snapshot: { id: '1', name: 'clean install' },
      count: refcounts,
      text: 'The cluster at 0x1500000 is used 2 times, its refcount says 1.',
    })
  }
  if (leaks > 0) {
    found.push({
      kind: 'leak',
      harm: 'space',
      rule: 'leaked-cluster',
      structure: 'refcount block',
      offset: 0x2_0400,
      count: leaks,
      text: `${leaks} clusters are counted as used and nothing uses them.`,
    })
  }
  return found
}
