import type { LostRange, RepairStep, SafeStep } from '../../operations/repair-plan.ts'
import { dataLossSteps, type DataLossStep } from './data-loss-steps.ts'

const maxLost = 1000

interface Tally {
  count: number
  readonly lost: { start: number; length: number; snapshot: string | undefined }[]
  omitted: number
}

/** What the steps of a repair do, collected while they are planned. */
export class StepLog {
  readonly #consent: ReadonlySet<DataLossStep>
  readonly #tallies = new Map<SafeStep | DataLossStep, Tally>()

  constructor(consent: readonly DataLossStep[]) {
    this.#consent = new Set(consent)
  }

  /** Whether a step may be done. */
  allows(step: SafeStep | DataLossStep): boolean {
    return !isDataLoss(step) || this.#consent.has(step)
  }

  /** Notes a change, done or only offered; neighbouring ranges of one state join. */
  note(step: SafeStep | DataLossStep, lost?: LostRange, count = 1): void {
    const tally = this.#tallies.get(step) ?? { count: 0, lost: [], omitted: 0 }
    this.#tallies.set(step, tally)
    tally.count += count
    if (lost === undefined) return
    const last = tally.lost.at(-1)
    if (last !== undefined && follows(last, lost)) {
      last.length += lost.length
    } else if (tally.lost.length < maxLost) {
      tally.lost.push({ ...lost })
    } else {
      tally.omitted++
    }
  }

  /** Whether something was done after which a guest reads other bytes than before. */
  get losesGuestData(): boolean {
    return Array.from(this.#tallies).some(
      ([step, { lost }]) => isDataLoss(step) && this.allows(step) && lost.length > 0,
    )
  }

  steps(): RepairStep[] {
    return Array.from(this.#tallies, ([name, { count, lost, omitted }]) => ({
      name,
      losesData: isDataLoss(name),
      included: this.allows(name),
      count,
      text: sentences[name](count),
      lost,
      lostOmitted: omitted,
    }))
  }
}

const follows = (last: LostRange, next: LostRange): boolean =>
  last.snapshot === next.snapshot && last.start + last.length === next.start

const isDataLoss = (step: SafeStep | DataLossStep): step is DataLossStep =>
  (dataLossSteps as readonly string[]).includes(step)

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${many}`

const sentences: Readonly<Record<SafeStep | DataLossStep, (count: number) => string>> = {
  refcounts: (count) =>
    `The refcounts of ${counted(count, 'cluster', 'clusters')} are set to the number of references found. What is shared stays shared and is copied before it is written.`,
  'copied-flags': (count) =>
    `${counted(count, 'COPIED flag is', 'COPIED flags are')} set to match the refcounts.`,
  'reserved-bits': (count) =>
    `${counted(count, 'table entry loses bits', 'table entries lose bits')} that have no meaning; what the guest reads stays the same.`,
  'preallocated-zero': (count) =>
    `${counted(count, 'cluster that reads', 'clusters that read')} as zeroes ${count === 1 ? 'gives' : 'give'} up space it never had; what the guest reads stays the same.`,
  'snapshot-entries': (count) =>
    `${counted(count, 'entry of the snapshot table is', 'entries of the snapshot table are')} completed as the format asks.`,
  'grown-over': (count) =>
    `The file grows over ${counted(count, 'cluster', 'clusters')} that table entries refer to past its end. ${count === 1 ? 'It reads' : 'They read'} as zeroes, as before.`,
  'header-bits': (count) =>
    `${counted(count, 'feature bit of the header is', 'feature bits of the header are')} set to what is true.`,
  'unmap-past-end': (count) =>
    `${counted(count, 'table entry refers', 'table entries refer')} past the end of the file. The guest bytes will read as zeroes for good.`,
  'unmap-unaligned': (count) =>
    `${counted(count, 'table entry refers', 'table entries refer')} to a place where no cluster begins. The guest bytes will read as zeroes.`,
  'unmap-contradicting': (count) =>
    `${counted(count, 'table entry contradicts itself', 'table entries contradict themselves')} and cannot be read. The guest bytes will read as zeroes.`,
  'drop-broken-snapshots': (count) =>
    `${counted(count, 'snapshot', 'snapshots')} that cannot be used ${count === 1 ? 'is' : 'are'} removed.`,
  'drop-bitmaps': (count) =>
    `${counted(count, 'bitmap is', 'bitmaps are')} given up because their tables are damaged: backup programs will copy everything once.`,
}
