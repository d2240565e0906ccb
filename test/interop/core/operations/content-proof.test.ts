import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { openImage } from '../../../../core/image/open-image.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { createEngine } from '../../../../core/node-engine.ts'
import { contentSource } from '../../../../core/operations/byte-source.ts'
import {
  differences,
  digestStates,
  type StateDigest,
} from '../../../../core/operations/content-proof.ts'
import { digestOf } from '../../../../core/operations/digest.ts'
import { proofDigestFor, proofHasher } from '../../../../core/operations/proof-digest.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { CountingFile } from '../../../../core/storage/counting-file.ts'
import { dataDigest } from '../../../helpers/data-digest.ts'
import { noise } from '../../../helpers/noise.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const mebibyte = 2 ** 20

async function proved(path: string) {
  await using file = new CountingFile(await nodeHost.openFile(path))
  const reports: number[] = []
  const digests = await digestStates(
    nodeHost,
    {
      file,
      area: readHeaderArea(file),
      codecs: nodeHost.codecs,
      dataFile: undefined,
      backing: undefined,
    },
    {
      phase: 'proof',
      onProgress: ({ phase, done, total }) => reports.push(phase === 'proof' ? done / total : -1),
    },
  )
  return { digests, reports, dataRead: file.countOf('data').bytes }
}

describe('the digests of all states', () => {
  test('are those of hashing each, and what is the same is read once', async () => {
    await using folder = await tempFolder()
    const path = folder.file('twins.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '64M')
    await qemuIo(path, 'write -P 1 0 8M')
    for (const name of ['one', 'two', 'three']) await qemuImg('snapshot', '-c', name, path)
    const content = (await engine.hashImage(path)).digest
    const { digests, reports, dataRead } = await proved(path)
    expect(digests.map(({ snapshot }) => snapshot?.name)).toEqual([
      undefined,
      'one',
      'two',
      'three',
    ])
    expect(new Set(digests.map(({ sha256 }) => sha256))).toEqual(new Set([content]))
    expect(dataRead).toBe(8 * mebibyte)
    expect(reports).toEqual(reports.toSorted((a, b) => a - b))
    expect(reports.at(-1)).toBe(1)
  })

  test('differ where a snapshot has another size, with the same tables', async () => {
    await using folder = await tempFolder()
    const path = folder.file('grown.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '16M')
    await qemuIo(path, 'write -P 1 0 1M')
    await qemuImg('snapshot', '-c', 'small', path)
    await qemuImg('resize', '-q', path, '32M')
    const { digests } = await proved(path)
    expect(digests.map(({ bytes }) => bytes)).toEqual([32 * mebibyte, 16 * mebibyte])
    expect(digests[0]?.sha256).not.toBe(digests[1]?.sha256)
  })
})

describe('the digest of data', () => {
  const blockBytes = 64 * 1024
  const ofData = async (path: string): Promise<string> => {
    await using opened = await openImage(nodeHost, path, {})
    return await digestOf(contentSource(opened.image), proofHasher(nodeHost, 'sha256-of-data'), {})
  }

  test('is the same however the same content is stored', async () => {
    await using folder = await tempFolder()
    const raw = folder.file('disk.raw')
    // Data in the first, in a middle and in the last block, which is shorter.
    const content = Buffer.alloc(9 * mebibyte + 512)
    noise(1, 100_000).copy(content)
    noise(2, 2 * mebibyte).copy(content, 5 * mebibyte + 512)
    content.fill(7, content.length - 1)
    await writeFile(raw, content)
    const stored = folder.file('stored.raw')
    await qemuImg('convert', '-f', 'raw', '-S', '0', '-O', 'raw', raw, stored)
    const ways: Readonly<Record<string, readonly string[]>> = {
      'holes.raw': ['-O', 'raw'],
      'holes.qcow2': ['-O', 'qcow2'],
      'zeroes.qcow2': ['-O', 'qcow2', '-S', '0'],
      'compressed.qcow2': ['-O', 'qcow2', '-c'],
      'preallocated.qcow2': ['-O', 'qcow2', '-o', 'preallocation=metadata'],
      'small.qcow2': ['-O', 'qcow2', '-o', 'cluster_size=512'],
      'large.qcow2': ['-O', 'qcow2', '-o', 'cluster_size=2M'],
    }
    const paths = [raw, stored]
    for (const [name, options] of Object.entries(ways)) {
      const path = folder.file(name)
      await qemuImg('convert', '-f', 'raw', ...options, raw, path)
      paths.push(path)
    }
    const zeroed = folder.file('zero-clusters.qcow2')
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', '-S', '0', raw, zeroed)
    await qemuIo(zeroed, 'write -z 2M 1M', 'write -z -u 3M 1M')
    const overlay = folder.file('overlay.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', zeroed, '-F', 'qcow2', overlay)
    paths.push(zeroed, overlay)

    const digests = new Set<string>()
    for (const path of paths) digests.add(await ofData(path))
    expect(digests).toEqual(new Set([dataDigest(content.length, [{ at: 0, bytes: content }])]))
  })

  test('is another one for a changed byte, a moved block, a longer and a shorter disk', async () => {
    await using folder = await tempFolder()
    const content = Buffer.alloc(4 * mebibyte)
    noise(1, blockBytes).copy(content, mebibyte)
    const changed = Buffer.from(content)
    changed.writeUInt8(1, 3 * mebibyte)
    const moved = Buffer.alloc(content.length)
    noise(1, blockBytes).copy(moved, mebibyte + blockBytes)
    const longer = Buffer.concat([content, Buffer.alloc(512)])
    const shorter = content.subarray(0, -512)
    const digests = new Set<string>()
    for (const bytes of [content, changed, moved, longer, shorter]) {
      const path = folder.file(`${digests.size}.raw`)
      await writeFile(path, bytes)
      digests.add(await ofData(path))
    }
    expect(digests.size).toBe(5)
  })
})

describe('which digest proves an image', () => {
  const gibibyte = 2 ** 30
  const stored = (fileLength: number, allocatedBytes?: number) => ({ fileLength, allocatedBytes })

  test.each([
    { size: 16, files: [stored(0)], kind: 'sha256' },
    { size: 17, files: [stored(4 * gibibyte)], kind: 'sha256-of-data' },
    { size: 100, files: [stored(25 * gibibyte)], kind: 'sha256' },
    { size: 100, files: [stored(25 * gibibyte - 1)], kind: 'sha256-of-data' },
    // Raw, and tables that were made beforehand.
    { size: 100, files: [stored(100 * gibibyte, gibibyte)], kind: 'sha256-of-data' },
    { size: 100, files: [stored(100 * gibibyte, 30 * gibibyte)], kind: 'sha256' },
    // Of space that is promised behind the end of a file nothing is read.
    { size: 100, files: [stored(gibibyte, 50 * gibibyte)], kind: 'sha256-of-data' },
    { size: 100, files: [stored(gibibyte), stored(100 * gibibyte)], kind: 'sha256' },
    { size: 100, files: [stored(gibibyte), undefined], kind: 'sha256-of-data' },
  ])('$size GiB in $files: $kind', ({ size, files, kind }) => {
    expect(proofDigestFor(size * gibibyte, files)).toBe(kind)
  })
})

describe('what differs', () => {
  const state = (name: string | undefined, change: Partial<StateDigest> = {}): StateDigest => ({
    snapshot: name === undefined ? undefined : { id: '1', name },
    sha256: 'a',
    bytes: 512,
    vmStateSha256: undefined,
    ...change,
  })
  const before = [state(undefined), state('monday')]

  test.each([
    { now: before, names: [] },
    { now: [state(undefined, { sha256: 'b' }), state('monday')], names: ['the present state'] },
    { now: [state(undefined), state('tuesday')], names: ['the snapshot "monday"'] },
    { now: [state(undefined)], names: ['the snapshot "monday"'] },
    { now: [...before, state('new')], names: ['the snapshot "new"'] },
    {
      now: [state(undefined), state('monday', { vmStateSha256: 'c' })],
      names: ['the snapshot "monday"'],
    },
    {
      now: [state(undefined, { bytes: 1024 }), state('monday', { bytes: 0 })],
      names: ['the present state', 'the snapshot "monday"'],
    },
  ])('is told by name: $names', ({ now, names }) => {
    expect(differences(before, now)).toEqual(names)
  })
})
