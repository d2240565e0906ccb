/** Options and answers of qcow-tool 0.14 that were not what they were called, by name. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commonOptions } from '../../../cli/table/shared-options.ts'
import { verbs } from '../../../cli/table/verbs.ts'
import { createQcow2, qemuIo } from '../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'
import { platter } from '../run-platter.ts'
import { shell } from '../shell.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })

/** The reference's verbs, with the options each had there. */
const seed = {
  info: ['filter'],
  create: ['size', 'strictRefcounts', 'trace'],
  check: [],
  repair: ['unsafeBuffering'],
  encode: [],
  decode: [],
  'stream-decode': [],
  write: ['sector', 'text', 'trace'],
  read: ['sector', 'length', 'trace'],
  mapped: ['output', 'ignoreZeroes'],
  resize: ['size', 'ignoreDataLoss', 'trace'],
  discard: ['unsafeBuffering'],
  compact: ['unsafeBuffering', 'debug', 'progress', 'progressFd'],
  pattern: ['size', 'pattern', 'trace', 'debug', 'progress', 'progressFd'],
  sha: ['debug', 'progress', 'progressFd'],
  dehydrate: ['debug', 'progress', 'progressFd'],
  rehydrate: ['debug', 'progress', 'progressFd'],
} as const

beforeAll(async () => {
  folder = await tempFolder('seed-words')
  await createQcow2(file('a.qcow2'), '8M')
  await qemuIo(file('a.qcow2'), 'write -P 1 0 4M', 'discard 0 2M')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('of the reference', () => {
  it.each(Object.entries(seed))('%s is here, with its options', (name, options) => {
    const verb = verbs.find((row) => row.name === name)
    expect(Object.keys(verb?.options ?? {})).toEqual(expect.arrayContaining([...options]))
    expect(verb?.operands[0]).toMatch(/^[<[]/)
  })

  it('common options were known to a few verbs only', () => {
    for (const { options } of verbs) expect(options).toMatchObject(commonOptions)
  })

  it('underscores in verbs are accepted', async () => {
    const { exitCode, stdout } = await run('stream_decode', '--help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('platter stream-decode')
  })

  it('--trace printed nothing', async () => {
    const { exitCode, stdout, stderr } = await run('sha', '--trace', 'a.qcow2')
    expect(exitCode).toBe(0)
    expect(stdout).toBe((await run('sha', 'a.qcow2')).stdout)
    expect(stderr.split('\n').filter((line) => line.includes('a.qcow2')).length).toBeGreaterThan(2)
    expect(stderr).toContain('read')
  })

  it('--debug printed nothing', async () => {
    const { exitCode, stdout, stderr } = await run('compact', '--dry-run', '--debug', 'a.qcow2')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('would give back')
    expect(stderr).toContain('debug')
  })

  it('a progress bar was full of NUL bytes', async () => {
    const command = `script -qec 'stty cols 100; platter sha a.qcow2' typescript > /dev/null`
    expect((await shell(command, folder.path)).exitCode).toBe(0)
    const drawn = await readFile(file('typescript'), 'utf8')
    expect(drawn).toContain('%')
    expect(drawn).not.toContain('\0')
  })

  it('--progress-fd was ignored by all verbs but compact', async () => {
    for (const [verb, ...more] of [
      ['sha', 'a.qcow2'],
      ['check', 'a.qcow2'],
      ['decode', 'a.qcow2', 'a.raw'],
      ['encode', 'a.raw', 'b.qcow2'],
      ['dehydrate', 'a.qcow2', 'a.dehydrated'],
      ['rehydrate', 'a.dehydrated', 'c.qcow2'],
      ['discard', 'b.qcow2'],
      ['compact', 'b.qcow2'],
      ['pattern', '--size', '4M', 'd.qcow2'],
    ] as const) {
      const { exitCode } = await shell(
        `platter ${[verb, ...more].join(' ')} --progress-fd 3 3> progress`,
        folder.path,
      )
      expect([verb, exitCode]).toEqual([verb, 0])
      const lines = (await readFile(file('progress'), 'utf8')).trimEnd().split('\n')
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ progress: 100 })
    }
  })

  it('almost every failure was an uncaught exception with the code 125', async () => {
    for (const [verb, ...more] of [
      ['info', 'none.qcow2'],
      ['check', 'none.qcow2'],
      ['repair', 'none.qcow2'],
      ['encode', 'none.raw', 'x.qcow2'],
      ['decode', 'none.qcow2', 'x.raw'],
      ['write', '--text', 'x', 'none.qcow2'],
      ['read', 'none.qcow2'],
      ['mapped', 'none.qcow2'],
      ['resize', '--size', '1G', 'none.qcow2'],
      ['discard', 'none.qcow2'],
      ['compact', 'none.qcow2'],
      ['sha', 'none.qcow2'],
      ['dehydrate', 'none.qcow2', 'x'],
      ['rehydrate', 'none', 'x.qcow2'],
      ['pattern', '--verify', 'none.qcow2'],
      ['amend', '--compat', '1.1', 'none.qcow2'],
      ['snapshot', 'none.qcow2'],
      ['undo', 'none.qcow2'],
      ['map', 'none.qcow2'],
    ] as const) {
      const { exitCode, stdout, stderr } = await run(verb, ...more)
      expect([verb, exitCode, stdout]).toEqual([verb, 1, ''])
      expect(stderr).toMatch(/^platter: none\S* is not there \(PLT-1100\)\n/)
      expect(stderr).toContain('Nothing was changed.')
    }
  })

  it('a value behind "=" and one behind a space were the same, and are', async () => {
    const [one, other] = await Promise.all([
      run('sha', '--algorithm=sha1', 'a.qcow2'),
      run('sha', '--algorithm', 'sha1', 'a.qcow2'),
    ])
    expect(one).toEqual(other)
  })
})
