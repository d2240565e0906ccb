/**
 * The disks that a power cut could have left, made from the record of what was done. Everything that a
 * flush covered is there. Of the rest, each change is kept, dropped, or torn at sectors, whatever the
 * order was; of several versions of one sector any may be the one that reached the disk.
 */
import { seededRandom, type Random } from '../helpers/random.ts'
import type { Change, CrashLog, NameChange } from './crash-log.ts'
import { DurableFile } from './durable-file.ts'

export interface CrashState<Mark> {
  /** What is judged by; undefined before the first mark. */
  readonly mark: Mark | undefined
  /** Equal for equal disks. */
  readonly content: string
  /** Equal for equal disks that are judged by the same mark. */
  readonly key: string
  /** Which change the power was cut after (0: before the first), and what became of the unflushed ones. */
  recipe(): string
  /** The files that are there, by path. Made when asked for: most states are known already. */
  files(): Map<string, Uint8Array<ArrayBuffer>>
}

export interface CrashStatesOptions {
  readonly seed: number
  /** Combinations of kept, dropped and torn that are tried at each place where the power is cut. */
  readonly perCut: number
  /** The power is cut after the first so many events at the earliest; default 0. */
  readonly from?: number
}

export function* crashStates<Mark>(
  log: CrashLog<Mark>,
  { seed, perCut, from = 0 }: CrashStatesOptions,
): Generator<CrashState<Mark>> {
  const disk = new CutDisk(log)
  const random = seededRandom(seed)
  let mark: Mark | undefined
  let marks = 0
  let cut = 0
  const state = (choice: Choice): CrashState<Mark> => disk.state(choice, { mark, marks, cut })
  if (from === 0) yield state(keepNothing)
  for (const [index, event] of log.events.entries()) {
    disk.apply(event)
    const isEarly = index < from
    switch (event.kind) {
      case 'change':
      case 'names': {
        cut++
        if (isEarly) break
        for (const choice of choices(disk.unflushed, random, perCut)) yield state(choice)
        break
      }
      case 'mark':
        mark = event.mark
        marks++
        if (isEarly) break
        yield state(keepNothing)
        yield state(keepAll)
        break
      case 'flushed':
      case 'names-flushed':
        if (!isEarly) yield state(keepNothing)
        break
    }
  }
}

/** What becomes of the unflushed changes, oldest first: the sectors that are kept, or all, or none. */
interface Choice {
  readonly kept: (index: number, sectors: number) => 'all' | 'none' | readonly boolean[]
  /** Which of the lengths that the file had since the flush it has now; undefined: the one that fits. */
  readonly length?: (lengths: number) => number
  /** Whether a name that was not flushed is kept. */
  readonly nameKept: (index: number) => boolean
}

const keepNothing: Choice = { kept: () => 'none', nameKept: () => false }
const keepAll: Choice = { kept: () => 'all', nameKept: () => true }

/**
 * The telling ones first (all, only the last, all but one), then seeded ones. The last change is nearly
 * always kept or torn: states without it belong to the cut before.
 */
function* choices(unflushed: number, random: Random, count: number): Generator<Choice> {
  const last = unflushed - 1
  yield keepAll
  let left = count - 1
  const single = (kept: Choice['kept']): Choice => ({ kept, nameKept: () => true })
  if (last > 0 && left-- > 0) yield single((index) => (index === last ? 'all' : 'none'))
  for (let dropped = last - 1; dropped >= 0 && left > count / 2; dropped--, left--) {
    yield single((index) => (index === dropped ? 'none' : 'all'))
  }
  for (; left > 0; left--) yield seeded(last, random)
}

function seeded(last: number, random: Random): Choice {
  const probability = random.pick([0.15, 0.5, 0.85])
  const tears = random.pick([0, 0.3, 1])
  const shape = random.pick(['each', 'each', 'first ones', 'last ones'] as const)
  const border = random.below(last + 1)
  const isKept = (index: number): boolean => {
    if (index === last) return true
    if (shape === 'first ones') return index < border
    if (shape === 'last ones') return index > border
    return random.chance(probability)
  }
  const odd = random.chance(0.15)
  const choice: Choice = {
    kept: (index, sectors) => {
      if (!isKept(index)) return 'none'
      if (sectors < 2 || !random.chance(tears)) return 'all'
      return Array.from({ length: sectors }, () => random.chance(0.5))
    },
    nameKept: () => random.chance(0.7),
  }
  return odd ? { ...choice, length: (lengths) => random.below(lengths) } : choice
}

/** The platters, and what is on the way to them. */
class CutDisk {
  readonly #durable = new Map<number, DurableFile>()
  readonly #names = new Map<string, number>()
  /** When each change was made. */
  readonly #order = new Map<Change, number>()
  /** By file, the latest of the changes that are durable. */
  readonly #settled = new Map<number, number>()
  #changes: Change[] = []
  #nameChanges: (readonly NameChange[])[] = []

  constructor(log: CrashLog<unknown>) {
    for (const [file, { path, bytes }] of log.firstFiles) {
      this.#names.set(path, file)
      this.#durable.set(file, DurableFile.of(bytes))
    }
  }

  get unflushed(): number {
    return this.#changes.length
  }

  apply(event: CrashLog<unknown>['events'][number]): void {
    switch (event.kind) {
      case 'change':
        this.#order.set(event.change, this.#order.size)
        this.#changes.push(event.change)
        break
      case 'flushed': {
        const covered = new Set(event.changes)
        this.#changes = this.#changes.filter((change) => !covered.has(change))
        const file = this.#durableFile(event.file)
        for (const change of event.changes) {
          file.keep(change, 'all')
          const latest = Math.max(this.#settled.get(event.file) ?? -1, this.#madeAt(change))
          this.#settled.set(event.file, latest)
        }
        break
      }
      case 'names':
        this.#nameChanges.push(event.changes)
        break
      case 'names-flushed':
        for (const changes of this.#nameChanges) this.#rename(this.#names, changes)
        this.#nameChanges = []
        break
      case 'mark':
        break
    }
  }

  state<Mark>(
    choice: Choice,
    {
      mark,
      marks,
      cut,
    }: { readonly mark: Mark | undefined; readonly marks: number; readonly cut: number },
  ): CrashState<Mark> {
    const files = new Map<number, DurableFile>()
    const lengths = new Map<number, number[]>()
    const story: (() => string)[] = []
    for (const [index, change] of this.#changes.entries()) {
      const kept = choice.kept(index, change.sectors.length)
      // A write may be on its way while later ones are flushed: the length it met is history then.
      const isLater = this.#madeAt(change) > (this.#settled.get(change.file) ?? -1)
      const seen = lengths.get(change.file) ?? []
      lengths.set(change.file, isLater ? [...seen, change.fileLength] : seen)
      if (kept === 'none') continue
      story.push(() => describe(index, change, kept))
      this.#copyIn(files, change.file).keep(change, kept)
    }
    if (choice.length !== undefined) {
      for (const [file, seen] of lengths) {
        const all = [this.#durableFile(file).length, ...seen]
        const length = all[choice.length(all.length)] ?? 0
        this.#copyIn(files, file).setLength(length)
        story.push(() => `file ${file} is ${length} bytes long`)
      }
    }
    const names = new Map(this.#names)
    for (const [index, changes] of this.#nameChanges.entries()) {
      if (choice.nameKept(index)) this.#rename(names, changes)
    }
    const there = [...names].map(([path, file]): [string, DurableFile] => [
      path,
      files.get(file) ?? this.#durableFile(file),
    ])
    const unflushed = this.#changes.length
    const content = there.map(([path, file]) => `${path} ${file.length} ${file.key}`).join(' ')
    return {
      mark,
      content,
      key: `${marks} ${content}`,
      recipe: () => {
        const kept = story.map((tell) => tell()).join('; ')
        return `cut after change ${cut}; kept of ${unflushed} unflushed: ${kept || 'none'}`
      },
      files: () => new Map(there.map(([path, file]) => [path, file.bytes()])),
    }
  }

  #madeAt(change: Change): number {
    return this.#order.get(change) ?? -1
  }

  #durableFile(file: number): DurableFile {
    const known = this.#durable.get(file)
    if (known !== undefined) return known
    const empty = new DurableFile()
    this.#durable.set(file, empty)
    return empty
  }

  #copyIn(files: Map<number, DurableFile>, file: number): DurableFile {
    const known = files.get(file)
    if (known !== undefined) return known
    const copy = this.#durableFile(file).copy()
    files.set(file, copy)
    return copy
  }

  #rename(names: Map<string, number>, changes: readonly NameChange[]): void {
    for (const { path, file } of changes) {
      if (file === undefined) names.delete(path)
      else names.set(path, file)
    }
  }
}

function describe(index: number, change: Change, kept: 'all' | readonly boolean[]): string {
  const { operation, tag, at, length } = change
  const which = kept === 'all' ? '' : ` torn ${kept.map((there) => (there ? '1' : '0')).join('')}`
  return `#${index} ${operation}${tag === undefined ? '' : ` ${tag}`} ${at}+${length}${which}`
}
