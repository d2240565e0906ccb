import { describe, expect, test } from 'vitest'
import { PauseSwitch } from '../../../../../core/base/pause-switch.ts'
import { isAllZero } from '../../../../../core/base/zeroes.ts'
import { ImageError } from '../../../../../core/index.ts'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { use, type Survey } from '../../../../../core/qcow2/compact/survey.ts'
import {
  sampleIsAll,
  sampleZeroClusters,
} from '../../../../../core/qcow2/compact/zero-scan-sample.ts'
import { ZeroTap } from '../../../../../core/qcow2/compact/zero-scan-tap.ts'
import { findZeroClusters } from '../../../../../core/qcow2/compact/zero-scan.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { CountingFile } from '../../../../../core/storage/counting-file.ts'
import type { BlockFile } from '../../../../../core/storage/block-file.ts'
import { readableImages } from '../../../../helpers/image-matrix.ts'
import { qemuImg, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

async function surveyed(path: string): Promise<{ file: BlockFile; survey: Survey }> {
  const file = await nodeHost.openFile(path)
  return { file, survey: await surveyImage(file, readHeaderArea(file)) }
}

/** The same answer, found cluster by cluster. */
async function zeroesOneByOne(file: BlockFile, { kinds, area }: Survey): Promise<number[]> {
  const { clusterSize } = area.geometry
  const found: number[] = []
  const bytes = new Uint8Array(clusterSize)
  for (const [cluster, kind] of kinds.entries()) {
    if (kind !== use.data) continue
    await file.read(bytes, cluster * clusterSize, 'data')
    if (isAllZero(bytes)) found.push(cluster)
  }
  return found
}

function membersOf(set: { next(from: number): number | undefined }): number[] {
  const members: number[] = []
  for (let at = set.next(0); at !== undefined; at = set.next(at + 1)) members.push(at)
  return members
}

const withZeroes = [
  'write -P 0 0 1M',
  'write -P 7 1M 1M',
  'write -P 0 2M 192k',
  'write -P 9 2162688 1k',
  'write -P 0 3M 64k',
] as const

describe('clusters that hold nothing but zeroes are found', () => {
  const images = readableImages.filter(({ name }) =>
    /^(v2|clusters-(512|65536|2097152)|extended-l2-65536|preallocation-(metadata|falloc|full)|snapshots|compressed-zlib|backing-longer)$/.test(
      name,
    ),
  )
  test.each(images)('as reading one by one finds them: $name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    await qemuIo(path, ...withZeroes)
    const { file, survey } = await surveyed(path)
    await using _file = file
    const expected = await zeroesOneByOne(file, survey)
    const { clusters, totalBytes } = await findZeroClusters(file, survey)
    expect(membersOf(clusters)).toEqual(expected)
    const data = survey.kinds.filter((kind) => kind === use.data).length
    expect(totalBytes).toBe(data * survey.area.geometry.clusterSize)

    const tap = new ZeroTap(file, survey)
    // Some of it in pieces that are no whole clusters.
    for (let at = 0; at < file.size() / 2; at += 100_000) {
      await tap.read(new Uint8Array(100_000), at, 'data')
    }
    const tapped = await tap.zeroClusters({})
    expect(membersOf(tapped.clusters)).toEqual(expected)
  })

  test('without reading what lies in holes of the file', async () => {
    await using folder = await tempFolder()
    const path = folder.file('holes.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', path, '256M')
    await qemuIo(path, 'write -P 5 100M 128k')
    const { file, survey } = await surveyed(path)
    await using _file = file
    const { clusters, bytesRead } = await findZeroClusters(file, survey)
    expect(clusters.size).toBe((256 * 1024) / 64 - 2)
    expect(bytesRead).toBeLessThanOrEqual(256 * 1024)
  })

  test('each stored cluster being read once, tap and scan together', async () => {
    await using folder = await tempFolder()
    const path = folder.file('once.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '16M')
    await qemuIo(path, 'write -P 5 0 8M', 'write -P 0 8M 4M')
    const { file, survey } = await surveyed(path)
    await using counted = new CountingFile(file)
    const tap = new ZeroTap(counted, survey)
    const first = survey.kinds.indexOf(use.data) * 65_536
    await tap.read(new Uint8Array(8 * 2 ** 20), first, 'data')
    const before = counted.bytesRead
    const { bytesRead } = await tap.zeroClusters({})
    expect(counted.bytesRead - before).toBe(bytesRead)
    expect(before + bytesRead).toBeLessThanOrEqual(12.2 * 2 ** 20)
  })
})

describe('a search for zeroes', () => {
  test('stops for a cancel and stands still for a pause between two reads', async () => {
    await using folder = await tempFolder()
    const path = folder.file('long.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '64M')
    await qemuIo(path, 'write -P 5 0 64M')
    const { file, survey } = await surveyed(path)
    await using counted = new CountingFile(file)

    const cancel = new AbortController()
    const cancelled = findZeroClusters(counted, survey, {
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    })
    await expect(cancelled).rejects.toThrow(new ImageError('cancelled'))
    // One was looked at; those that were on their way had been asked for already.
    expect(counted.bytesRead).toBeLessThanOrEqual(5 * 2 * 2 ** 20)

    const stood = Promise.withResolvers<void>()
    const pause = new PauseSwitch(() => stood.resolve())
    pause.pause()
    const paused = findZeroClusters(counted, survey, { pause })
    await stood.promise
    const soFar = counted.bytesRead
    pause.resume()
    expect((await paused).clusters.size).toBe(0)
    expect(counted.bytesRead).toBeGreaterThan(soFar)
  })
})

describe('a sample', () => {
  test('is exact to its margin, and reads a part only', async () => {
    await using folder = await tempFolder()
    const path = folder.file('large.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '256M')
    // A quarter is zero, in stretches that no place of the sample falls between.
    await qemuIo(path, 'write -P 5 0 256M', 'write -P 0 32M 24M', 'write -P 0 160M 40M')
    const { file, survey } = await surveyed(path)
    await using _file = file
    expect(sampleIsAll(survey)).toBe(false)
    const { zeroBytes, marginBytes, totalBytes, bytesRead } = await sampleZeroClusters(file, survey)
    expect(totalBytes).toBe(256 * 2 ** 20)
    expect(Math.abs(zeroBytes - 64 * 2 ** 20)).toBeLessThanOrEqual(marginBytes)
    expect(marginBytes).toBeLessThan(64 * 2 ** 20)
    // What lies between two places that are near each other is read along.
    expect(bytesRead).toBeLessThanOrEqual(66 * 2 ** 20)
  })

  test('of little is no sample', async () => {
    await using folder = await tempFolder()
    const path = folder.file('small.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '64M')
    await qemuIo(path, 'write -P 5 0 16M')
    const { file, survey } = await surveyed(path)
    await using _file = file
    expect(sampleIsAll(survey)).toBe(true)
  })
})
