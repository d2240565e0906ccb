import { unreachable } from '../../base/assert.ts'
import type { SafeStep } from '../../operations/repair-plan.ts'
import { compressedSpan, entryKind, hasReservedBits, isCopied } from '../check/l2-layout.ts'
import type { CheckSubject } from '../check/subject.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import { ZERO_LOW } from '../format/l2-entry.ts'
import type { EntryWords } from '../tables/image-tables.ts'
import type { DataLossStep } from './data-loss-steps.ts'

/** What is wrong with an entry, and what it should be. Several things can be: each is found in turn. */
export interface EntryRepair {
  readonly step: SafeStep | DataLossStep
  /** Guest bytes of the entry's range that are lost; undefined for safe steps. */
  readonly lost: { readonly start: number; readonly length: number } | undefined
  readonly entry: EntryWords
}

/** The first thing that is wrong with an L2 entry, in the order of the check's rules. */
export function repairL2Entry(entry: EntryWords, subject: CheckSubject): EntryRepair | undefined {
  const { low, high } = entry
  if (low === 0 && high === 0 && entry.alloc === 0) return undefined
  const kind = entryKind(subject, low, high)
  switch (kind) {
    case 'compressed':
      return repairCompressed(entry, subject)
    case 'normal':
    case 'zero-allocated':
      return repairStored(entry, kind, subject) ?? withoutReservedBits(entry)
    case 'unallocated':
      if (entry.alloc !== 0) return lose('unmap-contradicting', subject, unmapped(entry, subject))
      return withoutReservedBits(entry)
    case 'zero-plain':
      return withoutReservedBits(entry)
    default:
      return unreachable(kind)
  }
}

function repairCompressed(entry: EntryWords, subject: CheckSubject): EntryRepair | undefined {
  const { low, high, alloc, zeroes } = entry
  if (subject.hasDataFile) {
    return lose('unmap-contradicting', subject, unmapped({ ...entry, alloc: ALL }, subject))
  }
  // Readers take the packed data and no notice of the subclusters' bits, which must be zero.
  if (alloc !== 0 || zeroes !== 0) return safe('reserved-bits', { ...entry, alloc: 0, zeroes: 0 })
  const { offset, length } = compressedSpan(subject.clusterBits, low, high)
  if (offset + length >= subject.fileLength + subject.clusterSize) {
    return lose('unmap-past-end', subject, unmapped(entry, subject))
  }
  if (!isCopied(high)) return undefined
  return safe('copied-flags', { ...entry, high: (high & ~COPIED_HIGH) >>> 0 })
}

function repairStored(
  entry: EntryWords,
  kind: 'normal' | 'zero-allocated',
  subject: CheckSubject,
): EntryRepair | undefined {
  const { alloc, zeroes } = entry
  const hasSubclusters = subject.l2EntryBytes === 16
  const both = alloc & zeroes
  if (both !== 0) {
    const lost = subclusterRange(both >>> 0, subject.clusterSize)
    return {
      step: 'unmap-contradicting',
      lost,
      entry: { ...entry, alloc: (alloc & ~zeroes) >>> 0 },
    }
  }
  const offset = entryOffset(entry.high, entry.low)
  const isAligned = offset % subject.clusterSize === 0
  const isInFile = subject.hasDataFile || offset < subject.fileLength
  if (isAligned && isInFile) return undefined
  const holdsData = hasSubclusters ? alloc !== 0 : kind === 'normal'
  // Space that was promised and holds nothing: the guest reads the same without it.
  if (!holdsData) return safe('preallocated-zero', unmapped(entry, subject))
  return lose(isAligned ? 'unmap-past-end' : 'unmap-unaligned', subject, unmapped(entry, subject))
}

function withoutReservedBits(entry: EntryWords): EntryRepair | undefined {
  const { low, high } = entry
  if (!hasReservedBits(low, high)) return undefined
  return safe('reserved-bits', {
    ...entry,
    low: (low & ~RESERVED_LOW) >>> 0,
    high: (high & ~RESERVED_HIGH) >>> 0,
  })
}

/**
 * The entry without a cluster. What it stored reads as zeroes and never as what a backing image has there:
 * that would be older data under the same name. Version 2 has no way to say so.
 */
function unmapped({ alloc, zeroes }: EntryWords, subject: CheckSubject): EntryWords {
  if (subject.l2EntryBytes === 16) {
    return { high: 0, low: 0, alloc: 0, zeroes: (zeroes | alloc) >>> 0 }
  }
  return { high: 0, low: subject.version === 3 ? ZERO_LOW : 0, alloc: 0, zeroes: 0 }
}

const safe = (step: SafeStep, entry: EntryWords): EntryRepair => ({ step, lost: undefined, entry })

const lose = (
  step: DataLossStep,
  { clusterSize }: CheckSubject,
  entry: EntryWords,
): EntryRepair => ({
  step,
  lost: { start: 0, length: clusterSize },
  entry,
})

/** From the first to the last of the subclusters whose bits are set. */
function subclusterRange(bits: number, clusterSize: number) {
  const size = clusterSize / 32
  const first = 31 - Math.clz32(bits & -bits)
  const last = 31 - Math.clz32(bits)
  return { start: first * size, length: (last - first + 1) * size }
}

const ALL = 0xffff_ffff
const RESERVED_HIGH = 0x3f00_0000
const RESERVED_LOW = 0x1fe

/** The first thing that is wrong with an L1 entry; a lost one loses all that its L2 table maps. */
export function repairL1Entry(
  { high, low }: Pick<EntryWords, 'high' | 'low'>,
  subject: CheckSubject,
): (Omit<EntryRepair, 'lost'> & { readonly losesAll: boolean }) | undefined {
  if (high === 0 && low === 0) return undefined
  const offset = entryOffset(high, low)
  const nothing = { high: 0, low: 0, alloc: 0, zeroes: 0 }
  // Flags without a table say nothing; QEMU would count the header as the table.
  if (offset === 0) return { step: 'reserved-bits', losesAll: false, entry: nothing }
  if (offset % subject.clusterSize !== 0) {
    return { step: 'unmap-unaligned', losesAll: true, entry: nothing }
  }
  if (offset >= subject.fileLength) {
    return { step: 'unmap-past-end', losesAll: true, entry: nothing }
  }
  const cleared = { high: (high & 0x80ff_ffff) >>> 0, low: (low & 0xffff_fe00) >>> 0 }
  if (cleared.high === high && cleared.low === low) return undefined
  return { step: 'reserved-bits', losesAll: false, entry: { ...cleared, alloc: 0, zeroes: 0 } }
}
