/** Images in memory that are written anew, and what their states hold. */
import type { DiskImage } from '../../core/image/disk-image.ts'
import { codecs } from '../../core/io/codecs.ts'
import { isAllZero } from '../../core/base/zeroes.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../core/qcow2/qcow2-image.ts'
import {
  buildRewritten,
  type BuildOptions,
  type Rewritten,
} from '../../core/qcow2/rewrite/build-rewritten.ts'
import { checkQcow2 } from '../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../core/qcow2/check/subject-of.ts'
import type { BlockFile } from '../../core/storage/block-file.ts'
import { MemoryFile } from '../../core/storage/memory-file.ts'

export interface RewrittenInMemory extends Rewritten {
  readonly file: MemoryFile
}

export async function rewriteInMemory(
  from: BlockFile,
  options: Omit<BuildOptions, 'codecs'> = {},
): Promise<RewrittenInMemory> {
  const file = new MemoryFile({ size: 0 }, { name: 'rewritten' })
  const built = await buildRewritten(from, readHeaderArea(from), file, { codecs, ...options })
  return { ...built, file }
}

/** Whether a host cluster holds zeroes only, as somebody who looked at it would say. */
export function zeroClustersOf(file: BlockFile): (hostCluster: number) => boolean {
  const { clusterSize } = readHeaderArea(file).geometry
  const bytes = new Uint8Array(clusterSize)
  return (cluster) => {
    file.readNow(bytes, cluster * clusterSize, 'data')
    return isAllZero(bytes)
  }
}

/** The content of the active state, then of each snapshot. */
export async function statesOf(file: BlockFile, backing?: DiskImage): Promise<readonly Buffer[]> {
  const area = readHeaderArea(file)
  const image = new Qcow2Image({ file, area, codecs, dataFile: undefined, backing })
  const views = [image, ...image.snapshots().map((entry) => image.atSnapshot(entry))]
  const states: Buffer[] = []
  for (const view of views) {
    const bytes = Buffer.alloc(view.virtualSize)
    await view.read(bytes, 0)
    states.push(bytes)
  }
  return states
}

/** What the check says about a file, warnings among it. */
export async function findingsOf(file: BlockFile): Promise<readonly string[]> {
  const log = new FindingLog(10)
  await checkQcow2(checkSubjectOf(file, readHeaderArea(file)), log)
  return log.kept().findings.map(({ kind, text }) => `${kind}: ${text}`)
}

/** All bytes of a file. */
export function bytesOf(file: BlockFile): Buffer {
  const bytes = Buffer.alloc(file.size())
  file.readNow(bytes, 0, 'data')
  return bytes
}
