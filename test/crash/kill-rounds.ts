/** Processes that write to a real file and are killed at a random moment. */
import { spawn } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDevice } from '../../core/device/open-device.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { qemuCheck, qemuImg } from '../helpers/qemu.ts'
import { seededRandom } from '../helpers/random.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { modelAction } from '../model/guest-actions.ts'
import { GuestModel, type World } from '../model/guest-model.ts'
import { diskProblem } from './judge.ts'
import { lastReports, toldActions } from './kill/told.ts'

export interface KillOptions {
  readonly rounds: number
  readonly firstSeed: number
}

export interface KillResult {
  readonly rounds: number
  /** Flushes that had returned before the processes were killed, all together. */
  readonly flushes: number
  readonly failures: readonly string[]
}

const program = fileURLToPath(new URL('kill/writing-process.ts', import.meta.url))
const virtualSize = 2 * 2 ** 20

interface Kind {
  readonly options: string
  readonly clusterSize: number
  /** The image is compacted all the time. */
  readonly isCompacting?: boolean
}

/** Each kind in turn. */
const kinds: readonly Kind[] = [
  { options: 'cluster_size=64k', clusterSize: 65_536 },
  { options: 'cluster_size=4k,lazy_refcounts=on', clusterSize: 4096 },
  { options: 'cluster_size=512,refcount_bits=1', clusterSize: 512 },
  { options: 'cluster_size=4k,compat=0.10', clusterSize: 4096 },
  { options: 'cluster_size=16k,extended_l2=on', clusterSize: 16_384 },
  { options: 'cluster_size=4k', clusterSize: 4096, isCompacting: true },
  { options: 'cluster_size=512,refcount_bits=64', clusterSize: 512, isCompacting: true },
]

export async function killRounds({ rounds, firstSeed }: KillOptions): Promise<KillResult> {
  const failures: string[] = []
  let flushes = 0
  for (let round = 0; round < rounds; round++) {
    const seed = firstSeed + round
    await using folder = await tempFolder('kill')
    const image = folder.file('disk.qcow2')
    const kind = kinds[round % kinds.length]
    if (kind === undefined) throw new Error('there are no kinds')
    const { options, clusterSize } = kind
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, image, String(virtualSize))
    const killed = await killedWriter(image, seed, kind)
    flushes += killed.flushes
    const problem = killed.problem ?? (await problemOf(image, expected(seed, killed, clusterSize)))
    if (problem === undefined) continue
    const kept = path.join(tmpdir(), `platter-killed-${seed}.qcow2`)
    await copyFile(image, kept)
    failures.push(`${options}, seed ${seed}: ${problem}; kept as ${kept}`)
  }
  return { rounds, flushes, failures }
}

interface Killed {
  readonly begun: number
  readonly flushed: number
  readonly flushes: number
  readonly problem?: string
}

/** Reports after which a writer is killed, at most. */
const MAX_REPORTS = 200

/** Runs a writer, and kills it somewhere after a random number of its reports. */
async function killedWriter(image: string, seed: number, { isCompacting }: Kind): Promise<Killed> {
  const words = [program, image, String(seed), ...(isCompacting === true ? ['compacting'] : [])]
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const random = seededRandom(seed)
  const wanted = 1 + random.below(MAX_REPORTS)
  let lines = ''
  let errors = ''
  const reported = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text
    if (lines.split('\n').length > wanted) reported.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const closed = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, signal) => resolve(signal))
  })
  await Promise.race([reported.promise, closed])
  // The moment of death is what the round is about, not something that is waited for.
  await Promise.race([delay(random.below(5)), closed])
  child.kill('SIGKILL')
  const signal = await closed
  const flushes = lines.split('\n').filter((line) => line.startsWith('f')).length
  const died = signal === 'SIGKILL' ? {} : { problem: `the writer ended by itself: ${errors}` }
  return { ...lastReports(lines), flushes, ...died }
}

async function problemOf(image: string, world: World): Promise<string | undefined> {
  const qemu = await qemuCheck(image)
  if (qemu.exitCode !== 0 && qemu.exitCode !== 3) {
    return `qemu-img check ends with ${qemu.exitCode}: ${qemu.stdout}${qemu.stderr}`
  }
  const raw = `${image}.raw`
  await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', image, raw)
  const theirs = diskProblem(await readFile(raw), [world])
  if (theirs !== undefined) return `QEMU reads ${theirs}`
  // As its owner would: opened for writing again.
  await using device = await openDevice(nodeHost, image)
  const check = await device.check()
  if (check === undefined || check.corruptions + check.checkErrors > 0) {
    return `reopened: ${check?.corruptions} corruptions, ${check?.checkErrors} errors`
  }
  const disk = new Uint8Array(device.info().virtualSize)
  await device.read(disk, 0)
  const ours = diskProblem(disk, [world])
  return ours === undefined ? undefined : `reopened: ${ours}`
}

function expected(
  seed: number,
  { begun, flushed }: Pick<Killed, 'begun' | 'flushed'>,
  clusterSize: number,
): World {
  const model = new GuestModel(virtualSize)
  let action = 0
  for (const told of toldActions(seed, { virtualSize, clusterSize })) {
    if (action > begun) break
    modelAction(model, told, action + 1)
    if (action === flushed) model.settle()
    action++
  }
  return model.world()
}
