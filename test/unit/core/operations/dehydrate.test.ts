import { open, readFile, stat, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { dehydrateImage } from '../../../../core/operations/dehydrate.ts'
import { rehydrateImage } from '../../../../core/operations/rehydrate.ts'
import { brokenImage } from '../../../helpers/broken-images.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

/** What a check says, without the damaged values themselves, which stand in the sentences. */
async function judgementOf(path: string) {
  const {
    findings,
    bytesRead: _read,
    path: _path,
    ...rest
  } = await checkImage(nodeHost, path, {
    format: 'qcow2',
  })
  return { ...rest, findings: findings.map(({ rule, count, guest }) => ({ rule, count, guest })) }
}

async function thereAndBack(folder: TempFolder, image: string) {
  const result = await dehydrateImage(nodeHost, image, folder.file('sent'), {
    format: 'qcow2',
    overwrite: true,
  })
  const back = folder.file('back.qcow2')
  await rehydrateImage(nodeHost, folder.file('sent'), back, { overwrite: true })
  return { result, back }
}

const seeds = Array.from({ length: 100 }, (_, seed) => seed)

/** What became of a broken image, and in which way that would be wrong. */
async function outcomeOf(folder: TempFolder, path: string) {
  const before = await readFile(path)
  const expected = await judgementOf(path).catch((error: unknown) => ImageError.from(error).reason)
  try {
    const { result, back } = await thereAndBack(folder, path)
    const isUntouched = before.equals(await readFile(path))
    const judged = await judgementOf(back)
    const isSame = isDeepStrictEqual(judged, expected)
    const isLie = result.judgedTheSame && !isSame
    const isUnexplained = !result.judgedTheSame && result.leftOutCount === 0
    const fault = isLie ? 'a lie' : isUnexplained ? 'unexplained' : isUntouched ? '' : 'changed'
    return { kind: result.judgedTheSame ? 'same' : 'different', fault } as const
  } catch (error) {
    const { reason } = ImageError.from(error)
    return { kind: 'refused', fault: reason === expected ? '' : reason } as const
  }
}

test('broken images are judged the same by a check, or the result says that they are not', async () => {
  await using folder = await tempFolder('dehydrate')
  const counts = { same: 0, different: 0, refused: 0 }
  const faults: string[] = []
  for (const seed of seeds) {
    const { image, story } = brokenImage(seed)
    const path = folder.file('broken.qcow2')
    await image.writeTo(path)
    const { kind, fault } = await outcomeOf(folder, path)
    counts[kind]++
    if (fault !== '') faults.push(`seed ${seed}, ${fault}: ${story.join('; ')}`)
  }
  expect(faults).toEqual([])
  // What a check refuses has no structure to send; of the rest nearly nine in ten keep their whole judgement.
  expect(counts.same).toBeGreaterThan((seeds.length - counts.refused) * 0.88)
}, 120_000)

describe('what is not metadata', () => {
  test('slack behind the tables of a sound image is not sent', async () => {
    await using folder = await tempFolder('dehydrate')
    const image = new Qcow2Builder().data(0).data(3).snapshot({ id: '1', name: 'monday' }).build()
    const secret = Buffer.from('what a guest wrote here before ')
    const l1End = image.l1Cluster * image.clusterSize + image.l1Entries * 8
    for (const at of [600, l1End, image.snapshotTableOffset + 512]) image.put(at, secret)
    await image.writeTo(folder.file('disk.qcow2'))
    const { result, back } = await thereAndBack(folder, folder.file('disk.qcow2'))
    expect(result).toMatchObject({ judgedTheSame: true, leftOutCount: 0 })
    expect((await readFile(back)).includes('what a guest wrote')).toBe(false)
  })

  test('a cluster that is both a table and guest data is left out, and said', async () => {
    await using folder = await tempFolder('dehydrate')
    const image = new Qcow2Builder().data(0).data(1).build()
    const offset = image.refcountBlockCluster * image.clusterSize
    image.l2Entry(1, () => (1n << 63n) | BigInt(offset))
    await image.writeTo(folder.file('disk.qcow2'))
    const { result } = await thereAndBack(folder, folder.file('disk.qcow2'))
    expect(result.leftOut).toEqual([
      { structure: 'refcount block', offset, length: image.clusterSize, why: 'data' },
    ])
    expect(result.judgedTheSame).toBe(false)
    expect(result.image).not.toEqual(result.dehydrated)
  })

  test('a table that is guest data by its looks is left out, and said', async () => {
    await using folder = await tempFolder('dehydrate')
    const image = new Qcow2Builder().data(0).leak(1).build()
    const leaked = image.fileLength - image.clusterSize
    image.put(leaked, Buffer.alloc(image.clusterSize, 'old guest data, freed and never cleared '))
    image.l1Entry(0, () => (1n << 63n) | BigInt(leaked))
    await image.writeTo(folder.file('disk.qcow2'))
    const { result, back } = await thereAndBack(folder, folder.file('disk.qcow2'))
    expect(result.leftOut).toMatchObject([{ offset: leaked, why: 'looks-like-data' }])
    expect((await readFile(back)).includes('guest')).toBe(false)
  })

  test('what a VM had in memory when its snapshot was taken is not sent', async () => {
    await using folder = await tempFolder('dehydrate')
    const image = new Qcow2Builder().leak(2).data(0).snapshot({ id: '1', name: 'running' }).build()
    const { clusterSize, snapshotTableOffset } = image
    const table = (image.l1Cluster + image.l1Clusters) * clusterSize
    const state = table + clusterSize
    image.put(state, Buffer.alloc(clusterSize, 'passwords that were in memory '))
    image.word(table, () => BigInt(state))
    // The second entry of the snapshot's own L1 table maps what lies behind the disk.
    const l1At = Number(image.bytes.readBigUInt64BE(snapshotTableOffset))
    image.word(l1At + 8, () => BigInt(table))
    image.word(snapshotTableOffset + 8, (word) => (word & 0xffff_ffffn) | (2n << 32n))
    await image.writeTo(folder.file('disk.qcow2'))
    const { result, back } = await thereAndBack(folder, folder.file('disk.qcow2'))
    expect(result).toMatchObject({ judgedTheSame: true, image: { verdict: 'clean' } })
    const bytes = await readFile(back)
    expect(bytes.readBigUInt64BE(table)).toBe(BigInt(state))
    expect(bytes.includes('passwords')).toBe(false)
  })

  test('extensions that nobody knows keep their place and lose their content', async () => {
    await using folder = await tempFolder('dehydrate')
    const extensions = [{ type: 0x1234_5678, data: Buffer.from('a secret of some tool') }]
    await new Qcow2Builder({ extensions }).data(0).writeTo(folder.file('disk.qcow2'))
    const { result, back } = await thereAndBack(folder, folder.file('disk.qcow2'))
    const bytes = await readFile(back)
    expect(result.judgedTheSame).toBe(true)
    expect(bytes.includes(Buffer.from('12345678', 'hex'))).toBe(true)
    expect(bytes.includes('secret')).toBe(false)
  })
})

describe('names', () => {
  const named = () =>
    new Qcow2Builder({ backing: { name: 'windows-of-anna.raw', format: 'raw' } })
      .data(0)
      .snapshot({ id: '1', name: 'before anna left' })
      .snapshot({ id: '2', name: 'after' })
      .bitmap({ name: 'backup-to-bob' })

  test('are kept and told', async () => {
    await using folder = await tempFolder('dehydrate')
    await named().writeTo(folder.file('disk.qcow2'))
    const { result } = await thereAndBack(folder, folder.file('disk.qcow2'))
    expect(result.names).toEqual({
      backingFile: 'windows-of-anna.raw',
      dataFile: undefined,
      snapshots: ['before anna left', 'after'],
      bitmaps: ['backup-to-bob'],
    })
  })

  test('are replaced by others of the same length when asked', async () => {
    await using folder = await tempFolder('dehydrate')
    await named().writeTo(folder.file('disk.qcow2'))
    const options = { anonymize: true }
    const result = await dehydrateImage(
      nodeHost,
      folder.file('disk.qcow2'),
      folder.file('sent'),
      options,
    )
    await rehydrateImage(nodeHost, folder.file('sent'), folder.file('back.qcow2'))
    expect(result).toMatchObject({ judgedTheSame: true, anonymized: true })
    expect(result.names.snapshots.map((name) => name.length)).toEqual([16, 5])
    const bytes = await readFile(folder.file('back.qcow2'))
    for (const word of ['anna', 'bob', 'windows', 'after']) expect(bytes.includes(word)).toBe(false)
    expect(bytes.includes(result.names.backingFile ?? 'missing')).toBe(true)
  })
})

test('an image that a VM writes to is read, and the result says so', async () => {
  await using folder = await tempFolder('dehydrate')
  const path = folder.file('disk.qcow2')
  await new Qcow2Builder().data(0).writeTo(path)
  await using _vm = await nodeHost.openForWriting(path)
  const result = await dehydrateImage(nodeHost, path, folder.file('sent'))
  expect(result).toMatchObject({ live: true, judgedTheSame: true })
  const back = await rehydrateImage(nodeHost, folder.file('sent'), folder.file('back.qcow2'))
  expect(back).toMatchObject({ live: true, judgedTheSame: true, anonymized: false })
})

describe('files', () => {
  test('one that is there stays, and the image is never the target', async () => {
    await using folder = await tempFolder('dehydrate')
    const path = folder.file('disk.qcow2')
    await new Qcow2Builder().data(0).writeTo(path)
    const before = await readFile(path)
    await writeFile(folder.file('sent'), 'mine')
    await expect(dehydrateImage(nodeHost, path, folder.file('sent'))).rejects.toMatchObject({
      reason: 'output-exists',
    })
    await expect(dehydrateImage(nodeHost, path, path, { overwrite: true })).rejects.toMatchObject({
      reason: 'output-is-source',
    })
    expect(await readFile(folder.file('sent'), 'utf8')).toBe('mine')
    expect(await readFile(path)).toEqual(before)
  })

  test('of two, none is left when the second cannot be made', async () => {
    await using folder = await tempFolder('dehydrate')
    const path = folder.file('disk.qcow2')
    await new Qcow2Builder().data(0).writeTo(path)
    await writeFile(folder.file('sent.meta'), 'mine')
    const options = { form: 'two-files' } as const
    await expect(
      dehydrateImage(nodeHost, path, folder.file('sent'), options),
    ).rejects.toMatchObject({ reason: 'output-exists' })
    await expect(stat(folder.file('sent.map'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readFile(folder.file('sent.meta'), 'utf8')).toBe('mine')
  })

  test('none is left after a cancel, on the way there and on the way back', async () => {
    await using folder = await tempFolder('dehydrate')
    const path = folder.file('disk.qcow2')
    await new Qcow2Builder().data(0).writeTo(path)
    const stopper = new AbortController()
    const stop = { signal: stopper.signal, onProgress: () => stopper.abort() }
    const cancelled = { reason: 'cancelled' }
    await expect(dehydrateImage(nodeHost, path, folder.file('sent'), stop)).rejects.toMatchObject(
      cancelled,
    )
    await expect(stat(folder.file('sent'))).rejects.toMatchObject({ code: 'ENOENT' })
    await dehydrateImage(nodeHost, path, folder.file('sent'))
    await expect(
      rehydrateImage(nodeHost, folder.file('sent'), folder.file('back.qcow2'), stop),
    ).rejects.toMatchObject(cancelled)
    await expect(stat(folder.file('back.qcow2'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

test('metadata of ten MiB in one range go there and back, and take no room as holes', async () => {
  await using folder = await tempFolder('dehydrate')
  // An L1 table of 1,310,720 entries, whose last one is used.
  const entries = 1_310_720
  const image = new Qcow2Builder({ clusterBits: 9, virtualSize: 64 * 512 }).data(0).build()
  const l1At = Math.ceil(image.fileLength / 512) * 512
  image.resizeFile(l1At + entries * 8)
  const first = image.bytes.subarray(image.l1Cluster * 512, image.l1Cluster * 512 + 8)
  for (let index = 0; index < entries; index++) image.bytes.set(first, l1At + index * 8)
  image.header('l1TableOffset', l1At).header('l1Size', entries)
  const path = folder.file('disk.qcow2')
  await image.writeTo(path)
  const { result, back } = await thereAndBack(folder, path)
  expect(result.judgedTheSame).toBe(true)
  expect(result.metadataBytes).toBeGreaterThan(10 * 2 ** 20)
  expect(result.writtenBytes).toBeLessThan(2 ** 20)
  await using file = await open(back)
  const last = Buffer.alloc(8)
  await file.read(last, 0, 8, l1At + (entries - 1) * 8)
  expect(last).toEqual(Buffer.from(first))
})
