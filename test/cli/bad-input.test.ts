import { execFile } from 'node:child_process'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)

beforeAll(async () => {
  folder = await tempFolder('cli-bad')
  await writeFile(file('empty.qcow2'), '')
  await writeFile(file('notes.txt'), 'Dear diary, today I learned about clusters.')
  await qemuImg('create', '-q', '-f', 'qcow2', file('cut.qcow2'), '64M')
  await truncate(file('cut.qcow2'), 60)
  await qemuImg('create', '-q', '-f', 'vdi', file('foreign.vdi'), '1M')
  await promisify(execFile)('mkfifo', [file('pipe.qcow2')])
  await symlink(file('nowhere.qcow2'), file('dangling.qcow2'))
  await new Qcow2Builder().build().header('l1Size', 0xffffffff).writeTo(file('bomb-l1.qcow2'))
  await new Qcow2Builder()
    .build()
    .header('refcountTableClusters', 0xffffffff)
    .writeTo(file('bomb-refcounts.qcow2'))
  await new Qcow2Builder({ backing: { name: 'loop.qcow2', format: 'qcow2' } })
    .build()
    .writeTo(file('loop.qcow2'))
  await new Qcow2Builder({ backing: { name: '/etc/passwd', format: 'raw' } })
    .build()
    .writeTo(file('nosy.qcow2'))
  await new Qcow2Builder({ backing: { name: 'json:{"driver":"file"}' } })
    .build()
    .writeTo(file('json-link.qcow2'))
  await new Qcow2Builder({ backing: { name: 'gone.qcow2', format: 'qcow2' } })
    .build()
    .writeTo(file('orphan.qcow2'))
  await new Qcow2Builder({ backing: { name: 'x'.repeat(1023), format: 'qcow2' } })
    .build()
    .writeTo(file('long-link.qcow2'))
  await mkdir(file('folder.qcow2'))
})
afterAll(() => folder[Symbol.asyncDispose]())

it('answers 63 for a format that is known and not read', async () => {
  const { exitCode, stdout, stderr } = await platter(['map', file('foreign.vdi')])
  expect([exitCode, stdout]).toEqual([63, ''])
  expect(stderr).toMatch(/VDI.*PLT-1201/)
})

describe('bad input gets a sentence, that nothing was changed, what to do, and a code', () => {
  it.each([
    ['check', 'empty.qcow2', 'is empty', 'PLT-1104'],
    ['check', 'missing.qcow2', 'is not there', 'PLT-1100'],
    ['check', 'dangling.qcow2', 'is not there', 'PLT-1100'],
    ['info', 'notes.txt', 'is not a disk image we know', 'PLT-1200'],
    ['info', 'cut.qcow2', 'ends inside its header', 'PLT-1202'],
    ['sha', 'pipe.qcow2', 'is not a regular file', 'PLT-1103'],
    ['info', '/dev/null', 'is not a regular file', 'PLT-1103'],
    ['info', 'bomb-l1.qcow2', 'asks for an impossible', 'PLT-1204'],
    ['info', 'bomb-refcounts.qcow2', 'asks for an impossible', 'PLT-1204'],
    ['sha', 'loop.qcow2', 'is its own backing file', 'PLT-1303'],
    ['sha', 'nosy.qcow2', 'links outside its folder', 'PLT-1300'],
    ['map', 'json-link.qcow2', 'links to something that is no file', 'PLT-1301'],
    ['sha', 'orphan.qcow2', 'misses its backing file', 'PLT-1302'],
    ['sha', 'long-link.qcow2', 'misses its backing file', 'PLT-1302'],
  ] as const)('%s %s: %s', async (verb, name, sentence, code) => {
    const image = name.startsWith('/') ? name : file(name)
    const { exitCode, stdout, stderr } = await platter([verb, image])
    expect(exitCode).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(sentence)
    expect(stderr).toContain(`(${code})`)
    expect(stderr).toContain('Nothing was changed.')
    expect(stderr).toContain(name.split('/').at(-1))
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN/)

    const json = await platter([verb, '--json', image])
    expect(json.exitCode).toBe(1)
    expect(json.stdout).toBe('')
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code } })
  })

  it('still tells all about an image whose backing file is missing', async () => {
    const { exitCode, stdout } = await platter(['info', file('orphan.qcow2')])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Backing file\s+gone\.qcow2 \(missing\)/)
  })

  it('opens a link outside the folder only when told to', async () => {
    const { exitCode } = await platter(['sha', '--links', 'allow', file('nosy.qcow2')])
    expect(exitCode).toBe(0)
    const denied = await platter(['sha', '--links', 'deny', file('nosy.qcow2')])
    expect(denied.stderr).toContain('PLT-1300')
  })

  it('goes on with the other images of a batch and says it in their rows', async () => {
    const { exitCode, stdout } = await platter([
      'check',
      '--json',
      file('empty.qcow2'),
      file('orphan.qcow2'),
    ])
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([
      { filename: file('empty.qcow2'), error: { code: 'PLT-1104' } },
      { filename: file('orphan.qcow2'), 'check-errors': 0 },
    ])
  })

  it('shows no control characters of a hostile name', async () => {
    const name = file('\u001b[31mred.qcow2')
    await writeFile(name, '')
    for (const words of [
      ['check', name],
      ['list', name],
    ]) {
      const { stdout, stderr } = await platter(words)
      expect(`${stdout}${stderr}`).not.toContain('\u001b')
      expect(`${stdout}${stderr}`).toContain('\\x1b[31mred.qcow2')
    }
  })
})
