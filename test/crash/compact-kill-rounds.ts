/** Processes that compact a real file and are killed at random moments, until one of them gets to the end. */
import { copyFile, constants, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { qemuCheck, runTool } from '../helpers/qemu.ts'
import { seededRandom } from '../helpers/random.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import type { CompactMode } from '../../core/operations/compact-plan.ts'
import { surveyImage } from '../../core/qcow2/compact/survey-image.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import { compactInProcess } from './kill/kill-compaction.ts'
import { makeLargeImage } from './kill/large-image.ts'
import { stateHashes } from './kill/state-hashes.ts'

export interface CompactKillOptions {
  readonly rounds: number
  readonly firstSeed: number
  /** Of the disk. */
  readonly bytes: number
  readonly clusterSize: number
}

export interface CompactKillResult {
  readonly rounds: number
  /** Processes that were killed before they were done. */
  readonly kills: number
  readonly failures: readonly string[]
}

/** Mostly what moves clusters. */
const modes: readonly CompactMode[] = [
  'in-place',
  'in-place',
  'rewrite',
  'in-place',
  'punch',
  'zeroes',
]

/** What the image of all rounds is, and what compacting it comes to when nobody kills. */
interface Model {
  readonly image: string
  readonly hashes: string
  readonly clusterSize: number
  /** By mode. */
  readonly uncut: ReadonlyMap<CompactMode, Uncut>
}

interface Uncut {
  readonly seconds: number
  readonly fileLength: number
}

export async function compactKillRounds({
  rounds,
  firstSeed,
  ...size
}: CompactKillOptions): Promise<CompactKillResult> {
  await using folder = await tempFolder('kill-compaction')
  const model = await makeModel(folder.file('model.qcow2'), { ...size, seed: firstSeed, rounds })
  const failures: string[] = []
  let kills = 0
  for (let round = 0; round < rounds; round++) {
    const seed = firstSeed + round
    const mode = modeOf(round)
    await using own = await tempFolder('killed-compaction')
    const image = own.file('disk.qcow2')
    await copyFile(model.image, image, constants.COPYFILE_FICLONE)
    const outcome = await killedUntilDone(model, image, { mode, seed })
    kills += outcome.kills
    if (outcome.problem === undefined) continue
    const kept = path.join(tmpdir(), `platter-killed-compaction-${seed}.qcow2`)
    await copyFile(image, kept)
    failures.push(`${mode}, seed ${seed}: ${outcome.problem}; kept as ${kept}`)
  }
  return { rounds, kills, failures }
}

const modeOf = (round: number): CompactMode => modes[round % modes.length] ?? 'in-place'

async function makeModel(
  image: string,
  {
    rounds,
    ...options
  }: {
    readonly rounds: number
    readonly seed: number
    readonly bytes: number
    readonly clusterSize: number
  },
): Promise<Model> {
  await makeLargeImage(image, { ...options, isMixed: true })
  const uncut = new Map<CompactMode, Uncut>()
  for (const mode of new Set(Array.from({ length: rounds }, (_, round) => modeOf(round)))) {
    const copy = `${image}.copy`
    await copyFile(image, copy, constants.COPYFILE_FICLONE)
    const end = await compactInProcess(copy, { mode, scan: 'whole', proof: true })
    if (end.kind === 'killed') throw new Error('somebody else killed a process of this test')
    uncut.set(mode, { seconds: end.seconds, fileLength: (await stat(copy)).size })
  }
  return { image, hashes: await stateHashes(image), clusterSize: options.clusterSize, uncut }
}

/** In which a process changes files; the others it spends reading. */
const writingPhases: ReadonlySet<string> = new Set(['moves', 'data', 'spare'])

interface Outcome {
  readonly kills: number
  readonly problem?: string
}

/** Kills it up to three times, looks at what is left each time, and lets the last one finish. */
async function killedUntilDone(
  { hashes, clusterSize, uncut, image: model }: Model,
  image: string,
  { mode, seed }: { readonly mode: CompactMode; readonly seed: number },
): Promise<Outcome> {
  const random = seededRandom(seed)
  const { seconds, fileLength } = uncut.get(mode) ?? { seconds: 1, fileLength: Infinity }
  let kills = 0
  let apart = 0
  for (let attempt = 1 + random.below(3); attempt > 0; attempt--) {
    const isWriting = random.chance(0.6)
    const ms = random.below(1000 * seconds * (isWriting ? 0.3 : 1))
    const end = await compactInProcess(image, {
      mode,
      scan: 'whole',
      proof: random.chance(0.5),
      killIn: ({ phase }) => (isWriting && !writingPhases.has(phase) ? undefined : ms),
    })
    if (end.kind === 'done') continue
    kills++
    const problem = await problemOf(image, { hashes, leaks: true })
    if (problem !== undefined)
      return { kills, problem: `killed at ${JSON.stringify(end.last)}: ${problem}` }
    apart += await overcountedIn(image)
  }
  const end = await compactInProcess(image, { mode, scan: 'whole', proof: true })
  if (end.kind === 'killed') return { kills, problem: 'somebody else killed it' }
  const problem =
    (await problemOf(image, { hashes, leaks: false })) ??
    (await lengthProblem(image, fileLength + apart * clusterSize)) ??
    (await qemuDifference(model, image))
  return problem === undefined ? { kills } : { kills, problem: `done: ${problem}` }
}

async function problemOf(
  image: string,
  { hashes, leaks }: { readonly hashes: string; readonly leaks: boolean },
): Promise<string | undefined> {
  const qemu = await qemuCheck(image)
  if (qemu.exitCode !== 0 && !(leaks && qemu.exitCode === 3)) {
    return `qemu-img check ends with ${qemu.exitCode}: ${qemu.stdout}${qemu.stderr}`
  }
  const now = await stateHashes(image)
  return now === hashes ? undefined : `content: ${now} instead of ${hashes}`
}

/**
 * Being killed costs nothing in the end, with the one exception the crash scenarios know too: between two
 * of several references to one host cluster, its data stays in two of them, both counted for all.
 */
async function lengthProblem(image: string, atMost: number): Promise<string | undefined> {
  const { size } = await stat(image)
  return size <= atMost ? undefined : `${size} bytes long, and only ${atMost} when nobody kills`
}

async function overcountedIn(image: string): Promise<number> {
  await using file = await nodeHost.openFile(image)
  const { overcounted } = await surveyImage(file, readHeaderArea(file))
  return overcounted
}

/** QEMU's own comparison of the disks as they are now. */
async function qemuDifference(model: string, image: string): Promise<string | undefined> {
  const compared = await runTool('qemu-img', [
    'compare',
    '-f',
    'qcow2',
    '-F',
    'qcow2',
    model,
    image,
  ])
  return compared.exitCode === 0
    ? undefined
    : `qemu-img compare: ${compared.stdout}${compared.stderr}`
}
