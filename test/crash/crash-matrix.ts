/**
 * Runs a scenario once, then cuts its power everywhere: after every change, with the changes that no flush
 * covered kept, dropped or torn. Every disk that comes out is judged, and a sample is shown to QEMU.
 */
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { seededRandom } from '../helpers/random.ts'
import { crashStates, type CrashState } from '../storage/crash-states.ts'
import type { Wrap } from '../storage/crash-machine.ts'
import { Scene, type DiskFiles, type Mark, type Scenario } from './scene.ts'
import { hasMagic, StateJudge } from './state-judge.ts'

export interface MatrixOptions {
  readonly seed: number
  /** Combinations at each cut. */
  readonly perCut: number
  /** States handed to `onSample`, evenly over the distinct ones. */
  readonly samples?: number
  readonly onSample?: (sample: Sample) => void
  /** What the story's files are wrapped in. */
  readonly wrap?: Wrap
}

/** A state that was found good, for a second opinion. */
export interface Sample {
  readonly scenario: Scenario
  readonly recipe: string
  readonly mark: Mark
  readonly files: DiskFiles
}

export interface MatrixResult {
  /** Places where the power was cut. */
  readonly cuts: number
  readonly examined: number
  /** Disks that differ in their bytes. The same one is judged again where something else is expected of it. */
  readonly distinct: number
}

/** Of so many states one is opened for writing and written to, after it was judged. */
const GOES_ON_EVERY = 10

export class CrashFailure extends Error {
  override readonly name = 'CrashFailure'
}

/** Throws `CrashFailure` with recipe and seed at the first bad state, which is kept as a file. */
export async function crashMatrix(
  scenario: Scenario,
  { seed, perCut, samples = 0, onSample = () => {}, wrap }: MatrixOptions,
): Promise<MatrixResult> {
  const scene = new Scene(scenario)
  if (wrap !== undefined) scene.machine.wrap = wrap
  const random = seededRandom(seed)
  scene.machine.pace = () => random.pick([0, 0, 0, 1, 2, 5])
  await scenario.tell(scene)
  const stateJudge = await StateJudge.open(scenario)
  const seen = new Set<string>()
  const contents = new Set<string>()
  const taken: Sample[] = []
  let examined = 0
  for (const state of crashStates(scene.log, { seed, perCut })) {
    examined++
    if (seen.has(state.key)) continue
    seen.add(state.key)
    contents.add(state.content)
    const { mark } = state
    if (mark === undefined) continue
    const files = state.files()
    const isImage = hasMagic(files.get(scenario.image) ?? new Uint8Array())
    const problem =
      (await stateJudge.problemOf(mark, files)) ??
      (seen.size % GOES_ON_EVERY === 0 && isImage && isSound(mark)
        ? await stateJudge.problemOfGoingOn(mark, files)
        : undefined)
    if (problem !== undefined) throw await failureOf({ scenario, seed, state, files, problem })
    // Every second one is thrown out whenever there are twice as many as wanted: an even spread.
    if (samples === 0 || !isImage) continue
    if (seen.size % stride(seen.size, samples) === 0) {
      taken.push({ scenario, recipe: state.recipe(), mark, files })
    }
    if (taken.length >= 2 * samples) thin(taken)
  }
  for (const sample of taken) onSample(sample)
  const cuts = scene.log.events.filter(({ kind }) => kind === 'change').length
  return { cuts, examined, distinct: contents.size }
}

const stride = (seen: number, samples: number): number =>
  2 ** Math.max(0, Math.floor(Math.log2(seen / samples)))

function thin(samples: Sample[]): void {
  const kept = samples.filter((_, index) => index % 2 === 1)
  samples.splice(0, samples.length, ...kept)
}

/** A damaged image is not for writing before it is repaired. */
const isSound = ({ findings = 'leaks' }: Mark): boolean => typeof findings === 'string'

interface Failed {
  readonly scenario: Scenario
  readonly seed: number
  readonly state: CrashState<Mark>
  readonly files: DiskFiles
  readonly problem: string
}

/** Keeps the disk as it was found, so that the state can be looked at with other programs. */
async function failureOf({ scenario, seed, state, files, problem }: Failed): Promise<CrashFailure> {
  const kept: string[] = []
  for (const [name, bytes] of files) {
    const place = path.join(tmpdir(), `platter-crash-${process.pid}-${path.posix.basename(name)}`)
    await writeFile(place, bytes)
    kept.push(place)
  }
  return new CrashFailure(
    `${scenario.name}: ${problem}\n  seed ${seed}, ${state.recipe()}\n  kept as ${kept.join(', ') || 'nothing: there is no file'}`,
  )
}
