import { readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { dehydrateJson, rehydrateJson } from '../../cli/schemas/dehydrate-json.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter, type PlatterRun } from './run-platter.ts'

const run = (folder: TempFolder, ...words: readonly string[]): Promise<PlatterRun> =>
  platter(words, { cwd: folder.path })

const jsonOf = ({ stdout }: PlatterRun): unknown => JSON.parse(stdout)

/** With a name that nobody else is to know, and an L2 entry that leads to the refcounts. */
async function crossLinked(folder: TempFolder): Promise<void> {
  const image = new Qcow2Builder({ backing: { name: 'anna.raw', format: 'raw' } }).data(0).data(1)
  const refcounts = BigInt(image.refcountBlockCluster * image.clusterSize)
  await image
    .build()
    .l2Entry(1, () => (1n << 63n) | refcounts)
    .writeTo(folder.file('disk.qcow2'))
}

describe('dehydrate', () => {
  test('says what it left out, that the judgement differs, and which names are in it', async () => {
    await using folder = await tempFolder('dehydrate-verb')
    await crossLinked(folder)
    const told = await run(folder, 'dehydrate', 'disk.qcow2')
    expect(told).toMatchObject({ exitCode: 0, stderr: '' })
    expect(told.stdout).toContain('does not judge both the same')
    expect(told.stdout).toContain('refcount block at 0x2000 (4 KiB): an entry says that guest data')
    expect(told.stdout).toMatch(/Names in it +backing file anna\.raw/)
    expect(await readdir(folder.path)).toEqual(['disk.qcow2', 'disk.qcow2.dehydrated'])
    const back = await run(folder, 'rehydrate', 'disk.qcow2.dehydrated')
    expect(back.stdout).toContain('disk.rehydrated.qcow2: image made')
    expect(back.stdout).toContain('parts had to be left out')
  })

  test('answers in the shape of its schema, with names replaced when asked', async () => {
    await using folder = await tempFolder('dehydrate-verb')
    await crossLinked(folder)
    const told = await run(folder, 'dehydrate', '--json', '--anonymize', 'disk.qcow2', 'sent')
    const answer = dehydrateJson.parse(jsonOf(told))
    expect(answer).toMatchObject({ filename: 'disk.qcow2', judgedTheSame: false, leftOutCount: 1 })
    expect(answer.names).toEqual({ backingFile: '1xxxxxxx', snapshots: [], bitmaps: [] })
    const back = await run(folder, 'rehydrate', '--json', 'sent', 'back.qcow2')
    expect(rehydrateJson.parse(jsonOf(back))).toMatchObject({
      filename: 'sent',
      target: { filename: 'back.qcow2', replaced: false },
      anonymized: true,
      judgedTheSame: false,
    })
    expect((await readFile(folder.file('back.qcow2'))).includes('anna')).toBe(false)
  })

  test('writes two files of one prefix, and replaces files only when asked', async () => {
    await using folder = await tempFolder('dehydrate-verb')
    await new Qcow2Builder().data(0).writeTo(folder.file('disk.qcow2'))
    await writeFile(folder.file('parts.meta'), 'mine')
    const words = ['dehydrate', '--two-files', 'parts', 'disk.qcow2']
    const refused = await run(folder, ...words)
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain('parts.meta is there already')
    expect(await readdir(folder.path)).toEqual(['disk.qcow2', 'parts.meta'])
    expect(await run(folder, ...words, '--overwrite')).toMatchObject({ exitCode: 0 })
    const back = await run(folder, 'rehydrate', 'parts.map', '--json')
    const { filename } = rehydrateJson.parse(jsonOf(back)).target
    expect(filename).toBe('parts.rehydrated.qcow2')
    expect(await run(folder, 'check', filename)).toMatchObject({ exitCode: 0 })
  })

  test('has nothing to take out of a raw disk, and takes no stream and no two targets', async () => {
    await using folder = await tempFolder('dehydrate-verb')
    await writeFile(folder.file('disk.raw'), Buffer.alloc(4096))
    const raw = await run(folder, 'dehydrate', '--format', 'raw', 'disk.raw')
    expect(raw.exitCode).toBe(63)
    expect(raw.stderr).toContain('Nothing was changed.')
    expect(await run(folder, 'dehydrate', '-')).toMatchObject({ exitCode: 64 })
    const both = await run(folder, 'dehydrate', '--two-files', 'parts', 'disk.raw', 'sent')
    expect(both.exitCode).toBe(64)
    expect(await readdir(folder.path)).toEqual(['disk.raw'])
  })
})

test('rehydrate says of a file that was changed on the way what it is', async () => {
  await using folder = await tempFolder('dehydrate-verb')
  await new Qcow2Builder().data(0).writeTo(folder.file('disk.qcow2'))
  await run(folder, 'dehydrate', 'disk.qcow2', 'sent')
  const bytes = await readFile(folder.file('sent'))
  bytes[20] = 0x5a
  await writeFile(folder.file('sent'), bytes)
  const { exitCode, stderr } = await run(folder, 'rehydrate', 'sent', 'back.qcow2')
  expect(exitCode).toBe(1)
  expect(stderr).toContain('sent is damaged')
  expect(stderr).toContain('its checksum does not hold')
  expect(await readdir(folder.path)).toEqual(['disk.qcow2', 'sent'])
})
