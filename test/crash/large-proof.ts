import { stat } from 'node:fs/promises'
import { qemuCheck } from '../helpers/qemu.ts'
import { seededRandom } from '../helpers/random.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import type { Progress } from '../../core/progress.ts'
import { compactInProcess } from './kill/kill-compaction.ts'
import { makeLargeImage } from './kill/large-image.ts'
import { stateHashes } from './kill/state-hashes.ts'

export interface LargeProofOptions {
  /** Of the disk; half of it is holes of the image. */
  readonly bytes: number
  /** Processes that are killed before one gets to the end. */
  readonly kills: number
  readonly seed: number
  readonly tell: (line: string) => void
}

/**
 * Compacts one large image in place by processes that are killed on the way, evenly spread over what there
 * is to move, and at last by one that ends. After every death QEMU finds leaks at most and the guest's
 * content is what it was. Throws at the first thing that is not so.
 */
export async function largeProof({ bytes, kills, seed, tell }: LargeProofOptions): Promise<void> {
  await using folder = await tempFolder('large-proof')
  const image = folder.file('disk.qcow2')
  await makeLargeImage(image, { bytes, seed })
  const hashes = await stateHashes(image)
  tell(`${await sizeOf(image)}, SHA-256 ${hashes}`)
  const random = seededRandom(seed)
  for (let kill = 0; kill < kills; kill++) {
    // Of what is left: the first of ten dies at an eleventh, the last one at a half.
    const share = 1 / (kills + 1 - kill)
    const ms = random.below(50)
    const isThere = ({ phase, done, total }: Progress) =>
      phase === movingPhase && total > 0 && done / total >= share
    const killIn = (progress: Progress) => (isThere(progress) ? ms : undefined)
    const end = await compactInProcess(image, { ...work, proof: false, killIn })
    if (end.kind === 'done') throw new Error(`process ${kill + 1} was done before it was killed`)
    const { done = 0, total = 0 } = end.last ?? {}
    await mustBeWhole(image, { hashes, leaks: true })
    tell(
      `killed ${kill + 1}: ${gib(done)} of ${gib(total)} moved, ${await sizeOf(image)}, leaks at most, same SHA-256`,
    )
  }
  const end = await compactInProcess(image, { ...work, proof: true })
  if (end.kind === 'killed') throw new Error('somebody else killed the last process')
  await mustBeWhole(image, { hashes, leaks: false })
  const { movedBytes, bytesRead, bytesWritten, flushes } = end.result.receipt
  tell(
    `done in ${end.seconds.toFixed(1)} s: ${await sizeOf(image)}, clean, same SHA-256; the last one moved ${gib(movedBytes)}, read ${gib(bytesRead)}, wrote ${gib(bytesWritten)}, flushed ${flushes} times`,
  )
}

/** There are no zeroes to look for. */
const work = { mode: 'in-place', scan: 'none' } as const

const movingPhase = 'moves'

async function mustBeWhole(
  image: string,
  { hashes, leaks }: { readonly hashes: string; readonly leaks: boolean },
): Promise<void> {
  const { exitCode, stdout, stderr } = await qemuCheck(image)
  if (exitCode !== 0 && !(leaks && exitCode === 3)) {
    throw new Error(`qemu-img check ends with ${exitCode}: ${stdout}${stderr}`)
  }
  const now = await stateHashes(image)
  if (now !== hashes) throw new Error(`the content is ${now}, and was ${hashes}`)
}

async function sizeOf(image: string): Promise<string> {
  const { size, blocks } = await stat(image)
  return `file of ${gib(size)}, ${gib(blocks * 512)} on the disk`
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`
