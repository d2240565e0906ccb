/** No verb replaces or changes the very file it reads from, not even when told to overwrite. */
import { cp, link, mkdir, open, readFile, symlink } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { someOf } from '../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const file = (...names: string[]): string => folder.file(...names)
const run = (line: string) => platter(line.split(' '), { cwd: file('work') })
const names = ['base.qcow2', 'top.qcow2', 'disk.raw', 'dry'] as const

beforeAll(async () => {
  folder = await tempFolder('cli-own-source')
  await mkdir(file('work'))
  await createQcow2(file('work', 'base.qcow2'), '1M')
  await qemuIo(file('work', 'base.qcow2'), 'write -P 1 0 128k')
  await createQcow2(
    file('work', 'top.qcow2'),
    '1M',
    'cluster_size=64k',
    '-b',
    'base.qcow2',
    '-F',
    'qcow2',
  )
  await qemuImg('convert', '-O', 'raw', file('work', 'base.qcow2'), file('work', 'disk.raw'))
  await run('dehydrate base.qcow2 dry')
  for (const name of names) await cp(file('work', name), file(name))
  await symlink('base.qcow2', file('work', 'soft.qcow2'))
  await link(file('work', 'base.qcow2'), file('work', 'hard.qcow2'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('a folder is no place for a file', () => {
  it.each(
    someOf(
      [
        'decode base.qcow2 .',
        'encode disk.raw . --overwrite',
        'create . 1G',
        'pattern . --size 1M',
      ],
      { oneIn: 2 },
    ),
  )('%s', async (line) => {
    const { exitCode, stderr } = await run(line)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('is a folder')])
    expect(stderr).not.toContain('--overwrite')
  })
})

describe('refused, with every byte as it was', () => {
  it.each(
    someOf(
      [
        'encode --overwrite disk.raw disk.raw',
        'encode --overwrite base.qcow2 hard.qcow2',
        'encode --overwrite top.qcow2 base.qcow2',
        'decode --overwrite base.qcow2 base.qcow2',
        'decode --overwrite base.qcow2 soft.qcow2',
        'decode --overwrite top.qcow2 base.qcow2',
        'stream-decode --overwrite base.qcow2 base.qcow2',
        'stream-decode --overwrite hard.qcow2 base.qcow2',
        'dehydrate --overwrite base.qcow2 base.qcow2',
        'rehydrate --overwrite dry dry',
        'read --overwrite --to base.qcow2 base.qcow2',
        'read --overwrite --to hard.qcow2 top.qcow2',
        'write --from base.qcow2 base.qcow2',
        'write --from soft.qcow2 base.qcow2',
        'create --overwrite --backing base.qcow2 base.qcow2',
        'create --overwrite --backing top.qcow2 base.qcow2',
      ],
      { oneIn: 2, from: 1 },
    ),
  )('%s', async (line) => {
    const { exitCode, stderr } = await run(line)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Nothing was changed.')])
    for (const name of names) {
      expect((await readFile(file('work', name))).equals(await readFile(file(name)))).toBe(true)
    }
  })

  it.each([
    'encode --overwrite - disk.raw',
    'stream-decode --overwrite - base.qcow2',
    'stream-decode --overwrite - hard.qcow2',
    'write --from - base.qcow2',
  ])('%s, with standard input redirected from there', async (line) => {
    const target = line.split(' ').at(-1) ?? ''
    await using input = await open(file('work', target))
    const { exitCode, stderr } = await platter(line.split(' '), {
      cwd: file('work'),
      stdin: input.fd,
    })
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('standard input')])
    for (const name of names) {
      expect((await readFile(file('work', name))).equals(await readFile(file(name)))).toBe(true)
    }
  })
})
