import { copyFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { punchRaw } from '../../../../../core/operations/punch-raw.ts'
import { measurePunch, punchQcow2 } from '../../../../../core/qcow2/compact/punch.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { use, type Survey } from '../../../../../core/qcow2/compact/survey.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import type { BlockFile } from '../../../../../core/storage/block-file.ts'
import { ourCheck } from '../../../../helpers/check-equality.ts'
import { matrixImages } from '../../../../helpers/image-matrix.ts'
import { createLuksImage, luksArgs } from '../../../../helpers/luks-image.ts'
import {
  createQcow2,
  qemuCheck,
  qemuImg,
  qemuImgJson,
  qemuIo,
  qemuIoWith,
} from '../../../../helpers/qemu.ts'
import { someOf } from '../../../../helpers/some-of.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const kib = 1024
const mib = 1024 * kib

async function readAll(file: BlockFile): Promise<Buffer> {
  const bytes = Buffer.alloc(file.size())
  await file.read(bytes, 0, 'data')
  return bytes
}

const isReferred = ({ kinds }: Survey, cluster: number): boolean => {
  const kind = kinds[cluster]
  return kind !== use.free && kind !== use.leaked && kind !== use.uncounted
}

/** As `qemuIo`, but what is discarded stays in the file: QEMU would make holes of it itself. */
const qemuIoKeeping = (image: string, ...commands: string[]): Promise<string> =>
  qemuIoWith({ args: ['--image-opts'] }, keeping(image), ...commands)

const keeping = (image: string): string =>
  `driver=qcow2,pass-discard-request=off,pass-discard-snapshot=off,file.filename=${image}`

/** Punches an image as the engine does, and makes sure of what must hold for each. */
async function punch(image: string, scanZeroes = true) {
  await using file = await nodeHost.openForWriting(image)
  const area = readHeaderArea(file)
  const survey = await surveyImage(file, area)
  const before = await readAll(file)
  const measured = await measurePunch(file, survey, { scanZeroes })
  const result = await punchQcow2(file, survey, { scanZeroes })
  expect(result.punchedBytes).toBe(measured.unusedBytes + measured.zeroBytes)
  expect(result.allocatedAfter).toBe(file.allocatedBytes())

  const after = await readAll(file)
  const { clusterSize } = area.geometry
  expect(after.length).toBe(before.length)
  const changed = [...survey.kinds.keys()].filter((cluster) => {
    const [from, to] = [cluster * clusterSize, (cluster + 1) * clusterSize]
    return !after.subarray(from, to).equals(before.subarray(from, to))
  })
  // Refcounts of leaked clusters are 0 now.
  const mayChange = (cluster: number) => survey.kinds[cluster] === use.refcountBlock
  expect(changed.filter((at) => isReferred(survey, at) && !mayChange(at))).toEqual([])
  const again = await punchQcow2(file, await surveyImage(file, area), { scanZeroes })
  expect(again).toMatchObject({ punchedBytes: 0, leakedFreed: 0 })
  return { ...result, measured }
}

/** Of the matrix, what differs in where and how things lie in the file. */
const images = matrixImages.filter(({ name }) =>
  /^(v2|v3|size-odd|clusters-(512|4096|2097152)|refcount-bits-(1|64)|extended-l2-65536|preallocation-.*|compressed-(zlib|zlib-512|zstd-4k)|snapshots(-512|-refcount-bits-2|-extended-l2)?|snapshot-deleted|backing|data-file(-raw)?|bitmaps(-512)?|aes)$/.test(
    name,
  ),
)

describe('punching every kind of image', () => {
  it.each(someOf(images, { oneIn: 3 }))(
    '$name keeps content and verdict',
    async ({ name, build }) => {
      await using folder = await tempFolder('punch')
      const image = await build(folder.path)
      const copy = path.join(folder.path, 'copy.qcow2')
      await copyFile(image, copy)
      await punch(image)
      expect((await ourCheck(image)).exitCode).toBe(0)
      // QEMU wants the passphrase.
      if (name === 'aes') return
      expect((await qemuCheck(image)).exitCode).toBe(0)
      // The data file belongs to both of them.
      if (!name.startsWith('data-file'))
        await qemuImg('compare', '-f', 'qcow2', '-F', 'qcow2', copy, image)
    },
  )

  it('every snapshot reads as before', async () => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.qcow2')
    await createQcow2(image, '8M')
    await qemuIo(image, 'write -P 1 0 2M', 'write -P 0 2M 1M')
    await qemuImg('snapshot', '-c', 'before', image)
    await qemuIoKeeping(image, 'write -P 2 1M 2M', 'discard 0 1M')
    await qemuImg('snapshot', '-c', 'gone', image)
    await qemuIo(image, 'write -P 3 4M 2M')
    await qemuImg('snapshot', '-d', 'gone', image)
    await qemuIoKeeping(image, 'discard 4M 2M')
    const content = async (name: string) => {
      const raw = folder.file('state.raw')
      await qemuImg('convert', '-q', '-O', 'raw', ...(name === '' ? [] : ['-l', name]), image, raw)
      return readFile(raw)
    }
    const states = ['', 'before']
    const expected: Buffer[] = []
    for (const name of states) expected.push(await content(name))
    const { punchedBytes, zeroBytes } = await punch(image)
    expect(punchedBytes).toBeGreaterThanOrEqual(2 * mib)
    expect(zeroBytes).toBeGreaterThanOrEqual(mib)
    for (const [index, name] of states.entries()) {
      const now = await content(name)
      expect(now.equals(expected[index] ?? Buffer.alloc(0))).toBe(true)
    }
  })
})

describe('what punching gives back', () => {
  it('is every discarded cluster, and without a scan no byte of data is read', async () => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.qcow2')
    await createQcow2(image, '16M')
    const every = Array.from({ length: 128 }, (_, index) => `discard ${index * 128}k 64k`)
    await qemuIoKeeping(image, 'write -P 7 0 16M', ...every)
    const { punchedBytes, bytesRead, allocatedBefore, allocatedAfter } = await punch(image, false)
    expect(punchedBytes).toBe(8 * mib)
    expect(bytesRead).toBe(0)
    const fell = (allocatedBefore ?? 0) - (allocatedAfter ?? 0)
    expect(fell).toBeGreaterThan(8 * mib - 64 * kib)
  })

  it('is zeroes inside of clusters, by 4 KiB', async () => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.qcow2')
    await createQcow2(image, '4M')
    // Of each cluster its first block and half of its ninth hold something.
    const writes = Array.from({ length: 16 }, (_, index) => [
      `write -P 0 ${index * 64}k 64k`,
      `write -P 5 ${index * 64}k 4k`,
      `write -P 6 ${index * 64 + 34}k 2k`,
    ])
    await qemuIo(image, ...writes.flat())
    const { zeroBytes } = await punch(image)
    expect(zeroBytes).toBe(16 * 14 * 4 * kib)
  })

  it.each([512, 1024, 2048])('is whole blocks of clusters of %d bytes', async (clusterSize) => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.qcow2')
    await createQcow2(image, '1M', `cluster_size=${clusterSize}`)
    await qemuIoKeeping(image, 'write -P 7 0 512k', 'discard 64k 256k')
    // Scattered free clusters stay: their blocks have neighbours.
    await qemuIoKeeping(image, `discard 4k ${clusterSize}`, `discard 400k ${clusterSize}`)
    const { punchedBytes } = await punch(image)
    expect(punchedBytes).toBeGreaterThan(200 * kib)
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it.each([
    ['metadata', mib],
    ['falloc', 32 * mib],
    ['full', 32 * mib],
  ])('is the space that was reserved with preallocation=%s', async (preallocation, reserved) => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.qcow2')
    await createQcow2(image, '32M', `preallocation=${preallocation}`)
    await qemuIo(image, 'write -P 7 8M 1M')
    const { allocatedBefore, allocatedAfter, measured } = await punch(image)
    expect(allocatedBefore).toBeGreaterThan(reserved)
    const measuredBytes = measured.unusedBytes + measured.zeroBytes + measured.promisedBytes
    const fell = (allocatedBefore ?? 0) - (allocatedAfter ?? 0)
    expect(Math.abs(measuredBytes - fell)).toBeLessThan(2 * mib)
    expect(allocatedAfter).toBeLessThan(2 * mib)
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('is unused space only of an encrypted image: its data is noise', async () => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.qcow2')
    await createLuksImage(image, '8M')
    const opened = `${keeping(image)},encrypt.key-secret=key`
    const args = luksArgs
    await qemuIoWith({ args }, opened, 'write -P 7 0 4M', 'discard 1M 2M')
    const { punchedBytes, bytesRead } = await punch(image)
    expect(punchedBytes).toBeGreaterThanOrEqual(2 * mib)
    expect(bytesRead).toBe(0)
    expect((await ourCheck(image)).exitCode).toBe(0)
    await qemuIoWith({ args }, opened, 'read -P 7 0 1M', 'read -P 0 1M 2M', 'read -P 7 3M 1M')
  })
})

describe('punching a raw file', () => {
  const raw = async (file: string) => {
    await using held = await nodeHost.openForWriting(file)
    const before = await readAll(held)
    const result = await punchRaw(held)
    expect((await readAll(held)).equals(before)).toBe(true)
    expect(await punchRaw(held)).toMatchObject({ punchedBytes: 0 })
    return result
  }

  it('keeps its partition table and the first and last bytes of its content', async () => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.raw')
    await using file = await nodeHost.createFile(image)
    const disk = Buffer.alloc(12 * mib + 1536)
    // One partition of type 0x83 from sector 2048 on, and the signature of its table.
    disk.set([0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0x40, 0, 0], 446)
    disk.set([0x55, 0xaa], 510)
    disk[mib] = 1
    disk[6 * mib - 1] = 2
    disk[disk.length - 1] = 3
    await file.write(disk, 0, 'data')
    await file.flush()
    await file.close()
    const result = await raw(image)
    // Four blocks have something in them; the last is there in part.
    expect(result.zeroBytes).toBe(12 * mib - 3 * 4 * kib)
    expect(result.allocatedAfter).toBeLessThan(64 * kib)
  })

  it('gives up a reservation', async () => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.raw')
    await qemuImg('create', '-q', '-f', 'raw', '-o', 'preallocation=falloc', image, '64M')
    const { allocatedBefore, allocatedAfter } = await raw(image)
    expect(allocatedBefore).toBeGreaterThanOrEqual(64 * mib)
    expect(allocatedAfter).toBeLessThan(128 * kib)
  })

  it('reads no hole of a sparse one', async () => {
    await using folder = await tempFolder('punch')
    const image = folder.file('disk.raw')
    await using file = await nodeHost.createFile(image)
    file.truncate(2 ** 40)
    expect(await punchRaw(file)).toMatchObject({ bytesRead: 0, punchedBytes: 0 })
  })

  it('works for the data file of a qcow2 image, raw or not', async () => {
    for (const options of ['', ',data_file_raw=on']) {
      await using folder = await tempFolder('punch')
      const image = folder.file('disk.qcow2')
      const data = folder.file('disk.data')
      await createQcow2(image, '8M', `data_file=${data}${options}`)
      await qemuIo(image, 'write -P 7 0 1M', 'write -P 0 1M 4M')
      const { zeroBytes } = await raw(data)
      expect(zeroBytes).toBe(4 * mib)
      expect((await qemuCheck(image)).exitCode).toBe(0)
      const map = await qemuImgJson<{ start: number; length: number }[]>('map', image)
      expect(map.reduce((sum, { length }) => sum + length, 0)).toBe(8 * mib)
    }
  })
})
