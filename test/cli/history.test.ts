import { copyFile, mkdir, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { verbs } from '../../cli/table/verbs.ts'
import { changeKind } from '../../ipc/schemas/change.ts'
import { job } from '../../ipc/schemas/job.ts'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { qemuSession } from '../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let image: string
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await tempFolder('cli-history')
  image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '1M')
  env = { PLATTER_DATA: folder.file('data'), PLATTER_LOGS: folder.file('logs') }
})
afterAll(() => folder[Symbol.asyncDispose]())

/** What `jobs --json` and `history --json` give, one element for each job. */
const jobJson = z.strictObject({ version: z.literal(1), ...job.shape })

const jobsOf = async (...words: string[]): Promise<readonly z.infer<typeof jobJson>[]> => {
  const { exitCode, stdout } = await platter([...words, '--json'], { env })
  expect(exitCode).toBe(0)
  return z.array(jobJson).parse(JSON.parse(stdout))
}

describe('history', () => {
  it('is empty at first, in words and in JSON', async () => {
    expect((await platter(['history'], { env })).stdout).toBe('Nothing in the history.\n')
    expect((await platter(['jobs'], { env })).stdout).toBe('Nothing runs or waits.\n')
    expect(await jobsOf('history')).toEqual([])
    expect(await jobsOf('jobs')).toEqual([])
  })

  it('remembers checks and digests of the command line, newest first, failed ones too', async () => {
    await platter(['check', image], { env })
    await platter(['sha', image], { env })
    await writeFile(folder.file('empty.qcow2'), '')
    await platter(['check', folder.file('empty.qcow2')], { env })
    const found = await jobsOf('history')
    expect(found).toMatchObject([
      { request: { kind: 'check' }, state: 'failed', actor: 'cli' },
      { request: { kind: 'hash' }, state: 'succeeded', imagePath: image },
      { request: { kind: 'check' }, state: 'succeeded', imagePath: image },
    ])
    expect(await jobsOf('history', image)).toHaveLength(2)
    expect(await jobsOf('history', '--limit', '1')).toHaveLength(1)
    const { stdout } = await platter(['history'], { env })
    expect(stdout).toMatch(/^WHEN\s+WHAT\s+IMAGE\s+STATE/)
    expect(stdout).not.toMatch(/undefined|NaN/)
  })

  it('tells of a file that is not there nothing, and nothing of it of another one', async () => {
    const before = await jobsOf('history')
    const { exitCode } = await platter(['check', image, folder.file('missing.qcow2')], { env })
    expect(exitCode).toBe(1)
    const [newest, ...others] = await jobsOf('history')
    expect(newest).toMatchObject({ state: 'succeeded', imagePath: image })
    expect(others).toEqual(before)
  })

  it('keeps nothing of a run with --no-history', async () => {
    const before = await jobsOf('history')
    await platter(['check', '--no-history', image], { env })
    expect(await jobsOf('history')).toEqual(before)
  })

  it('that cannot be written costs a line, never the answer', async () => {
    const blocked = folder.file('blocked')
    await mkdir(path.dirname(blocked), { recursive: true })
    await writeFile(blocked, 'a file where the data folder should be')
    const run = await platter(['check', image], { env: { ...env, PLATTER_DATA: blocked } })
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toContain('no problems found')
    expect(run.stderr).toMatch(/^platter: this run is not in the history: .+\n$/)
  })
})

const mib = 2 ** 20

/** Names and places of files are a shell's business on the command line. */
const ofTheWindow = ['rename', 'move', 'trash', 'remove'] as const
const ofTheCommandLine = changeKind.exclude(ofTheWindow).options

describe('changes', () => {
  it('all can be kept out of the history', () => {
    const table = new Map(verbs.map((verb) => [verb.name, verb]))
    const without = ofTheCommandLine.filter(
      (kind) => !('history' in (table.get(kind)?.options ?? {})),
    )
    expect(without).toEqual([])
  })

  it('all leave an entry, with what was asked for and the file before and after', async () => {
    const at = (name: string) => folder.file('changes', name)
    await mkdir(at(''))
    const disk = at('disk.qcow2')
    const lines: readonly (readonly string[])[] = [
      ['create', disk, '64M'],
      ['resize', disk, '+64M'],
      ['write', disk, '--sector', '8', '--text', 'hello'],
      ['snapshot', disk, 'create', 'monday'],
      ['amend', disk, '--lazy-refcounts'],
      ['undo', disk, '--apply'],
      ['repair', disk],
      ['discard', disk],
      ['compact', disk, '--mode', 'rewrite', '--no-verify'],
      ['decode', disk, at('disk.raw')],
      ['encode', at('disk.raw'), at('again.qcow2')],
      ['stream-decode', at('again.qcow2'), at('streamed.raw')],
      ['pattern', at('pattern.qcow2'), '--size', '4M'],
      ['create', at('top.qcow2'), '--backing', 'disk.qcow2'],
      ['relink', at('top.qcow2'), disk],
      ['dehydrate', disk, at('disk.meta')],
      ['rehydrate', at('disk.meta'), at('rehydrated.qcow2')],
    ]
    for (const words of lines) {
      const { exitCode, stderr } = await platter(words, { env })
      expect({ words, exitCode, stderr }).toMatchObject({ exitCode: 0 })
    }
    const found = (await jobsOf('history')).slice(0, lines.length).toReversed()
    expect(found.map(({ request }) => request.kind)).toEqual(lines.map(([verb]) => verb))
    expect(new Set(lines.map(([verb]) => verb))).toEqual(new Set(ofTheCommandLine))
    for (const entry of found) {
      const { result, summary = '', fileAfter } = entry
      expect(entry).toMatchObject({ state: 'succeeded', actor: 'cli' })
      expect(result?.kind).toBe('change')
      expect(summary).toMatch(/^[A-Z0-9]/)
      expect(summary).not.toMatch(/undefined|NaN|\.$/)
      expect(fileAfter?.length).toBeGreaterThan(0)
    }
    const of = (kind: string) => found.find(({ request }) => request.kind === kind)
    expect(of('create')).not.toHaveProperty('fileBefore')
    expect(of('compact')).toMatchObject({
      request: { parameters: { mode: 'rewrite', verify: false } },
      fileBefore: { length: of('discard')?.fileAfter?.length },
    })
    expect(of('write')?.request).toMatchObject({ parameters: { sector: 8, text: 'hello' } })
    // What was made is what the entry is about.
    expect(of('encode')).toMatchObject({ imagePath: at('again.qcow2') })
    expect(await jobsOf('history', at('again.qcow2'))).toHaveLength(1)
  })

  it('that were refused or stopped have their entry, and a dry run has none', async () => {
    const disk = folder.file('refused.qcow2')
    await createQcow2(disk, '8M')
    await qemuIo(disk, 'write -P 0 0 2M')
    {
      await using _vm = await qemuSession(disk)
      expect((await platter(['discard', disk], { env })).exitCode).toBe(75)
    }
    await platter(['discard', '--dry-run', disk], { env })
    const long = folder.file('long.raw')
    await writeFile(long, Buffer.alloc(mib, 3))
    await truncate(long, 512 * 2 ** 30)
    const hashed = folder.file('hashed.qcow2')
    await copyFile(disk, hashed)
    await qemuImg('resize', '-q', hashed, '512G')
    const stopped = await platter(['compact', '--progress-fd', '3', hashed], {
      env,
      extraStdio: ['pipe'],
      onStart: (child) =>
        child.stdio[3]?.on('data', (piece: Buffer) => {
          if (!child.killed && piece.toString('utf8').includes('"hash')) child.kill('SIGINT')
        }),
    })
    expect(stopped.exitCode).toBe(130)
    const [cancelled, refused] = await jobsOf('history', '--limit', '2')
    expect(cancelled).toMatchObject({ state: 'cancelled', imagePath: hashed })
    expect(cancelled?.summary).toMatch(/^(Nothing was changed|The image is valid)/)
    expect(refused).toMatchObject({
      state: 'failed',
      imagePath: disk,
      error: { reason: 'file-in-use' },
    })
  })

  it('are told in words', async () => {
    const { stdout } = await platter(['history', '--limit', '30'], { env })
    expect(stdout).toMatch(/ resize +\S+disk\.qcow2 +succeeded .* cli +Grew by 64 MiB/)
    expect(stdout).toMatch(/ discard +\S+refused\.qcow2 +failed /)
  })
})
