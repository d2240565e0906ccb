/**
 * "Copy as command": the line that the window copies, run by the built program, does what the window would have
 * asked for, so that the history has the same request.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { verbs } from '../../cli/table/verbs.ts'
import { createAction, imageAction } from '../../ipc/schemas/action.ts'
import { isChange } from '../../ipc/schemas/change.ts'
import { job, type AnyRequest, type Job } from '../../ipc/schemas/job.ts'
import { recordedRequestOf } from '../../ipc/schemas/recorded-request.ts'
import { commandLine } from '../../renderer/commands/command-line.ts'
import { commandOf } from '../../renderer/features/jobs/command-of.ts'
import { gptDisk, gptProblem } from '../helpers/gpt-disk.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuCheck, qemuImg, qemuImgJson } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const mib = 2 ** 20

let folder: TempFolder
let image: string
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await tempFolder('copied-commands')
  image = folder.file("it's a disk.qcow2")
  await qemuImg('create', '-q', '-f', 'qcow2', image, '8M')
  env = { PLATTER_DATA: folder.file('data'), PLATTER_LOGS: folder.file('logs') }
})
afterAll(() => folder[Symbol.asyncDispose]())

/** In this order, each on what the ones before it left. */
const requests: readonly AnyRequest[] = [
  { kind: 'check', depth: 'metadata' },
  { kind: 'check', depth: 'full' },
  { kind: 'hash', algorithm: 'sha256', target: 'content' },
  { kind: 'hash', algorithm: 'sha512', target: 'file' },
  { kind: 'resize', parameters: { size: 16 * mib, preallocation: 'metadata' } },
  { kind: 'resize', parameters: { size: 12 * mib, ignoreDataLoss: true, moveGptBackup: false } },
  { kind: 'compact', parameters: { mode: 'auto' } },
  { kind: 'compact', parameters: { mode: 'in-place' } },
  { kind: 'compact', parameters: { mode: 'rewrite', compress: 'zstd' } },
  { kind: 'compact', parameters: { mode: 'zeroes' } },
  { kind: 'repair', parameters: { mode: 'leaks' } },
  { kind: 'repair', parameters: { mode: 'all', allow: ['unmap-past-end', 'drop-bitmaps'] } },
  { kind: 'snapshot', parameters: { action: 'create', name: 'before the upgrade' } },
  { kind: 'snapshot', parameters: { action: 'create', name: '--json' } },
  { kind: 'snapshot', parameters: { action: 'apply', name: '1', id: true, take: '-x' } },
  {
    kind: 'snapshot',
    parameters: { action: 'rename', name: '2', id: true, newName: 'two\u00a0words' },
  },
  { kind: 'snapshot', parameters: { action: 'delete', name: '1', id: true } },
  { kind: 'snapshot', parameters: { action: 'delete', name: '3', id: true, keep: true } },
  { kind: 'resize', parameters: { size: 8 * mib, ignoreDataLoss: true, keepCut: true } },
]

/** What the command line leaves out because it is so anyhow. */
const standards: Readonly<Record<string, unknown>> = {
  moveGptBackup: false,
  ignoreDataLoss: false,
}

/** As the history of the command line keeps it. */
function recorded(request: AnyRequest): unknown {
  const kept = recordedRequestOf(request)
  if (!isChange(kept)) return kept
  if (kept.kind === 'compact' && kept.parameters['mode'] === 'zeroes') {
    return { kind: 'discard', parameters: {} }
  }
  const verb = verbs.find(({ name }) => name === kept.kind)
  const asked = Object.entries(kept.parameters).filter(([name, value]) => {
    const option = verb?.options[name]
    const standard = option !== undefined && 'standard' in option ? option.standard : undefined
    return value !== standard && value !== standards[name] && name !== 'path'
  })
  // A size is written as it was typed.
  const parameters = asked.map(([name, value]) => [name, name === 'size' ? String(value) : value])
  return {
    kind: kept.kind,
    parameters: { ...Object.fromEntries(parameters), ...keptBeside(request) },
  }
}

const run = (request: AnyRequest, imagePath: string): Promise<void> =>
  runRecorded(recordedRequestOf(request), imagePath)

/** As it stands in the history. */
async function runRecorded(request: Job['request'], imagePath: string): Promise<void> {
  const command = commandOf({ request, imagePath })
  expect(command?.[0]).toBe('platter')
  const { exitCode, stderr } = await platter(command?.slice(1) ?? [], { env })
  expect({ request, exitCode, stderr }).toEqual({ request, exitCode: 0, stderr: expect.anything() })
}

const history = z.array(job.pick({ request: true, imagePath: true }))

/** The window keeps it in its undo store; on the command line it is a file beside the image. */
function keptBeside(request: AnyRequest): Readonly<Record<string, unknown>> {
  if (request.kind === 'resize' && request.parameters.keepCut === true) {
    return { keepCut: `${image}.cut` }
  }
  if (request.kind !== 'snapshot' || request.parameters.action !== 'delete') return {}
  return request.parameters.keep === true ? { keep: `${image}.kept` } : {}
}

describe('a copied command', () => {
  it('does the same and leaves the same in the history', async () => {
    for (const request of requests) await run(request, image)
    const { stdout } = await platter(['history', '--limit', '100', '--json', image], { env })
    const found = history.parse(JSON.parse(stdout)).toReversed()
    expect(found.map(({ request }) => request)).toEqual(requests.map(recorded))
    expect(new Set(found.map(({ imagePath }) => imagePath))).toEqual(new Set([image]))
    // Twenty programs, one after the other.
  }, 90_000)

  it('makes the image that the window would have made', async () => {
    const path = folder.file('new.qcow2')
    const request: AnyRequest = {
      kind: 'create',
      parameters: {
        path,
        format: 'qcow2',
        size: 4 * mib,
        clusterSize: 131_072,
        compat: '1.1',
        refcountBits: 16,
        lazyRefcounts: false,
        extendedL2: true,
        compressionType: 'zstd',
        preallocation: 'metadata',
      },
    }
    await run(request, path)
    const info = await qemuImgJson('info', path)
    expect(info).toMatchObject({
      'virtual-size': 4 * mib,
      'cluster-size': 131_072,
      'format-specific': { data: { 'extended-l2': true, 'compression-type': 'zstd' } },
    })
  })

  it('names another backing file', async () => {
    const overlay = folder.file('overlay.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', image, '-F', 'qcow2', overlay)
    const backing = folder.file('-base.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', backing, '8M')
    await run(
      { kind: 'relink', parameters: { backing: '-base.qcow2', backingFormat: 'qcow2' } },
      overlay,
    )
    expect(await qemuImgJson('info', overlay)).toMatchObject({ 'backing-filename': '-base.qcow2' })
  })

  it('moves the copy of a partition table, keeps what it cuts off, and brings that back', async () => {
    const parts = [{ first: 64, last: 1023 }]
    const path = folder.file('gpt.qcow2')
    await writeFile(folder.file('gpt.raw'), gptDisk({ sectors: 4096, parts }))
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', folder.file('gpt.raw'), path)
    const content = async () => {
      await qemuImg('convert', '-O', 'raw', path, folder.file('content.raw'))
      return new Uint8Array(await readFile(folder.file('content.raw')))
    }
    const whole = await content()
    await run({ kind: 'resize', parameters: { size: 4 * mib, moveGptBackup: true } }, path)
    const grown = await content()
    expect(gptProblem(grown, { second: true })).toBeUndefined()
    const parameters = { size: mib, moveGptBackup: true, keepCut: true, ignoreDataLoss: true }
    await run({ kind: 'resize', parameters }, path)
    const cut = await content()
    expect(cut).toHaveLength(mib)
    expect(gptProblem(cut, { second: true })).toBeUndefined()
    for (const back of [grown, whole]) {
      await runRecorded({ kind: 'undo', parameters: { apply: true } }, path)
      const now = await content()
      expect([now.length, gptProblem(now, { second: true })]).toEqual([back.length, undefined])
    }
  })

  it('puts a snapshot back that was deleted and kept, as the history tells it', async () => {
    const path = folder.file('kept.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
    await qemuImg('snapshot', '-c', 'monday', path)
    const parameters = { action: 'delete', name: 'monday', keep: true } as const
    await run({ kind: 'snapshot', parameters }, path)
    const request: Job['request'] = {
      kind: 'snapshot',
      parameters: { action: 'restore', name: `${path}.kept` },
    }
    await runRecorded(request, path)
    expect(await qemuImgJson('info', path)).toMatchObject({ snapshots: [{ name: 'monday' }] })
    const { stdout } = await platter(['history', '--limit', '1', '--json', path], { env })
    expect(history.parse(JSON.parse(stdout))).toMatchObject([{ request }])
  })

  it('repairs a copy', async () => {
    const path = folder.file('leaky.qcow2')
    const copyTo = folder.file('mended.qcow2')
    await new Qcow2Builder().data(0).leak(2).writeTo(path)
    const before = await readFile(path)
    await run({ kind: 'repair', parameters: { mode: 'all', copyTo } }, path)
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(await qemuCheck(copyTo)).toMatchObject({ exitCode: 0 })
    expect(await qemuCheck(path)).toMatchObject({ exitCode: 3 })
    // Of the image, so that the line can be copied out of the history again.
    const { stdout } = await platter(['history', '--json', path], { env })
    expect(history.parse(JSON.parse(stdout))).toEqual([
      { request: { kind: 'repair', parameters: { copyTo } }, imagePath: path },
    ])
  })

  it('is there for every action whose verb the command line has, and for no other', () => {
    const kinds = [...imageAction.options, createAction].map(({ shape }) => shape.kind.value)
    const sample = { path: '/vm/a.qcow2', backing: '/vm/b.qcow2', action: 'create', name: 'a' }
    const known = new Set(verbs.map(({ name }) => name))
    const verbOf = (kind: (typeof kinds)[number]): string | undefined =>
      commandOf({ request: { kind, parameters: sample }, imagePath: '/vm/a.qcow2' })?.[1]
    // What the window takes back can be in its undo store.
    const copied = kinds.filter((kind) => kind !== 'undo' && known.has(kind))
    expect(kinds.filter((kind) => verbOf(kind) !== undefined)).toEqual(copied)
    expect(copied.map(verbOf)).toEqual(copied)
  })

  it('is quoted for the shell that it is pasted into', () => {
    const words = ['platter', 'snapshot', "it's a disk.qcow2", 'create', 'a "b"']
    expect(commandLine(words, false)).toBe(
      String.raw`platter snapshot 'it'\''s a disk.qcow2' create 'a "b"'`,
    )
  })
})
