import { breather } from '../../base/abort.ts'
import { alignDown, ceilDiv, isAligned } from '../../base/bits.ts'
import { hasBit, word64, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { FindingGroup, RepairMode, RepairStep } from '../../operations/repair-plan.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { PlannedFile, type PlannedWrite } from '../../storage/planned-file.ts'
import { hostOffset } from '../../units.ts'
import { metadataLimit } from '../check/check-qcow2.ts'
import { StoredRefcounts } from '../check/stored-refcounts.ts'
import { checkSubjectOf } from '../check/subject-of.ts'
import {
  CheckStopped,
  MetadataReader,
  TooMuchMetadata,
  type CheckSubject,
} from '../check/subject.ts'
import { autoclear, incompatible, knownAutoclear } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import { readHeaderArea } from '../header-file.ts'
import { withHeader, writeHeaderFields } from '../tables/header-store.ts'
import { markBitmapsInUse } from '../write/bitmaps-in-use.ts'
import { checkOutcome, countOf, isBetter, type CheckOutcome } from './check-outcome.ts'
import type { DataLossStep } from './data-loss-steps.ts'
import { EditedTables } from './edited-tables.ts'
import { lowerRefcounts } from './lower-refcounts.ts'
import { repairSnapshots } from './repair-snapshots.ts'
import { repairTables } from './repair-tables.ts'
import { settleStructure, type CountedTables } from './settle-structure.ts'
import { readStoredSnapshots } from './snapshot-ledger.ts'
import { StepLog } from './step-log.ts'
import type { ReplacedTable } from './table-moves.ts'

/** Memory for the writes of one round, which are there as writes and as what comes of them. */
const WRITE_BUDGET = 384 * 2 ** 20
/**
 * A repaired table can bring to light what its damage hid, and moving one changes the counts of what it
 * overlapped. More rounds than this were never of any use.
 */
const MAX_ROUNDS = 5
/** More than what a repair of a small file can append. */
const LEAST_MARGIN = 128 * 2 ** 20
/** What a check can count. */
const MAX_CLUSTERS = 2 ** 31 - 1

export interface PlanOptions extends OperationContext {
  readonly mode: RepairMode
  readonly consent: readonly DataLossStep[]
}

/** A repair that was made and judged in memory. */
export interface PlannedChanges {
  readonly before: CheckOutcome
  readonly after: CheckOutcome
  readonly steps: readonly RepairStep[]
  /** The writes in order; what one element holds is durable before the next one begins. */
  readonly epochs: readonly (readonly PlannedWrite[])[]
  /** Tables that nothing refers to any more afterwards. */
  readonly replaced: readonly ReplacedTable[]
  /** The image as it will be; readable while the file below is. */
  readonly file: BlockFile
}

/**
 * Makes a repair in memory, on top of a file that is only read, and checks what comes of it. A round of
 * changes that does not make the check's answer better is dropped, so that a repair never does harm.
 */
export async function planChanges(file: BlockFile, options: PlanOptions): Promise<PlannedChanges> {
  const planning = await Planning.begin(file, options)
  for (let round = 0; round < MAX_ROUNDS; round++) if (!(await planning.round())) break
  await planning.clearBits()
  return planning.changes()
}

interface Round {
  readonly file: PlannedFile
  readonly log: StepLog
  readonly replaced: readonly ReplacedTable[]
  /** What a check says then; undefined when nobody has looked yet. */
  readonly outcome?: CheckOutcome
}

class Planning {
  readonly #options: PlanOptions
  readonly #before: CheckOutcome
  readonly #first: BlockFile
  #file: BlockFile
  #now: CheckOutcome
  readonly #done: Round[] = []
  /** The steps of every round that was tried, for what they could only offer. */
  readonly #tried: StepLog[] = []

  private constructor(file: BlockFile, options: PlanOptions, before: CheckOutcome) {
    this.#first = file
    this.#file = file
    this.#options = options
    this.#before = before
    this.#now = before
  }

  static async begin(file: BlockFile, options: PlanOptions): Promise<Planning> {
    const before = await checkOutcome(file, readHeaderArea(file, 'check'), options)
    return new Planning(file, options, before)
  }

  changes(): PlannedChanges {
    const isDone = ({ included }: RepairStep) => included
    const done = mergedSteps(this.#done.map(({ log }) => log)).filter(isDone)
    const offers = mergedSteps(this.#tried).filter((step) => !isDone(step))
    return {
      before: this.#before,
      after: this.#now,
      steps: [...done, ...offers],
      epochs: this.#done.flatMap(({ file }) => file.epochs),
      replaced: this.#done.flatMap(({ replaced }) => replaced),
      file: this.#file,
    }
  }

  /** Whether it was worth it, and another one may be. */
  async round(): Promise<boolean> {
    if (isMended(this.#now) || hasLostL1(this.#now)) return false
    try {
      const round = await this.#tryRound()
      return round !== undefined && (await this.#adopt(round))
    } catch (error) {
      // The tables cannot be followed: what is left is for the person to see.
      if (error instanceof CheckStopped || error instanceof TooMuchMetadata) return false
      if (error instanceof ImageError && hopeless.has(error.reason)) return false
      throw error
    }
  }

  /** As QEMU does: the marks of a damaged or unclean image go when nothing is wrong with it any more. */
  async clearBits(): Promise<void> {
    const { complete, corruptions, checkErrors } = this.#now
    if (!complete || corruptions + checkErrors > 0) return
    const area = readHeaderArea(this.#file, 'check')
    const { incompatibleFeatures: bits } = area.header
    const marks = [incompatible.dirty, incompatible.corrupt].filter((bit) => hasBit(bits, bit))
    if (marks.length === 0) return
    const round = this.#newRound()
    const low = marks.reduce((rest, bit) => rest & ~(1 << bit), bits.low)
    const cleared = withHeader(area, {
      incompatibleFeatures: word64(bits.high, low),
      autoclearFeatures: knownAutoclear(area.header.autoclearFeatures),
    })
    writeHeaderFields(round.file, cleared.header)
    await round.file.flush()
    round.log.note('header-bits', undefined, marks.length)
    await this.#adopt(round)
  }

  async #adopt(round: Round): Promise<boolean> {
    const now = round.outcome ?? (await this.#outcome(round.file))
    if (!isBetter(now, this.#now)) return false
    this.#done.push(round)
    this.#file = round.file
    this.#now = now
    return true
  }

  #newRound(replaced: readonly ReplacedTable[] = []): Round {
    const file = new PlannedFile(this.#file, { budget: WRITE_BUDGET })
    return { file, log: new StepLog(this.#options.consent), replaced }
  }

  async #tryRound(): Promise<Round | undefined> {
    const { complete, corruptions, leaks, checkErrors } = this.#now
    const flags = countOf(this.#now, (rule) => rule === 'copied-flag-wrong')
    const onlyRefcounts = complete && checkErrors === 0 && corruptions === flags
    const area = readHeaderArea(this.#file, 'check')
    const keepsHeader = sameWord(
      knownAutoclear(area.header.autoclearFeatures),
      area.header.autoclearFeatures,
    )
    if (onlyRefcounts && leaks > 0 && flags === 0 && keepsHeader) {
      const lowered = await this.#lowered()
      const outcome = await this.#outcome(lowered.file)
      if (outcome.corruptions === 0) return { ...lowered, outcome }
    }
    if (this.#options.mode === 'all') return this.#settled('all')
    if (onlyRefcounts) return flags + leaks > 0 ? this.#settled('refcounts') : undefined
    const isSound = complete && countOf(this.#now, forbidsLowering) === 0
    return isSound && leaks > 0 ? this.#lowered() : undefined
  }

  #outcome(file: BlockFile): Promise<CheckOutcome> {
    return checkOutcome(file, readHeaderArea(file, 'check'), this.#options)
  }

  async #lowered(): Promise<Round> {
    const round = this.#newRound()
    const area = readHeaderArea(round.file, 'check')
    const clusters = await lowerRefcounts(round.file, area, this.#options)
    round.log.note('refcounts', undefined, clusters)
    return round
  }

  async #settled(extent: 'all' | 'refcounts'): Promise<Round | undefined> {
    const { file, log } = this.#newRound()
    const stored = readHeaderArea(file, 'check')
    const area = extent === 'all' ? this.#repairHeader(stored, log) : stored
    const subject = checkSubjectOf(file, area)
    const edited = new EditedTables(file)
    const reader = new MetadataReader(edited, metadataLimit(subject))
    const snapshotTable = readStoredSnapshots(file, area)
    let snapshots
    if (extent === 'all') {
      snapshots = repairSnapshots(snapshotTable, subject, log)
      const { signal, pause } = this.#options
      const run = { subject, reader, breath: breather(signal, { pause }) }
      await repairTables(run, edited, log, snapshots ?? snapshotTable.entries)
    }
    this.#tried.push(log)
    noteRefcounts(log, this.#now)
    const { replaced, flags, grownOver } = await settleStructure(file, area, {
      ...this.#options,
      ...(edited.isEmpty ? {} : { edits: edited }),
      ...(snapshots === undefined ? {} : { snapshots }),
      keep: this.#done.flatMap((round) => round.replaced),
      keepFor: this.#kept,
      margin: marginOf(subject),
      judge: (counted) =>
        log.losesGuestData ? distrustBitmaps(file, area, log, counted) : undefined,
    })
    mustKeepMargin(file, subject)
    if (flags > 0) log.note('copied-flags', undefined, flags)
    if (grownOver > 0) log.note('grown-over', undefined, grownOver)
    return { file, log, replaced: [...replaced, ...refcountStructure(this.#file, stored)] }
  }

  /** A cut before the next switch leaves the image of the last round, an undo goes back to the first. */
  get #kept(): readonly BlockFile[] {
    return this.#done.length === 0 ? [this.#first] : [this.#first, this.#file]
  }

  /** The header's fields as they should be, but for the tables' places. */
  #repairHeader(area: HeaderArea, log: StepLog): HeaderArea {
    const { autoclearFeatures: bits } = area.header
    const cleared = {
      ...withHeader(area, {
        autoclearFeatures: word64(bits.high, bits.low & ~(1 << autoclear.bitmaps)),
      }),
      bitmaps: undefined,
    }
    if (hasBit(bits, autoclear.bitmaps) && area.bitmaps === undefined) {
      log.note('header-bits')
      return cleared
    }
    const isDamaged = this.#now.groups.some(concernsBitmaps)
    if (area.bitmaps === undefined || !isDamaged) return area
    log.note('drop-bitmaps', undefined, area.bitmaps.count)
    return log.allows('drop-bitmaps') ? cleared : area
  }
}

/**
 * Backup programs must not go on from bitmaps that missed what changed. A directory that is guest data at
 * the same time cannot be marked in its place: then the bitmaps go, if they may.
 */
async function distrustBitmaps(
  file: PlannedFile,
  area: HeaderArea,
  log: StepLog,
  counted: CountedTables,
): Promise<Partial<Qcow2Header>> {
  const { bitmaps, header } = area
  if (bitmaps === undefined) return {}
  const { clusterSize } = area.geometry
  const first = Math.floor(bitmaps.directoryOffset / clusterSize)
  const end = ceilDiv(bitmaps.directoryOffset + bitmaps.directorySize, clusterSize)
  const clusters = Array.from({ length: end - first }, (_, index) => first + index)
  if (clusters.every((cluster) => counted.countOf(cluster) <= 1)) {
    if (markBitmapsInUse(file, area) === 'marked') await file.flush()
    return {}
  }
  log.note('drop-bitmaps', undefined, bitmaps.count)
  if (log.allows('drop-bitmaps')) {
    const { high, low } = header.autoclearFeatures
    return { autoclearFeatures: word64(high, low & ~(1 << autoclear.bitmaps)) }
  }
  throw new ImageError('repair-impossible', {
    path: file.name,
    structure: 'bitmap directory',
    offset: bitmaps.directoryOffset,
    found: 'is used for something else too',
  })
}

const sameWord = (one: Word64, other: Word64): boolean =>
  one.high === other.high && one.low === other.low

/** How far past the end of the file references are looked at, so that no new table gets in their way. */
const marginOf = ({ fileLength, clusterSize }: CheckSubject): number =>
  alignDown(
    Math.max(0, Math.min(fileLength + LEAST_MARGIN, MAX_CLUSTERS * clusterSize - fileLength)),
    clusterSize,
  )

/** Where references past the end take all the room there is, a repair has to wait until they may go. */
function mustKeepMargin(file: BlockFile, subject: CheckSubject): void {
  if (file.size() <= subject.fileLength + marginOf(subject)) return
  const found = 'refers to all the room past the end of the file'
  throw new ImageError('repair-impossible', { path: file.name, structure: 'L2 table', found })
}

/** Reasons why a structure cannot be settled that are about the image, and not about the machine. */
const hopeless: ReadonlySet<string> = new Set([
  'repair-impossible',
  'image-full',
  'refcount-overflow',
  'refcounts-contradict',
])

/** Nothing is left that a repair mends. */
const isMended = (outcome: CheckOutcome): boolean =>
  outcome.verdict === 'clean' && countOf(outcome, (rule) => mendableWarnings.has(rule)) === 0

/**
 * The file ends before the active L1 table does. Then nothing refers to the guest's data any more: every
 * repair would free it as leaked, and a file that grew over the table would look well.
 */
const hasLostL1 = ({ groups }: CheckOutcome): boolean =>
  groups.some(({ rule, structure }) => rule === 'cut-by-end-of-file' && structure === 'L1 table')

const mendableWarnings: ReadonlySet<string> = new Set([
  'bitmaps-bit-without-extension',
  'refcounts-past-end',
])

const concernsBlocks = (rule: string): boolean =>
  rule.startsWith('refcount-table') ||
  rule.startsWith('refcount-block') ||
  rule === 'refcount-unreadable'

/** A block in the place of something else is not noticed where counts overflow. */
const forbidsLowering = (rule: string): boolean =>
  concernsBlocks(rule) || rule === 'refcount-overflow'

const concernsBitmaps = ({ rule, structure }: FindingGroup): boolean =>
  rule === 'bitmap-directory-invalid' ||
  rule === 'bitmap-table-entry-invalid' ||
  (rule === 'reference-past-end' && structure.startsWith('bitmap'))

function noteRefcounts(log: StepLog, outcome: CheckOutcome): void {
  const clusters = countOf(
    outcome,
    (rule) => concernsBlocks(rule) || rule === 'leaked-clusters' || rule === 'refcount-too-low',
  )
  if (clusters > 0) log.note('refcounts', undefined, clusters)
}

/** Where the refcount table and its blocks are, as far as they lie in the file. */
function refcountStructure(file: BlockFile, area: HeaderArea): ReplacedTable[] {
  const { header, geometry } = area
  const subject = checkSubjectOf(file, area)
  const stored = StoredRefcounts.load(subject, new MetadataReader(file, Infinity))
  const inFile = Math.max(0, file.size() - header.refcountTableOffset)
  const tables: ReplacedTable[] = [
    {
      structure: 'refcount table',
      offset: hostOffset(header.refcountTableOffset),
      clusters: Math.min(header.refcountTableClusters, ceilDiv(inFile, geometry.clusterSize)),
    },
  ]
  for (let index = 0; index < stored.entries; index++) {
    const block = stored.block(index)
    if (block.kind !== 'present' || block.offset >= file.size()) continue
    if (!isAligned(block.offset, geometry.clusterSize)) continue
    tables.push({ structure: 'refcount block', offset: hostOffset(block.offset), clusters: 1 })
  }
  return tables
}

/** The steps of several rounds, each once. */
function mergedSteps(logs: readonly StepLog[]): RepairStep[] {
  const steps = new Map<string, RepairStep>()
  for (const step of logs.flatMap((log) => log.steps())) {
    const known = steps.get(step.name)
    // A later round repeats what is left of an earlier one; its numbers are the smaller ones.
    if (known === undefined || known.count < step.count) steps.set(step.name, step)
  }
  return [...steps.values()]
}
