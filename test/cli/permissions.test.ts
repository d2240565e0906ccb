/** Files and folders that may not be read, or not be changed, or that somebody else has open: a sentence, a code, and everything as it was. */
import { chmod, cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuSession, type QemuSession } from '../helpers/qemu-session.ts'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { someOf } from '../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const file = (...names: string[]): string => folder.file(...names)
const run = (words: readonly string[]) =>
  platter(words, { cwd: folder.path, boundByPermissions: true })

beforeAll(async () => {
  folder = await tempFolder('cli-permissions')
  await createQcow2(file('open.qcow2'), '1M')
  await qemuIo(file('open.qcow2'), 'write -P 7 0 128k', 'write -P 0 256k 64k', 'discard 64k 64k')
  await qemuImg('convert', '-O', 'raw', file('open.qcow2'), file('open.raw'))
  for (const [name, mode] of [
    ['secret', 0o000],
    ['read-only', 0o444],
  ] as const) {
    await cp(file('open.qcow2'), file(`${name}.qcow2`))
    await chmod(file(`${name}.qcow2`), mode)
  }
  await mkdir(file('closed'))
  await chmod(file('closed'), 0o555)
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('a file that may not be read', () => {
  it.each(
    someOf(
      [
        [['info', 'secret.qcow2']],
        [['list', 'secret.qcow2']],
        [['check', 'secret.qcow2']],
        [['map', 'secret.qcow2']],
        [['mapped', 'secret.qcow2']],
        [['sha', 'secret.qcow2']],
        [['read', 'secret.qcow2']],
        [['encode', 'secret.qcow2', 'x.qcow2']],
        [['decode', 'secret.qcow2', 'x.raw']],
        [['stream-decode', 'secret.qcow2', 'x.raw']],
        [['dehydrate', 'secret.qcow2', 'x.dehydrated']],
        [['rehydrate', 'secret.qcow2', 'x.qcow2']],
        [['pattern', '--verify', 'secret.qcow2']],
        [['compact', 'secret.qcow2']],
        [['discard', 'secret.qcow2']],
        [['resize', '--size', '2M', 'secret.qcow2']],
        [['write', '--text', 'x', 'secret.qcow2']],
        [['repair', 'secret.qcow2']],
        [['amend', '--compat', '0.10', 'secret.qcow2']],
        [['snapshot', 'secret.qcow2', 'create', 'now']],
        [['undo', 'secret.qcow2']],
      ],
      { oneIn: 2 },
    ),
  )('%j', async (words) => {
    const { exitCode, stdout, stderr } = await run(words)
    expect(exitCode).toBe(1)
    expect(`${stdout}${stderr}`).toContain('secret.qcow2')
    expect(`${stdout}${stderr}`).toMatch(/may not|not allowed|permission/i)
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN|EACCES: /)
    expect((await readdir(folder.path)).filter((name) => name.startsWith('x.'))).toEqual([])
  })
})

describe('a file that may not be changed', () => {
  it.each(
    someOf(
      [
        [['compact', 'read-only.qcow2']],
        [['discard', 'read-only.qcow2']],
        [['resize', '--size', '2M', 'read-only.qcow2']],
        [['write', '--text', 'x', 'read-only.qcow2']],
        [['amend', '--compat', '0.10', 'read-only.qcow2']],
        [['snapshot', 'read-only.qcow2', 'create', 'now']],
      ],
      { oneIn: 2, from: 1 },
    ),
  )('%j', async (words) => {
    const before = await readFile(file('open.qcow2'))
    const { exitCode, stderr } = await run(words)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/read-only\.qcow2 .*\(PLT-\d{4}\)/)
    expect(stderr).toContain('Nothing was changed.')
    expect(await readFile(file('open.qcow2'))).toEqual(before)
  })

  it.each(
    someOf(
      [
        [['compact', '--dry-run', 'read-only.qcow2']],
        [['discard', '--dry-run', 'read-only.qcow2']],
        [['resize', '--dry-run', '--size', '2M', 'read-only.qcow2']],
        [['repair', '--dry-run', 'read-only.qcow2']],
        [['amend', '--dry-run', '--compat', '0.10', 'read-only.qcow2']],
        [['decode', '--overwrite', 'read-only.qcow2', 'plain.raw']],
      ],
      { oneIn: 2 },
    ),
  )('%j needs no right to change it', async (words) => {
    const { exitCode, stderr } = await run(words)
    expect([exitCode, stderr]).toEqual([0, ''])
  })
})

describe('an image that QEMU reads is not changed, and nobody but QEMU is named', () => {
  let vm: QemuSession
  beforeAll(async () => {
    await cp(file('open.qcow2'), file('held.qcow2'))
    vm = await qemuSession(file('held.qcow2'), '-r')
  })
  afterAll(() => vm[Symbol.asyncDispose]())

  it.each(
    someOf(
      [
        [['compact', 'held.qcow2']],
        [['compact', '--mode', 'rewrite', 'held.qcow2']],
        [['discard', 'held.qcow2']],
        [['resize', '--size', '2M', 'held.qcow2']],
        [['repair', 'held.qcow2']],
        [['amend', '--lazy-refcounts', 'held.qcow2']],
        [['snapshot', 'held.qcow2', 'create', 'now']],
        [['write', '--text', 'x', 'held.qcow2']],
        [['encode', '--overwrite', 'open.raw', 'held.qcow2']],
        [['decode', '--overwrite', 'open.qcow2', 'held.qcow2']],
        [['create', '--overwrite', '--size', '1M', 'held.qcow2']],
        [['pattern', '--overwrite', '--size', '1M', 'held.qcow2']],
      ],
      { oneIn: 2, from: 1 },
    ),
  )('%j', async (words) => {
    const before = await readFile(file('held.qcow2'))
    const { exitCode, stderr } = await run(words)
    expect(exitCode).toBe(75)
    expect(stderr).toContain('held.qcow2 is in use (PLT-1106)')
    expect(stderr).toMatch(new RegExp(`^  qemu-io \\(PID ${vm.pid}\\) has `, 'm'))
    expect(stderr).toContain('Nothing was changed.')
    expect(await readFile(file('held.qcow2'))).toEqual(before)
  })
})

describe('a folder in which nothing may be made', () => {
  it.each([
    [['create', '--size', '1M', 'closed/x.qcow2']],
    [['encode', 'open.raw', 'closed/x.qcow2']],
    [['decode', 'open.qcow2', 'closed/x.raw']],
    [['stream-decode', 'open.qcow2', 'closed/x.raw']],
    [['pattern', '--size', '1M', 'closed/x.qcow2']],
    [['dehydrate', 'open.qcow2', 'closed/x.dehydrated']],
    [['read', '--to', 'closed/x.bin', 'open.qcow2']],
    [['check', '--report', 'closed/x.csv', 'open.qcow2']],
  ])('%j', async (words) => {
    const { exitCode, stderr } = await run(words)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/\(PLT-\d{4}\)/)
    expect(stderr).toContain('closed')
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN/)
    expect(await readdir(file('closed'))).toEqual([])
  })
})
