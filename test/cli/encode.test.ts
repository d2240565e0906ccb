/** `platter encode`, as people run it; what it makes is judged in test/interop/core/operations/encode.test.ts. */
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeJson } from '../../cli/schemas/encode-json.ts'
import { qemuCheck, qemuImg } from '../helpers/qemu.ts'
import { mixedDisk, writeRawDisk } from '../helpers/raw-disks.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { shell } from './shell.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)

beforeAll(async () => {
  folder = await tempFolder('cli-encode')
  await writeRawDisk(file('disk.raw'), mixedDisk())
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Runs in the folder; nothing stays in the history. */
const run = (line: string) => shell(line, folder.path)

test('a plan is what comes of it, and makes nothing', async () => {
  const { stdout } = await run('platter encode --dry-run --json disk.raw planned.qcow2')
  expect(await readdir(folder.path)).not.toContain('planned.qcow2')
  const { plan, ...names } = encodeJson.parse(JSON.parse(stdout))
  expect(names).toEqual({ version: 1, filename: 'disk.raw', target: 'planned.qcow2' })
  const made = await run('platter encode --no-history --json disk.raw planned.qcow2')
  const { result } = encodeJson.parse(JSON.parse(made.stdout))
  expect(result).toMatchObject({
    fileLength: plan?.fileLength,
    dataClusters: plan?.dataClusters,
    compressedClusters: 0,
    replaced: false,
  })
  expect(plan?.isExact).toBe(true)
  expect((await qemuCheck(file('planned.qcow2'))).exitCode).toBe(0)
})

test('a plan over a file that is there says so', async () => {
  await run('echo theirs > taken.qcow2')
  const refused = await run('platter encode --dry-run disk.raw taken.qcow2')
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
  expect(refused.stderr).toMatch(/is there already.*\n.*\n.*Nothing was changed.*--overwrite/)
})

test('bytes of an image go through pipes both ways, and only there', async () => {
  const line =
    'platter encode disk.raw - | platter stream-decode | platter encode --no-history --quiet - piped.qcow2'
  const { exitCode, stderr } = await run(`${line} > said`)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const compare = ['compare', '-f', 'raw', '-F', 'qcow2', file('disk.raw'), file('piped.qcow2')]
  expect(await qemuImg(...compare)).toBe('Images are identical.\n')
  const onTerminal = await run(
    `script -qec "$(declare -f platter); platter encode disk.raw -" /dev/null`,
  )
  expect(onTerminal.exitCode).toBe(64)
  expect(onTerminal.stdout).toContain('not for a terminal')
})

test('progress goes where it was asked for, and the name that was chosen to stderr', async () => {
  const { exitCode, stdout, stderr } = await run(
    'platter encode --no-history --progress-fd 3 --compress zstd disk.raw 3> progress',
  )
  expect([exitCode, stderr]).toEqual([0, 'platter: the new image is disk.qcow2\n'])
  expect(stdout).toMatch(/^disk\.qcow2: qcow2 version 3, zstd compression made\n/)
  const progress = await run('cat progress')
  const last = progress.stdout.trim().split('\n').at(-1) ?? ''
  expect(JSON.parse(last)).toMatchObject({ progress: 100, filename: 'disk.raw' })
})
