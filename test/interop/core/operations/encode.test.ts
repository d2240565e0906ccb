/** Images of raw disks, beside those that qemu-img makes of them. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { encodeImage } from '../../../../core/operations/encode.ts'
import type { EncodeOptions } from '../../../../core/operations/encode-options.ts'
import { planEncode } from '../../../../core/operations/plan-encode.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { noise } from '../../../helpers/noise.ts'
import { qemuCheck, qemuImg, qemuIo, runTool } from '../../../helpers/qemu.ts'
import {
  inPieces,
  lengthOf,
  mixedDisk,
  rawBytes,
  writeRawDisk,
} from '../../../helpers/raw-disks.ts'
import { cannotMount, coreModule, onSmallDisk } from '../../../helpers/small-disk.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB

const encode = (source: string, target: string, options: EncodeOptions = {}) =>
  encodeImage(nodeHost, { kind: 'file', path: source }, { kind: 'file', path: target }, options)

async function streamed(source: string, options: EncodeOptions = {}): Promise<Buffer> {
  const written: Uint8Array[] = []
  const sink = { write: async (bytes: Uint8Array) => void written.push(bytes.slice()) }
  await encodeImage(nodeHost, { kind: 'file', path: source }, { kind: 'sink', sink }, options)
  return Buffer.concat(written)
}

const piped = (bytes: Uint8Array, target: string, options: EncodeOptions = {}) =>
  encodeImage(
    nodeHost,
    { kind: 'input', input: inPieces(bytes) },
    { kind: 'file', path: target },
    options,
  )

/** Nothing, where it is clean for QEMU and for us, and the same disk. */
async function faultsOf(image: string, source: string): Promise<string[]> {
  const theirs = await qemuCheck(image)
  const ours = await checkImage(nodeHost, image)
  const compare = ['compare', '-f', 'raw', '-F', 'qcow2', source, image]
  const { stdout, stderr } = await runTool('qemu-img', compare)
  const said = [
    theirs.stderr,
    theirs.exitCode === 0 ? '' : theirs.stdout,
    ours.verdict,
    stdout,
    stderr,
  ]
  const good = new Set(['', 'clean', 'Images are identical.\n'])
  return said.filter((each) => !good.has(each))
}

const clusterSizes = [512, 4 * KIB, 64 * KIB, 2 * MIB]
const compressions = ['none', 'zlib', 'zstd'] as const

test.each(
  clusterSizes.flatMap((clusterSize) => compressions.map((how) => [clusterSize, how] as const)),
)(
  'clusters of %i bytes, compression %s: the same disk, no longer than by qemu-img',
  async (clusterSize, compression) => {
    await using folder = await tempFolder()
    const source = folder.file('disk.raw')
    await writeRawDisk(source, mixedDisk())
    const image = folder.file('disk.qcow2')
    const result = await encode(source, image, { clusterSize, compression })
    expect(await faultsOf(image, source)).toEqual([])

    const theirs = folder.file('theirs.qcow2')
    const type = compression === 'none' ? [] : ['-c', '-o', `compression_type=${compression}`]
    const size = ['-o', `cluster_size=${clusterSize}`]
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...size, ...type, source, theirs)
    expect(result.fileLength).toBe(await lengthOf(image))
    // Their codecs are of other versions, and come to some sectors more or fewer.
    const others = compression === 'none' ? 1 : 1.01
    expect(result.fileLength).toBeLessThanOrEqual((await lengthOf(theirs)) * others)
    expect(result.compressedClusters > 0).toBe(compression !== 'none')
  },
)

test.each(someOf(clusterSizes, { oneIn: 3, from: 1 }))(
  'clusters of %i bytes: a sink gets what a file would be, and a plan knows its length',
  async (clusterSize) => {
    await using folder = await tempFolder()
    const source = folder.file('disk.raw')
    // Enough for several refcount blocks and refcount tables of several clusters with the smallest ones.
    const disk = { length: 12 * MIB + 5, parts: [{ at: 0, bytes: noise(3, 11 * MIB) }] }
    await writeRawDisk(source, disk)
    const image = folder.file('disk.qcow2')
    await encode(source, image, { clusterSize })
    expect(await faultsOf(image, source)).toEqual([])
    const stream = folder.file('stream.qcow2')
    await writeFile(stream, await streamed(source, { clusterSize }))
    expect(await faultsOf(stream, source)).toEqual([])
    // A file's refcount table goes to the end when there are too many blocks; a stream's cannot.
    const isSame = (await readFile(stream)).equals(await readFile(image))
    expect(isSame).toBe(clusterSize !== 512)
    const plan = await planEncode(nodeHost, source, { clusterSize })
    expect([plan.fileLength, plan.isExact]).toEqual([await lengthOf(stream), true])
  },
)

test.each(someOf(clusterSizes, { oneIn: 3 }))(
  'clusters of %i bytes: what comes through a pipe',
  async (clusterSize) => {
    await using folder = await tempFolder()
    const source = folder.file('disk.raw')
    const disk = mixedDisk(5 * MIB + 1)
    await writeRawDisk(source, disk)
    const image = folder.file('disk.qcow2')
    await piped(rawBytes(disk), image, { clusterSize })
    expect(await faultsOf(image, source)).toEqual([])
  },
)

test.each(someOf([0, 1, 513, 64 * KIB, 64 * KIB + 1], { oneIn: 3 }))(
  'a disk of %i bytes is as long as whole sectors',
  async (length) => {
    await using folder = await tempFolder()
    const source = folder.file('disk.raw')
    await writeFile(source, noise(length, length))
    const images = ['file', 'pipe', 'stream'].map((name) => folder.file(`${name}.qcow2`))
    const [file = '', pipe = '', stream = ''] = images
    const { virtualSize } = await encode(source, file)
    await piped(await readFile(source), pipe)
    await writeFile(stream, await streamed(source))
    expect(virtualSize).toBe(Math.ceil(length / 512) * 512)
    const theirs = folder.file('theirs.qcow2')
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', source, theirs)
    for (const image of images) {
      expect(await faultsOf(image, source)).toEqual([])
      expect(await lengthOf(image)).toBeLessThanOrEqual(await lengthOf(theirs))
    }
  },
)

test.each([1, 4, 8, 64])(
  'refcounts of %i bits count packed clusters and plain ones',
  async (refcountBits) => {
    await using folder = await tempFolder()
    const source = folder.file('disk.raw')
    await writeRawDisk(source, mixedDisk())
    const options = { clusterSize: 512, refcountBits, compression: 'zlib' } as const
    const packed = folder.file('packed.qcow2')
    await encode(source, packed, options)
    expect(await faultsOf(packed, source)).toEqual([])
    const plain = folder.file('plain.qcow2')
    await encode(source, plain, { ...options, compression: 'none' })
    expect(await faultsOf(plain, source)).toEqual([])
  },
)

test('version 2, and lazy refcounts as a hint in version 3', async () => {
  await using folder = await tempFolder()
  const source = folder.file('disk.raw')
  await writeRawDisk(source, mixedDisk())
  const old = folder.file('old.qcow2')
  await encode(source, old, { version: 2, compression: 'zlib' })
  expect(await faultsOf(old, source)).toEqual([])
  expect(await qemuImg('info', old)).toContain('compat: 0.10')
  const lazy = folder.file('lazy.qcow2')
  await encode(source, lazy, { lazyRefcounts: true })
  expect(await faultsOf(lazy, source)).toEqual([])
  expect(await qemuImg('info', lazy)).toContain('lazy refcounts: true')
})

test('zeroes take no cluster, stored or not, and a disk of zeroes is as short as an empty image', async () => {
  await using folder = await tempFolder()
  const source = folder.file('disk.raw')
  await writeFile(source, Buffer.alloc(MIB))
  const { dataClusters, bytesRead, fileLength } = await encode(source, folder.file('disk.qcow2'), {
    format: 'raw',
  })
  expect([dataClusters, bytesRead]).toEqual([0, MIB])
  await qemuImg('create', '-q', '-f', 'qcow2', folder.file('empty.qcow2'), `${MIB}`)
  expect(fileLength).toBe(await lengthOf(folder.file('empty.qcow2')))
})

test('holes of 5 GiB are not read', async () => {
  await using folder = await tempFolder()
  const source = folder.file('disk.raw')
  const parts = [
    { at: 1024 * MIB + 3, bytes: noise(5, 100_000) },
    { at: 4096 * MIB, bytes: noise(6, 100_000) },
  ]
  await writeRawDisk(source, { length: 5120 * MIB, parts })
  const image = folder.file('disk.qcow2')
  const { bytesRead, fileLength } = await encode(source, image)
  expect(bytesRead).toBeLessThan(300 * KIB)
  expect(fileLength).toBeLessThan(MIB)
  expect(await faultsOf(image, source)).toEqual([])
  const stream = folder.file('stream.qcow2')
  await writeFile(stream, await streamed(source))
  expect((await readFile(stream)).equals(await readFile(image))).toBe(true)
})

test('more than 512 MiB of data become an image', async () => {
  await using folder = await tempFolder()
  const piece = noise(7, MIB)
  async function* input() {
    for (let count = 0; count < 600; count++) yield await Promise.resolve(piece)
  }
  const image = folder.file('disk.qcow2')
  const target = { kind: 'file', path: image } as const
  const { virtualSize, dataClusters } = await encodeImage(
    nodeHost,
    { kind: 'input', input: input() },
    target,
  )
  expect([virtualSize, dataClusters]).toEqual([600 * MIB, 9600])
  expect(await qemuCheck(image)).toMatchObject({ exitCode: 0 })
  await qemuIo(image, `read -P ${piece[MIB - 1]} ${600 * MIB - 1} 1`)
})

test('an overlay becomes an image of its own, with what its backing file holds', async () => {
  await using folder = await tempFolder()
  const base = folder.file('base.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', base, '4M')
  await qemuIo(base, 'write -P 1 0 1M', 'write -P 2 2M 64k')
  const top = folder.file('top.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', top)
  await qemuIo(top, 'write -P 3 64k 64k', 'write -z 2M 64k')
  const image = folder.file('flat.qcow2')
  const result = await encode(top, image)
  expect(result.sourceFormat).toBe('qcow2')
  expect(await qemuImg('info', image)).not.toContain('backing file')
  await qemuImg('compare', '-q', top, image)
  await qemuIo(image, 'read -P 1 0 64k', 'read -P 3 64k 64k', 'read -P 0 2M 64k')
})

test('an image that is named as raw is packed up as it stands', async () => {
  await using folder = await tempFolder()
  const inner = folder.file('inner.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', inner, '4M')
  const image = folder.file('outer.qcow2')
  await encode(inner, image, { format: 'raw' })
  expect(await faultsOf(image, inner)).toEqual([])
})

test.skipIf(cannotMount)(
  'a disk that gets full says so, and nothing is left on it (needs root or user namespaces)',
  async () => {
    await using folder: TempFolder = await tempFolder()
    const said = onSmallDisk(
      folder.path,
      `
      import { readdirSync, writeFileSync } from 'node:fs'
      import { randomBytes } from 'node:crypto'
      const { nodeHost } = ${coreModule('io/node-host.ts')}
      const { encodeImage } = ${coreModule('operations/encode.ts')}
      const folder = ${JSON.stringify(folder.path)}
      const source = folder + '/disk.raw'
      const path = folder + '/disk.qcow2'
      writeFileSync(source, randomBytes(600 * 1024))
      await encodeImage(nodeHost, { kind: 'file', path: source }, { kind: 'file', path }).catch((error) => {
        console.log(error.reason, error.context.path === path, error.context.errno)
      })
      console.log(readdirSync(folder).join())
      `,
    )
    expect(said).toEqual(['output-no-space true ENOSPC', 'disk.raw'])
  },
)

test('the name of a file that is there is kept for it, unless it is to be replaced', async () => {
  await using folder = await tempFolder()
  const source = folder.file('disk.raw')
  await writeRawDisk(source, mixedDisk())
  const target = folder.file('disk.qcow2')
  await writeFile(target, 'old')
  await expect(encode(source, target)).rejects.toMatchObject({ reason: 'output-exists' })
  expect(await readFile(target, 'utf8')).toBe('old')
  const file = { kind: 'file', path: target, overwrite: true } as const
  const result = await encodeImage(nodeHost, { kind: 'file', path: source }, file)
  expect(result.target).toMatchObject({ path: target, replaced: true })
  expect(await faultsOf(target, source)).toEqual([])
  expect((await readdir(folder.path)).toSorted()).toEqual(['disk.qcow2', 'disk.raw'])
})
