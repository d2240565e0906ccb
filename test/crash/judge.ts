/** Whether what a power cut left is an image whose owner lost nothing. */
import { codecs } from '../../core/io/codecs.ts'
import { sameBytes } from '../../core/base/same-bytes.ts'
import { hasBit } from '../../core/base/word64.ts'
import type { DiskImage } from '../../core/image/disk-image.ts'
import { checkQcow2 } from '../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../core/qcow2/check/subject-of.ts'
import { incompatible } from '../../core/qcow2/format/features.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../core/qcow2/qcow2-image.ts'
import { rebuildRefcounts } from '../../core/qcow2/repair/rebuild-refcounts.ts'
import type { BlockFile } from '../../core/storage/block-file.ts'
import { MemoryFile } from '../../core/storage/memory-file.ts'
import { SECTOR, type Sector, type World } from '../model/guest-model.ts'

export interface Expectation {
  /** The disk must be one of these. */
  readonly worlds: readonly World[]
  /** What `check` may find. Default `leaks`. */
  readonly findings?: 'none' | 'leaks' | { readonly corruptions: number }
}

export interface JudgedFiles {
  readonly image: BlockFile
  readonly dataFile?: BlockFile | undefined
  readonly backing?: DiskImage | undefined
}

/** undefined when all is well; otherwise what is wrong, in one line. */
export async function judge(
  files: JudgedFiles,
  expectation: Expectation,
): Promise<string | undefined> {
  const area = readHeaderArea(files.image)
  const dirty = hasBit(area.header.incompatibleFeatures, incompatible.dirty)
  // Whoever opens a dirty image for writing counts first; nobody else looks at its counts.
  const counted = dirty ? await recounted(files.image) : files.image
  const wrong = await findingsOf({ ...files, image: counted }, expectation.findings ?? 'leaks')
  if (wrong !== undefined) return wrong
  const image = new Qcow2Image({
    file: files.image,
    area,
    codecs,
    dataFile: files.dataFile,
    backing: files.backing,
  })
  return await contentProblem(image, expectation.worlds)
}

/** A copy with its refcounts counted anew. */
async function recounted(image: BlockFile): Promise<BlockFile> {
  const bytes = new Uint8Array(image.size())
  image.readNow(bytes, 0, 'data')
  const copy = new MemoryFile(bytes)
  await rebuildRefcounts(copy, readHeaderArea(copy))
  return copy
}

/** What `check` finds beyond what is allowed. */
export async function findingsOf(
  { image, dataFile }: JudgedFiles,
  allowed: NonNullable<Expectation['findings']>,
): Promise<string | undefined> {
  const log = new FindingLog(1)
  await checkQcow2(checkSubjectOf(image, readHeaderArea(image), dataFile?.size()), log)
  const bad = typeof allowed === 'string' ? 0 : allowed.corruptions
  const tooMany =
    log.total('check-error') > 0 ||
    log.total('corruption') > bad ||
    (allowed === 'none' && log.total('leak') > 0)
  if (!tooMany) return undefined
  return `check: ${log.total('corruption')} corruptions, ${log.total('leak')} leaks, ${log.total('check-error')} errors; ${log.kept().findings[0]?.text ?? ''}`
}

/** Why the disk and its snapshots are none of the worlds. */
async function contentProblem(
  image: Qcow2Image,
  worlds: readonly World[],
): Promise<string | undefined> {
  const disk = await readAll(image)
  const snapshots: { readonly name: string; readonly disk: Uint8Array }[] = []
  for (const entry of image.snapshots()) {
    snapshots.push({ name: entry.name, disk: await readAll(image.atSnapshot(entry)) })
  }
  const problems: string[] = []
  for (const world of worlds) {
    const problem =
      sizeProblem(disk, world.virtualSize) ??
      sectorProblem(disk, world.sectors) ??
      snapshotProblem(snapshots, world)
    if (problem === undefined) return undefined
    problems.push(problem)
  }
  return `content: ${problems.join('; nor: ')}`
}

/** As `contentProblem` for what another program read of the disk, which tells nothing of snapshots. */
export function diskProblem(disk: Uint8Array, worlds: readonly World[]): string | undefined {
  const problems = worlds.map(
    ({ virtualSize, sectors }) => sizeProblem(disk, virtualSize) ?? sectorProblem(disk, sectors),
  )
  return problems.includes(undefined) ? undefined : `content: ${problems.join('; nor: ')}`
}

const sizeProblem = (disk: Uint8Array, size: number): string | undefined =>
  disk.length === size ? undefined : `the disk has ${disk.length} bytes, not ${size}`

function sectorProblem(disk: Uint8Array, sectors: World['sectors']): string | undefined {
  for (const [number, versions] of sectors.entries()) {
    const found = disk.subarray(number * SECTOR, (number + 1) * SECTOR)
    if (!versions.some((version) => sameBytes(version, found))) {
      return `sector ${number} holds ${tell(found)}; expected ${versions.map(tell).join(' or ')}`
    }
  }
  return undefined
}

function snapshotProblem(
  found: readonly { readonly name: string; readonly disk: Uint8Array }[],
  { snapshots }: World,
): string | undefined {
  const names = (list: readonly { readonly name: string }[]) =>
    list.map(({ name }) => name).join(', ')
  if (names(found) !== names(snapshots)) {
    return `snapshots ${names(found) || 'none'}, not ${names(snapshots) || 'none'}`
  }
  for (const [index, { name, sectors }] of snapshots.entries()) {
    const disk = found[index]?.disk ?? new Uint8Array()
    const problem =
      sizeProblem(disk, sectors.length * SECTOR) ??
      sectorProblem(
        disk,
        sectors.map((sector): Sector[] => [sector]),
      )
    if (problem !== undefined) return `snapshot ${name}: ${problem}`
  }
  return undefined
}

export async function readAll(image: DiskImage): Promise<Uint8Array> {
  const disk = new Uint8Array(image.virtualSize)
  await image.read(disk, 0)
  return disk
}

/** What telling bytes say: which sector they were written to, and when. */
function tell(sector: Uint8Array): string {
  if (sector.every((byte) => byte === 0)) return 'zeroes'
  const words = new Uint32Array(sector.slice().buffer)
  const pairs = new Set<string>()
  for (let word = 0; word < words.length; word += 2)
    pairs.add(`${(words[word] ?? 0) - 1}@${words[word + 1]}`)
  return [...pairs].slice(0, 3).join('+')
}
