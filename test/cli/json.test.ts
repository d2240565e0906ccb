/**
 * Every verb that answers in JSON, each shape read by its schema, which takes nothing that it does not name.
 * Shapes of our own have a version; the others are qemu-img's, key by key.
 */
import { z } from 'zod'
import { cp, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { amendJson } from '../../cli/schemas/amend-json.ts'
import { compactJson } from '../../cli/schemas/compact-json.ts'
import { createJson } from '../../cli/schemas/create-json.ts'
import { decodeJson } from '../../cli/schemas/decode-json.ts'
import { dehydrateJson, rehydrateJson } from '../../cli/schemas/dehydrate-json.ts'
import { encodeJson } from '../../cli/schemas/encode-json.ts'
import { errorJson } from '../../cli/schemas/error-json.ts'
import { listJson } from '../../cli/schemas/list-json.ts'
import { mappedJson } from '../../cli/schemas/mapped-json.ts'
import { patternMadeJson, patternVerdictJson } from '../../cli/schemas/pattern-json.ts'
import { progressJson } from '../../cli/schemas/progress-json.ts'
import { relinkJson } from '../../cli/schemas/relink-json.ts'
import { repairJson } from '../../cli/schemas/repair-json.ts'
import { resizeJson } from '../../cli/schemas/resize-json.ts'
import { shaCheckJson, shaJson } from '../../cli/schemas/sha-json.ts'
import { snapshotJson } from '../../cli/schemas/snapshot-json.ts'
import { undoJson } from '../../cli/schemas/undo-json.ts'
import { writeJson } from '../../cli/schemas/write-json.ts'
import { verbs } from '../../cli/table/verbs.ts'
import { job } from '../../ipc/schemas/job.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuImg, qemuIo, runTool } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'
import { shell } from './shell.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) =>
  platter(words, { cwd: folder.path, env: { PLATTER_DATA: file('data') } })

const disk = 'disk.qcow2'
const copies = ['shrunk', 'packed', 'amended', 'written', 'kept'].map((name) => `${name}.qcow2`)

beforeAll(async () => {
  folder = await tempFolder('cli-json')
  await qemuImg('create', '-q', '-f', 'qcow2', file('base.qcow2'), '4M')
  await qemuIo(file('base.qcow2'), 'write -P 1 0 1M')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', file(disk))
  await qemuIo(file(disk), 'write -P 2 2M 1M', 'write -P 0 3M 512k', 'write -z 0 64k')
  await qemuImg('snapshot', '-c', 'first', file(disk))
  await qemuIo(file(disk), 'write -P 3 2M 64k', 'discard 2560k 256k')
  await qemuImg('bitmap', '--add', file(disk), 'since-monday')
  await qemuImg('convert', '-O', 'qcow2', '-c', file(disk), file('flat.qcow2'))
  for (const copy of copies) await cp(file(disk), file(copy))
  const broken = new Qcow2Builder().data(0).data(1).leak(2).build()
  broken.setRefcount(broken.hostClusterOf(0), 0n)
  await broken.writeTo(file('broken.qcow2'))
  await cp(file('broken.qcow2'), file('mended.qcow2'))
})
afterAll(() => folder[Symbol.asyncDispose]())

interface Answer {
  /** Behind `platter`, `--json` aside; no word of it has a space. */
  readonly line: string
  readonly schema: z.ZodType
  /** Default: 0. */
  readonly code?: number
}

const ours: readonly Answer[] = [
  { line: 'create --size 1G --dry-run new.qcow2', schema: createJson },
  { line: 'create --size 1G new.qcow2', schema: createJson },
  { line: 'create --backing base.qcow2 over.qcow2', schema: createJson },
  { line: 'create --format raw --size 1M new.raw', schema: createJson },
  { line: 'resize --dry-run --size 1M flat.qcow2', schema: resizeJson },
  { line: 'resize --size +1M shrunk.qcow2', schema: resizeJson },
  { line: 'resize --ignore-data-loss --size 2560K shrunk.qcow2', schema: resizeJson },
  { line: 'repair --dry-run broken.qcow2', schema: repairJson },
  { line: 'repair mended.qcow2', schema: repairJson },
  { line: 'repair flat.qcow2', schema: repairJson },
  { line: 'repair --mode leaks broken.qcow2', schema: repairJson, code: 2 },
  { line: 'undo mended.qcow2', schema: undoJson },
  { line: 'undo --apply --dry-run mended.qcow2', schema: undoJson },
  { line: 'undo --apply mended.qcow2', schema: undoJson },
  { line: 'undo mended.qcow2', schema: undoJson },
  { line: 'undo flat.qcow2', schema: undoJson },
  { line: 'amend --dry-run --refcount-bits 32 amended.qcow2', schema: amendJson },
  { line: 'amend --refcount-bits 32 --lazy-refcounts amended.qcow2', schema: amendJson },
  { line: 'snapshot kept.qcow2', schema: snapshotJson },
  { line: 'snapshot kept.qcow2 create second', schema: snapshotJson },
  { line: 'snapshot kept.qcow2 rename second last', schema: snapshotJson },
  { line: 'snapshot --dry-run kept.qcow2 apply first', schema: snapshotJson },
  { line: 'snapshot --take now kept.qcow2 apply first', schema: snapshotJson },
  { line: 'snapshot --dry-run kept.qcow2 delete last', schema: snapshotJson },
  { line: 'snapshot kept.qcow2 delete last --keep last.kept', schema: snapshotJson },
  { line: 'relink --dry-run over.qcow2 kept.qcow2', schema: relinkJson },
  { line: 'compact --dry-run packed.qcow2', schema: compactJson },
  { line: 'compact --mode rewrite packed.qcow2', schema: compactJson },
  { line: 'compact packed.qcow2', schema: compactJson },
  { line: 'discard --dry-run kept.qcow2', schema: compactJson },
  { line: 'discard kept.qcow2', schema: compactJson },
  { line: 'encode --dry-run flat.qcow2 encoded.qcow2', schema: encodeJson },
  { line: 'encode --compress zstd flat.qcow2 encoded.qcow2', schema: encodeJson },
  { line: 'decode disk.qcow2 decoded.raw', schema: decodeJson },
  { line: 'stream-decode flat.qcow2 streamed.raw', schema: decodeJson },
  { line: 'dehydrate disk.qcow2 dry', schema: dehydrateJson },
  { line: 'dehydrate --anonymize --two-files parts broken.qcow2', schema: dehydrateJson },
  { line: 'rehydrate dry wet.qcow2', schema: rehydrateJson },
  { line: 'rehydrate parts whole.qcow2', schema: rehydrateJson },
  { line: 'mapped disk.qcow2', schema: mappedJson },
  { line: 'mapped --ignore-zeroes new.raw', schema: mappedJson },
  { line: 'pattern --size 1M pattern.qcow2', schema: patternMadeJson },
  { line: 'pattern --pattern random --seed 3 --size 1M random.qcow2', schema: patternMadeJson },
  { line: 'pattern --verify pattern.qcow2', schema: patternVerdictJson },
  { line: 'pattern --verify --pattern 2 pattern.qcow2', schema: patternVerdictJson, code: 1 },
  { line: 'write --text x written.qcow2', schema: writeJson },
  { line: 'write --zero --bytes 64K --dry-run written.qcow2', schema: writeJson },
  { line: 'sha disk.qcow2', schema: shaJson },
  { line: 'sha --algorithm sha1 --file disk.qcow2', schema: shaJson },
]

describe('an answer of our own', { timeout: 60_000 }, () => {
  it.each(ours)('$line', async ({ line, schema, code = 0 }) => {
    const { exitCode, stdout, stderr } = await run(...line.split(' '), '--json')
    expect([exitCode, stderr]).toEqual([code, expect.any(String)])
    const answer: unknown = JSON.parse(stdout)
    expect(schema.parse(answer)).toMatchObject({ version: 1 })
    expect(stdout).not.toMatch(/\bNaN\b|Infinity|undefined/)
  })

  it('of several files is an array of the same, and what failed has an error', async () => {
    const failed = z.strictObject({ filename: z.string(), error: errorJson })
    for (const [words, schema] of [
      [['list', disk, 'missing.qcow2'], listJson],
      [['mapped', disk, 'missing.qcow2'], mappedJson],
      [['sha', disk, 'missing.qcow2'], shaJson],
      [['compact', '--dry-run', disk, 'missing.qcow2'], compactJson],
      [['repair', '--dry-run', disk, 'missing.qcow2'], repairJson],
      [['amend', '--dry-run', '--lazy-refcounts', disk, 'missing.qcow2'], amendJson],
      [['pattern', '--verify', 'pattern.qcow2', 'missing.qcow2'], patternVerdictJson],
    ] as const) {
      const { exitCode, stdout } = await run(...words, '--json')
      expect([words, exitCode]).toEqual([words, 1])
      expect(() => z.tuple([schema, failed]).parse(JSON.parse(stdout))).not.toThrow()
    }
  })

  it('of sha --check has a verdict for each line', async () => {
    const { stdout } = await shell(
      `platter sha ${disk} flat.qcow2 > sums; sed -i '1s/^..../0000/' sums; platter sha --check --json sums`,
      folder.path,
    )
    const verdicts = z.array(shaCheckJson).parse(JSON.parse(stdout))
    expect(verdicts.map(({ matches }) => matches)).toEqual([false, true])
  })

  it('of jobs and history is what the window shows', async () => {
    const entry = job.extend({ version: z.literal(1) })
    const { stdout } = await run('history', '--json')
    const kinds = new Set(
      z
        .array(entry)
        .parse(JSON.parse(stdout))
        .map(({ request }) => request.kind),
    )
    for (const kind of [
      'create',
      'resize',
      'repair',
      'undo',
      'amend',
      'snapshot',
      'compact',
    ] as const) {
      expect(kinds).toContain(kind)
    }
    for (const kind of [
      'encode',
      'decode',
      'stream-decode',
      'rehydrate',
      'pattern',
      'write',
    ] as const) {
      expect(kinds).toContain(kind)
    }
    expect(z.array(entry).parse(JSON.parse((await run('jobs', '--json')).stdout))).toEqual([])
  })

  it('of --progress-fd is an object a line', async () => {
    await shell(`platter sha --progress-fd 3 ${disk} 3> progress`, folder.path)
    const lines = (await readFile(file('progress'), 'utf8')).trimEnd().split('\n')
    const told = lines.map((line) => progressJson.parse(JSON.parse(line)).progress)
    expect(told.at(-1)).toBe(100)
  })

  it('that is an error stands alone on stderr', async () => {
    const wrong = z.strictObject({ error: errorJson })
    const withJson = verbs.filter(
      ({ name, options }) => 'json' in options && !/jobs|history/.test(name),
    )
    const more: Readonly<Record<string, readonly string[]>> = {
      create: ['--backing', 'gone.qcow2'],
      resize: ['--size', '1G'],
      amend: ['--lazy-refcounts'],
      relink: ['x.qcow2'],
      write: ['--text', 'x'],
      pattern: ['--verify'],
      encode: ['x.qcow2'],
      decode: ['x.raw'],
      'stream-decode': ['x.raw'],
      dehydrate: ['x'],
      rehydrate: ['x.qcow2'],
    }
    for (const { name } of withJson.filter((verb) => verb.name !== 'list')) {
      const { exitCode, stdout, stderr } = await run(
        name,
        'missing',
        ...(more[name] ?? []),
        '--json',
      )
      expect([name, exitCode, stdout]).toEqual([name, 1, ''])
      expect(() => wrong.parse(JSON.parse(stderr))).not.toThrow()
    }
  })
})

describe('an answer in the shape of qemu-img has the same keys', () => {
  it.each([
    ['info', disk],
    ['info', 'flat.qcow2'],
    ['info', 'new.raw'],
    ['check', disk],
    ['check', 'flat.qcow2'],
    ['check', 'broken.qcow2'],
    ['map', disk],
    ['map', 'flat.qcow2'],
  ] as const)('%s %s', async (verb, name) => {
    const [mine, theirs] = await Promise.all([
      run(verb, '--json', file(name)),
      runTool('qemu-img', [verb, '--output=json', file(name)]),
    ])
    // qemu-img check prints what it finds on the same stream, before the object.
    const json = theirs.stdout.slice(theirs.stdout.search(/^[[{]/m))
    expect(keysOf(JSON.parse(mine.stdout))).toEqual(keysOf(JSON.parse(json)))
  })
})

/** The keys of all objects in it, with where they are; of arrays, those of any element. */
function keysOf(value: unknown, place = ''): string[] {
  if (Array.isArray(value)) return unique(value.flatMap((element) => keysOf(element, `${place}[]`)))
  if (typeof value !== 'object' || value === null) return []
  return unique(
    Object.entries(value).flatMap(([key, inner]) => [
      `${place}.${key}`,
      ...keysOf(inner, `${place}.${key}`),
    ]),
  )
}

const unique = (keys: readonly string[]): string[] => [...new Set(keys)].toSorted()
