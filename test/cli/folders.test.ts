import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listJson } from '../../cli/schemas/list-json.ts'
import { mapJson } from '../../cli/schemas/map-json.ts'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const namesOf = (stdout: string): string[] =>
  (JSON.parse(stdout) as { filename: string }[]).map(({ filename }) => filename)

beforeAll(async () => {
  folder = await tempFolder('cli-folders')
  await mkdir(folder.file('deep', 'er'), { recursive: true })
  await mkdir(folder.file('empty'))
  const image = folder.file('b.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '1M')
  await cp(image, folder.file('deep', 'er', 'c.qcow2'))
  // libvirt and OpenStack keep images under names without an ending.
  await cp(image, folder.file('deep', 'disk'))
  await writeFile(folder.file('deep', 'readme.md'), '# not an image')
  await qemuImg('create', '-q', '-f', 'raw', folder.file('a.raw'), '1M')
  await symlink('..', folder.file('deep', 'up'))
  await symlink('b.qcow2', folder.file('z-link.qcow2'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('a folder', () => {
  it('is searched with its subfolders, in name order, each image once, loops ended', async () => {
    const { exitCode, stdout } = await platter(['list', '--json', folder.path])
    expect(exitCode).toBe(0)
    listJson.array().parse(JSON.parse(stdout))
    expect(namesOf(stdout)).toEqual([
      folder.file('a.raw'),
      folder.file('b.qcow2'),
      folder.file('deep', 'disk'),
      folder.file('deep', 'er', 'c.qcow2'),
    ])
  })

  it('keeps names as they were typed', async () => {
    const { stdout } = await platter(['list', '--json', '.'], { cwd: folder.file('deep', 'er') })
    expect(namesOf(stdout)).toEqual(['c.qcow2'])
  })

  it('gives the map of each image with its name', async () => {
    const { stdout } = await platter(['map', '--json', '.'], { cwd: folder.path })
    const maps = mapJson.array().parse(JSON.parse(stdout))
    expect(maps.map(({ filename }) => filename)).toEqual([
      'a.raw',
      'b.qcow2',
      'deep/disk',
      'deep/er/c.qcow2',
    ])
  })

  it('gives an array even when it holds one image', async () => {
    const { stdout } = await platter(['check', '--json', folder.file('deep', 'er')])
    expect(JSON.parse(stdout)).toHaveLength(1)
  })

  it('without images is answered in words, and as an empty array', async () => {
    const empty = folder.file('empty')
    expect((await platter(['check', empty])).stdout).toBe('No disk images there.\n')
    expect((await platter(['list', empty])).stdout).toBe('No disk images there.\n')
    expect((await platter(['check', '--json', empty])).stdout).toBe('[]\n')
    expect((await platter(['map', '--json', empty])).stdout).toBe('[]\n')
    expect((await platter(['mapped', '--json', empty])).stdout).toBe('[]\n')
  })

  it('that may not be searched is named, and the rest is done', async () => {
    const locked = folder.file('locked')
    await mkdir(locked)
    await chmod(locked, 0o000)
    const run = await platter(['list', folder.path], { boundByPermissions: true })
    await chmod(locked, 0o755)
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toContain('locked may not be read')
    expect(run.stdout).toContain('b.qcow2')
  })
})
