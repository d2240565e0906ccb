/** What QEMU says of an image that a model goes with: no leak, no corruption, the same content. */
import { readFile } from 'node:fs/promises'
import { openImage } from '../../core/image/open-image.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { Qcow2Image } from '../../core/qcow2/qcow2-image.ts'
import { diskProblem } from '../crash/judge.ts'
import { qemuCheck, runTool } from '../helpers/qemu.ts'
import type { TempFolder } from '../helpers/temp-folder.ts'
import { SECTOR, type Sector, type World } from './guest-model.ts'

export interface CompareOptions {
  /** Where the image is, and where its content is converted to. */
  readonly folder: TempFolder
  /** Whether QEMU reads this snapshot as well; we read all of them. */
  readonly withSnapshot: () => boolean
}

/** Throws an Error that says what differs. */
export async function compareWithQemu(
  image: string,
  world: World,
  options: CompareOptions,
): Promise<void> {
  const check = await qemuCheck(image, { cwd: options.folder.path })
  if (check.exitCode !== 0) {
    throw new Error(`qemu-img check ends with ${check.exitCode}: ${check.stdout}${check.stderr}`)
  }
  await compareDisk(image, { args: [], world, what: 'the disk' }, options)
  await compareSnapshots(image, world, options)
}

async function compareSnapshots(
  path: string,
  { virtualSize, snapshots }: World,
  options: CompareOptions,
): Promise<void> {
  await using opened = await openImage(nodeHost, path)
  const { image } = opened
  if (!(image instanceof Qcow2Image)) throw new Error('the image became a raw one')
  const entries = image.snapshots()
  const names = entries.map(({ name }) => name).join()
  const expected = snapshots.map(({ name }) => name).join()
  if (names !== expected) throw new Error(`snapshots ${names}, not ${expected}`)
  for (const [index, { name, sectors }] of snapshots.entries()) {
    const [entry] = entries.slice(index)
    if (entry === undefined) continue
    const view = image.atSnapshot(entry)
    const disk = new Uint8Array(view.virtualSize)
    await view.read(disk, 0)
    const world = worldOf(sectors)
    const problem = diskProblem(disk, [world])
    if (problem !== undefined) throw new Error(`snapshot ${name}: ${problem}`)
    // QEMU converts a snapshot of another size as if it had the size of the present state.
    const isSame = disk.length === virtualSize
    const args = ['-l', `snapshot.name=${name}`]
    if (isSame && options.withSnapshot())
      await compareDisk(path, { args, world, what: name }, options)
  }
}

interface ConvertedDisk {
  readonly args: readonly string[]
  readonly world: World
  readonly what: string
}

async function compareDisk(
  image: string,
  { args, world, what }: ConvertedDisk,
  { folder }: CompareOptions,
): Promise<void> {
  const raw = folder.file('converted.raw')
  const command = ['convert', '-f', 'qcow2', '-O', 'raw', ...args, image, raw]
  const { exitCode, stderr } = await runTool('qemu-img', command, { cwd: folder.path })
  if (exitCode !== 0)
    throw new Error(`qemu-img convert of ${what} ends with ${exitCode}: ${stderr}`)
  const problem = diskProblem(await readFile(raw), [world])
  if (problem !== undefined) throw new Error(`QEMU reads of ${what}: ${problem}`)
}

const worldOf = (sectors: readonly Sector[]): World => ({
  virtualSize: sectors.length * SECTOR,
  sectors: sectors.map((sector) => [sector]),
  snapshots: [],
})
