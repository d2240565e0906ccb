import { ceilDiv } from '../../base/bits.ts'
import { largestOffset } from './stored-refcounts.ts'
import { CheckStopped, type CheckSubject } from './subject.ts'
import { countRegion, hex, type CheckRun } from './check-run.ts'
import { asWordTable } from '../word-table.ts'

const fixedBytes = 24
const maxDirectoryBytes = 65_535 * 1024
const maxTableEntries = 0x800_0000
const maxBitmapBytes = 512 * 2 ** 20
const maxNameBytes = 1023
const granularityBits = { least: 9, most: 31 } as const
const inUseFlag = 1
const reservedFlags = 0xffff_fffc
const dirtyTrackingType = 1
const pieceBytes = 2 ** 20

export interface BitmapEntry {
  readonly name: string
  readonly tableOffset: number
  readonly tableEntries: number
}

/** What a walk over the bitmaps found out: their names, for the rules QEMU does not have. */
export interface BitmapLedger {
  readonly names: string[]
}

/** Counts what the bitmaps occupy. Throws CheckStopped where QEMU gives up. */
export async function checkBitmaps(run: CheckRun): Promise<void> {
  const { subject } = run
  const { bitmaps } = subject
  if (bitmaps === undefined) return
  const { directoryOffset: offset, directorySize } = bitmaps
  countRegion(run, { offset, length: directorySize, structure: 'bitmap directory' })
  const entries = readDirectory(run)
  if (run.reports) run.bitmaps.names.push(...entries.map(({ name }) => name))
  for (const bitmap of entries) await checkTable(run, bitmap)
}

function readDirectory(run: CheckRun): readonly BitmapEntry[] {
  const { subject, reader } = run
  const { bitmaps } = subject
  if (bitmaps === undefined) return []
  const { directoryOffset, directorySize, count } = bitmaps
  const fail = (what: string): never =>
    stop(run, 'bitmap directory', directoryOffset, 'bitmap-directory-invalid', what)
  if (directorySize === 0 || directorySize > maxDirectoryBytes) fail('has an impossible size')
  const inFile = Math.max(0, Math.min(directorySize, subject.fileLength - directoryOffset))
  const bytes = new Uint8Array(inFile)
  reader.read(bytes, directoryOffset, 'bitmap')
  const directory = new DataView(bytes.buffer)
  const entries: BitmapEntry[] = []
  const names = new Set<string>()
  let at = 0
  while (at < directorySize) {
    if (entries.length >= count) return fail(`holds more than the ${count} bitmaps of the header`)
    if (at + fixedBytes > inFile) return fail('ends inside an entry')
    const extraBytes = directory.getUint32(at + 20)
    const nameBytes = directory.getUint16(at + 18)
    const next = at + Math.ceil((fixedBytes + extraBytes + nameBytes) / 8) * 8
    if (next > directorySize) return fail('ends inside an entry')
    if (extraBytes !== 0) return fail('has extra data, which no version of the format defines')
    const name = decoder.decode(bytes.subarray(at + fixedBytes, at + fixedBytes + nameBytes))
    const inUse = (directory.getUint32(at + 12) & inUseFlag) !== 0
    const isCopy = !inUse && names.has(name)
    const problem = isCopy ? 'name is taken by another bitmap' : entryProblem(run, directory, at)
    if (problem !== undefined) return fail(`has an entry “${name.slice(0, 80)}” whose ${problem}`)
    entries.push({
      name,
      tableOffset: directory.getUint32(at) * 2 ** 32 + directory.getUint32(at + 4),
      tableEntries: directory.getUint32(at + 8),
    })
    names.add(name)
    at = next
  }
  if (entries.length !== count) fail(`holds ${entries.length} bitmaps, the header says ${count}`)
  return entries
}

const decoder = new TextDecoder()

function entryProblem({ subject }: CheckRun, directory: DataView, at: number): string | undefined {
  const tableOffset = directory.getUint32(at) * 2 ** 32 + directory.getUint32(at + 4)
  const tableEntries = directory.getUint32(at + 8)
  const flags = directory.getUint32(at + 12)
  const granularity = directory.getUint8(at + 17)
  const bitmapBytes = tableEntries * subject.clusterSize
  if (tableEntries === 0 || tableEntries > maxTableEntries) return 'table size is impossible'
  // The low half tells: a 64-bit offset does not fit a number exactly.
  const aligned = directory.getUint32(at + 4) % subject.clusterSize === 0
  if (tableOffset === 0 || !aligned || tableOffset > largestOffset) return 'table offset is invalid'
  if ((flags & reservedFlags) !== 0) return 'flags have reserved bits set'
  if (directory.getUint8(at + 16) !== dirtyTrackingType) return 'type is unknown'
  if (granularity < granularityBits.least || granularity > granularityBits.most) {
    return 'granularity is out of range'
  }
  if (directory.getUint16(at + 18) > maxNameBytes) return 'name is too long'
  if (bitmapBytes > maxBitmapBytes) return 'size is above 512 MiB'
  const inUse = (flags & inUseFlag) !== 0
  if (!inUse && subject.virtualSize > bitmapBytes * 8 * 2 ** granularity) {
    return 'table is too short for the virtual size'
  }
  if (!inUse && tableEntries !== neededEntries(subject, granularity)) {
    return 'table does not fit the virtual size'
  }
  return undefined
}

/** Table entries of a bitmap over the whole disk; bits are stored in 64-bit words. */
function neededEntries({ virtualSize, clusterSize }: CheckSubject, granularity: number): number {
  const bits = ceilDiv(virtualSize, 2 ** granularity)
  return ceilDiv(ceilDiv(bits, 64) * 8, clusterSize)
}

async function checkTable(run: CheckRun, bitmap: BitmapEntry): Promise<void> {
  const { subject, reader } = run
  const { tableOffset, tableEntries, name } = bitmap
  countRegion(run, { offset: tableOffset, length: tableEntries * 8, structure: 'bitmap table' })
  const inFile = Math.max(0, Math.floor((subject.fileLength - tableOffset) / 8))
  const entries = Math.min(tableEntries, inFile)
  const piece = new Uint8Array(Math.min(pieceBytes, entries * 8))
  // QEMU looks at every entry before it counts one, so a damaged one leaves the bitmap uncounted.
  for (const count of [false, true]) {
    for (let first = 0; first < entries; first += piece.length / 8) {
      const bytes = piece.subarray(0, Math.min(piece.length, (entries - first) * 8))
      reader.read(bytes, tableOffset + first * 8, 'bitmap')
      const words = asWordTable(bytes)
      for (let index = 0; index < words.length / 2; index++) {
        const entryAt = tableOffset + (first + index) * 8
        const low = words[2 * index] ?? 0
        const high = words[2 * index + 1] ?? 0
        if (!count && isDamaged(low, high, subject.clusterSize)) {
          const what = `has an invalid entry at ${hex(entryAt)} (bitmap “${name.slice(0, 80)}”)`
          stop(run, 'bitmap table', tableOffset, 'bitmap-table-entry-invalid', what)
        }
        const offset = dataOffset(low, high)
        if (!count || offset === 0) continue
        countRegion(run, {
          offset,
          length: subject.clusterSize,
          structure: 'bitmap data',
          where: () => ({ reference: { structure: 'bitmap table', offset: entryAt } }),
        })
      }
      await run.breath()
    }
  }
}

const dataOffset = (low: number, high: number): number =>
  (high & 0x00ff_ffff) * 2 ** 32 + ((low & 0xffff_fe00) >>> 0)

/** Bits 1 to 8 and 56 to 63 are reserved; bit 0 (all ones) goes with offset 0 only. */
function isDamaged(low: number, high: number, clusterSize: number): boolean {
  if ((high & 0xff00_0000) !== 0 || (low & 0x1fe) !== 0) return true
  const offset = dataOffset(low, high)
  return offset !== 0 && ((low & 1) !== 0 || offset % clusterSize !== 0)
}

function stop(run: CheckRun, structure: string, offset: number, rule: string, what: string): never {
  run.log.add('corruption', 'structure', 1, () => ({
    rule,
    structure,
    offset,
    text: `The ${structure} at ${hex(offset)} ${what}; the check cannot go on.`,
  }))
  throw new CheckStopped(structure)
}
