/**
 * Lets every access of a story fail, one at a time: the nth read, write, flush or change of length, for
 * each purpose. Afterwards the error is one that a person can use, the image is whole, and what failed
 * works at the next attempt.
 */
import type { Reason } from '../../core/errors/catalogue.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import { crashStates } from '../storage/crash-states.ts'
import {
  FaultFile,
  Faults,
  type Errno,
  type FaultOperation,
  type FaultRule,
} from '../storage/fault-file.ts'
import { StateJudge } from '../crash/state-judge.ts'
import { takesAll } from '../helpers/some-of.ts'
import { Scene, type Scenario } from '../crash/scene.ts'
import type { IoTag } from '../../core/storage/io-tag.ts'

/** Something that may fail halfway, and what is tried once the disk works again. */
export interface FaultStory extends Scenario {
  /** After a failure: opens the image again and gets done what was to be done. */
  readonly again: (scene: Scene) => Promise<void>
}

export interface FaultMatrixResult {
  /** Places where a fault was put, times the faults that fit there. */
  readonly faults: number
  /** Faults that ended the story with an error. */
  readonly failed: number
}

export interface FaultMatrixOptions {
  readonly seed: number
  /** At most so many places of each kind, evenly spread; `npm test` takes a quarter of them. */
  readonly places: number
}

/** Throws an Error that names rule and seed at the first thing that is not as it should be. */
export async function faultMatrix(
  make: (seed: number) => Promise<FaultStory>,
  { seed, places }: FaultMatrixOptions,
): Promise<FaultMatrixResult> {
  const taken = takesAll ? places : Math.ceil(places / 4)
  let faults = 0
  let failed = 0
  for (const rule of rulesFor(await accessesOf(await make(seed)), taken)) {
    const story = await make(seed)
    faults++
    try {
      if (await isSurvived(story, rule, seed)) failed++
    } catch (error) {
      const where = `${rule.fault} at ${rule.operation} ${rule.tag ?? ''} ${rule.nth}`
      throw new Error(`${story.name}, seed ${seed}, ${where}: ${String(error)}`, { cause: error })
    }
  }
  return { faults, failed }
}

type ErrorRule = Omit<FaultRule, 'fault'> & { readonly fault: Errno }

/** How often each kind of access comes when nothing fails. */
async function accessesOf(story: FaultStory): Promise<ReadonlyMap<string, number>> {
  const faults = new Faults()
  const scene = new Scene(story)
  scene.machine.wrap = (file) => new FaultFile(file, faults)
  await story.tell(scene)
  return new Map(faults.counts)
}

/** A disk is full for what takes space; everything can break. */
const fullDisk: ReadonlySet<FaultOperation> = new Set(['write', 'truncate', 'allocate'])

function* rulesFor(counts: ReadonlyMap<string, number>, places: number): Generator<ErrorRule> {
  for (const [kind, count] of counts) {
    // The key is made of these two words, the second of them optional: see Faults.meet.
    const [operation, tag] = kind.split(' ') as [FaultOperation, IoTag | undefined]
    const stride = Math.max(1, Math.floor(count / places))
    for (let nth = 0; nth < count; nth += stride) {
      const place = { operation, ...(tag === undefined ? {} : { tag }), nth }
      yield { ...place, fault: 'EIO' }
      if (fullDisk.has(operation)) yield { ...place, fault: 'ENOSPC' }
    }
  }
}

/** Whether the fault made the story fail; throws when that was not borne well. */
async function isSurvived(story: FaultStory, rule: ErrorRule, seed: number): Promise<boolean> {
  const scene = new Scene(story)
  let from = Infinity
  const faults = new Faults(() => {
    from = Math.min(from, scene.log.events.length)
  })
  scene.machine.wrap = (file) => new FaultFile(file, faults)
  faults.add(rule)
  const error = await errorOf(() => story.tell(scene))
  if (error !== undefined) mustFit(error, rule)
  if (scene.machine.held.length > 0) throw new Error(`left open: ${scene.machine.held.join(', ')}`)
  const stateJudge = await StateJudge.open(story)
  scene.expectAsBefore()
  await everyDiskIsWhole(stateJudge, scene, { seed, from })
  faults.clear()
  if (error === undefined) return false
  await story.again(scene)
  const problem = await stateJudge.problemOf(scene.expected, scene.machine.files())
  if (problem !== undefined) throw new Error(`after the next attempt: ${problem}`)
  return true
}

async function errorOf(act: () => Promise<void>): Promise<ImageError | undefined> {
  try {
    await act()
    return undefined
  } catch (thrown) {
    const error = firstOf(thrown)
    if (error instanceof ImageError) return error
    throw thrown
  }
}

/** What went wrong first, when closing went wrong as well. */
function firstOf(thrown: unknown): unknown {
  let at = thrown
  while (at instanceof SuppressedError) at = at.suppressed
  return at
}

/** Work that stopped between two of its steps says what was done; why it stopped is its cause. */
const stopped: ReadonlySet<Reason> = new Set([
  'amend-stopped',
  'cut-not-cleared',
  'compact-stopped',
  'undo-interrupted',
  'gpt-not-moved',
  'gpt-moved-only',
  'cut-not-restored',
  'kept-snapshot-not-sealed',
  'undo-snapshot-left',
])

const kindOf = { EIO: 'io', ENOSPC: 'no-space' } as const

function mustFit(error: ImageError, { fault, operation }: ErrorRule): void {
  const words = Object.values(error.explanation).join(' ')
  if (/undefined|NaN/.test(words)) throw new Error(`said: ${words}`)
  const { cause } = error
  const why = stopped.has(error.reason) && cause instanceof ImageError ? cause : error
  if (why.kind !== kindOf[fault]) {
    throw new Error(`a failed ${operation} became ${error.reason}: ${words}`, { cause: error })
  }
}

/** The power may go from the moment of the fault on, also while somebody reads the message. */
async function everyDiskIsWhole(
  stateJudge: StateJudge,
  { log }: Scene,
  options: { readonly seed: number; readonly from: number },
): Promise<void> {
  const seen = new Set<string>()
  for (const state of crashStates(log, { ...options, perCut: 6 })) {
    if (seen.has(state.key) || state.mark === undefined) continue
    seen.add(state.key)
    const problem = await stateJudge.problemOf(state.mark, state.files())
    if (problem !== undefined) throw new Error(`${problem}; ${state.recipe()}`)
  }
}
