/** What QEMU says of disks that we found good. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { hasBit } from '../../core/base/word64.ts'
import { incompatible } from '../../core/qcow2/format/features.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import { BytesFile } from '../storage/bytes-file.ts'
import { runTool, type ToolResult } from '../helpers/qemu.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import type { Sample } from './crash-matrix.ts'
import { diskProblem } from './judge.ts'

/** Exit codes of `qemu-img check`. */
const exits = { clean: 0, leaks: 3 } as const

type RunQemuImg = (...args: string[]) => Promise<ToolResult>

/** Why QEMU disagrees; undefined when it finds leaks at most and reads what we read. */
export async function qemuObjection(sample: Sample): Promise<string | undefined> {
  await using folder = await tempFolder('crash')
  for (const [name, bytes] of sample.files) {
    await writeFile(folder.file(path.posix.basename(name)), bytes)
  }
  const image = folder.file(path.posix.basename(sample.scenario.image))
  // QEMU looks for a data file from where it stands.
  const run: RunQemuImg = (...args) => runTool('qemu-img', args, { cwd: folder.path })
  const why =
    (await structureObjection(sample, image, run)) ?? (await contentObjection(sample, image, run))
  return why === undefined ? undefined : `${sample.scenario.name}, ${sample.recipe}: ${why}`
}

async function structureObjection(
  { scenario, files, mark: { findings = 'leaks' } }: Sample,
  image: string,
  run: RunQemuImg,
): Promise<string | undefined> {
  if (typeof findings !== 'string') return undefined
  const area = readHeaderArea(new BytesFile(files.get(scenario.image) ?? new Uint8Array()))
  // A dirty image has its refcounts rebuilt by whoever opens it for writing, QEMU too.
  const dirty = hasBit(area.header.incompatibleFeatures, incompatible.dirty)
  const repair = dirty ? ['-r', 'all'] : []
  const { exitCode, stdout, stderr } = await run('check', '-f', 'qcow2', ...repair, image)
  const isFine = exitCode === exits.clean || (exitCode === exits.leaks && findings === 'leaks')
  return isFine ? undefined : `qemu-img check ends with ${exitCode}: ${stdout}${stderr}`
}

async function contentObjection(
  { mark }: Sample,
  image: string,
  run: RunQemuImg,
): Promise<string | undefined> {
  const raw = `${image}.raw`
  const { exitCode, stderr } = await run('convert', '-f', 'qcow2', '-O', 'raw', image, raw)
  if (exitCode !== 0) return `qemu-img convert ends with ${exitCode}: ${stderr}`
  const problem = diskProblem(await readFile(raw), mark.worlds)
  return problem === undefined ? undefined : `QEMU reads ${problem}`
}
