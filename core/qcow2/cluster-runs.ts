import { HIGH_UNIT } from '../base/word64.ts'
import { COMPRESSED_HIGH, ZERO_LOW } from './format/l2-entry.ts'
import type { WordTable } from './word-table.ts'

/** How a run of subclusters is stored. `invalid` entries stop every walk; why is found out apart. */
export type RunState =
  | 'data'
  | 'zero-plain'
  | 'zero-allocated'
  | 'compressed'
  | 'unallocated'
  | 'unallocated-in-cluster'
  | 'invalid'

/** A run that a scan found; one object is used again and again, for walks make millions of them. */
export interface Run {
  state: RunState
  /** Host offset of the first byte; 0 where the state has none. */
  offset: number
  /** Subclusters (whole clusters where the image has none). */
  count: number
}

export interface ScanRules {
  readonly clusterSize: number
  readonly hasDataFile: boolean
  /** Version 2 has no zero flag: QEMU refuses to read such a cluster. */
  readonly zeroFlagAllowed: boolean
}

/**
 * Finds the run of equal, contiguous entries that starts at entry `from`, before entry `to`, in a table
 * of standard (8-byte) L2 entries.
 */
export function scanStandard(
  words: WordTable,
  { from, to }: { readonly from: number; readonly to: number },
  rules: ScanRules,
  run: Run,
): void {
  const low = words[2 * from] ?? 0
  const high = words[2 * from + 1] ?? 0
  const offset = (high & 0x00ff_ffff) * HIGH_UNIT + ((low & 0xffff_fe00) >>> 0)
  let next = from + 1

  if ((high & COMPRESSED_HIGH) !== 0) {
    // An image with a data file has no compressed clusters (specification, "external data file").
    run.state = rules.hasDataFile ? 'invalid' : 'compressed'
    run.offset = 0
    while (next < to && ((words[2 * next + 1] ?? 0) & COMPRESSED_HIGH) !== 0) next++
    run.count = next - from
    return
  }
  const zero = low & ZERO_LOW
  const stored = offset !== 0 || (rules.hasDataFile && high >= 0x8000_0000 && zero === 0)
  if (!stored) {
    run.state = zero === 0 ? 'unallocated' : 'zero-plain'
    run.offset = 0
    for (; next < to; next++) {
      const nextLow = words[2 * next] ?? 0
      const nextHigh = words[2 * next + 1] ?? 0
      if ((nextHigh & 0x40ff_ffff) !== 0 || (nextLow & 0xffff_fe01) !== zero) break
      if (rules.hasDataFile && zero === 0 && nextHigh >= 0x8000_0000) break
    }
  } else {
    run.state = zero === 0 ? 'data' : 'zero-allocated'
    run.offset = offset
    if (offset % rules.clusterSize !== 0) run.state = 'invalid'
    let expected = offset + rules.clusterSize
    for (; next < to; next++) {
      const nextLow = words[2 * next] ?? 0
      const nextHigh = words[2 * next + 1] ?? 0
      if ((nextHigh & COMPRESSED_HIGH) !== 0 || (nextLow & ZERO_LOW) !== zero) break
      const at = (nextHigh & 0x00ff_ffff) * HIGH_UNIT + ((nextLow & 0xffff_fe00) >>> 0)
      if (at !== expected) break
      expected += rules.clusterSize
    }
  }
  if (zero !== 0 && !rules.zeroFlagAllowed) run.state = 'invalid'
  run.count = next - from
}

/** Subclusters of a cluster with extended L2 entries, as a shift. */
const SUBCLUSTER_BITS = 5
const SUBCLUSTERS = 32

/**
 * As `scanStandard` for extended (16-byte) entries; `from` and `to` count subclusters. A run goes on
 * into the next cluster while state and host offset do.
 */
export function scanExtended(
  words: WordTable,
  { from, to }: { readonly from: number; readonly to: number },
  rules: ScanRules,
  run: Run,
): void {
  classifyExtended(words, from, rules, run)
  const { state, offset } = run
  let length = run.count
  while (from + length < to && (from + length) % SUBCLUSTERS === 0) {
    classifyExtended(words, from + length, rules, run)
    const contiguous =
      offset === 0 && run.offset === 0
        ? state !== 'data'
        : run.offset === offset + length * (rules.clusterSize / SUBCLUSTERS)
    if (run.state !== state || !contiguous) break
    length += run.count
  }
  run.state = state
  run.offset = offset
  run.count = Math.min(length, to - from)
}

/** State of subcluster `at`, and how many subclusters of the same cluster share it. */
function classifyExtended(words: WordTable, at: number, rules: ScanRules, run: Run): void {
  const entry = at >>> SUBCLUSTER_BITS
  const sub = at % SUBCLUSTERS
  const low = words[4 * entry] ?? 0
  const high = words[4 * entry + 1] ?? 0
  const alloc = words[4 * entry + 2] ?? 0
  const zeroes = words[4 * entry + 3] ?? 0
  const rest = SUBCLUSTERS - sub
  if ((high & COMPRESSED_HIGH) !== 0) {
    run.state = rules.hasDataFile ? 'invalid' : 'compressed'
    run.offset = 0
    run.count = rest
    return
  }
  const cluster = (high & 0x00ff_ffff) * HIGH_UNIT + ((low & 0xffff_fe00) >>> 0)
  const stored = cluster !== 0 || (rules.hasDataFile && high >= 0x8000_0000)
  // QEMU looks at the whole cluster's bits, not at the one subcluster (qcow2_get_subcluster_type).
  const contradicts = stored
    ? (alloc & zeroes) !== 0 || cluster % rules.clusterSize !== 0
    : alloc !== 0
  const isZero = ((zeroes >>> sub) & 1) === 1
  const isAllocated = ((alloc >>> sub) & 1) === 1
  run.offset = stored ? cluster + sub * (rules.clusterSize / SUBCLUSTERS) : 0
  if (contradicts) {
    run.state = 'invalid'
    run.count = rest
    return
  }
  if (isZero) run.state = stored ? 'zero-allocated' : 'zero-plain'
  else if (isAllocated) run.state = 'data'
  else run.state = stored ? 'unallocated-in-cluster' : 'unallocated'
  // Bits that differ from this subcluster's, from it upwards: the lowest of them ends the run.
  const differs = ((alloc ^ (isAllocated ? -1 : 0)) | (zeroes ^ (isZero ? -1 : 0))) >>> sub
  run.count = differs === 0 ? rest : Math.min(rest, 31 - Math.clz32(differs & -differs))
}
