/**
 * What the reference (ocaml-qcow 0.14) read as something else, or not at all. Each test is
 * named by what was seen there; it shows that it does not happen here, with QEMU as the witness.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { filled, open, patternAt, qemuVerdict, reasonOf } from '../../../../helpers/devices.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { createQcow2, qemuImg, qemuImgJson, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const TIB = 1024 * GIB

const isQcow2 = async (path: string) =>
  (await readFile(path)).subarray(0, 4).equals(Buffer.from([0x51, 0x46, 0x49, 0xfb]))

describe('the reference took a zero-flag cluster for one at offset 1', () => {
  it('and read the header as guest data', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M')
    await qemuIo(image, 'write -P 5 0 256k', 'write -z 64k 64k', 'discard 128k 64k')
    await using device = await open(image)
    expect(await patternAt(device, 64 * KIB, 128 * KIB)).toBe(0)
    expect(await patternAt(device, 0, 64 * KIB)).toBe(5)
  })

  it('and wrote guest data over the header', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M')
    await qemuIo(image, 'write -P 5 0 256k', 'write -z 64k 64k', 'discard 128k 64k')
    {
      await using device = await open(image)
      await device.write(filled(4 * KIB, 8), 68 * KIB)
      await device.write(filled(64 * KIB, 9), 128 * KIB)
    }
    expect(await isQcow2(image)).toBe(true)
    expect(await qemuVerdict(image)).toBe('clean')
    const reads = ['read -P 5 0 64k', 'read -P 0 64k 4k', 'read -P 8 68k 4k', 'read -P 0 72k 56k']
    await qemuIo(image, ...reads, 'read -P 9 128k 64k', 'read -P 5 192k 64k')
  })

  it('and read what a former owner left in a preallocated zero cluster', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M')
    // Zeroed without unmapping: the cluster keeps its place, and its old bytes.
    await qemuIo(image, 'write -P 5 0 64k', 'write -z 0 64k')
    {
      await using device = await open(image)
      expect(await patternAt(device, 0, 64 * KIB)).toBe(0)
      await device.write(filled(512, 6), 1024)
      expect(await patternAt(device, 0, 1024)).toBe(0)
      expect(await patternAt(device, 1536, 64 * KIB - 1536)).toBe(0)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 0 0 1k', 'read -P 6 1k 512', 'read -P 0 1536 64000')
  })
})

describe('the reference opened silently', () => {
  it('an overlay, as if it had no backing file', async () => {
    await using folder = await tempFolder()
    const base = folder.file('base.qcow2')
    const image = folder.file('top.qcow2')
    await createQcow2(base, '1M')
    await qemuIo(base, 'write -P 3 0 1M')
    await createQcow2(image, '1M', 'cluster_size=64k', '-b', base, '-F', 'qcow2')
    {
      await using device = await open(image)
      expect(await patternAt(device, 0, MIB)).toBe(3)
      await device.write(filled(512, 4), 100 * KIB)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 3 0 100k', 'read -P 4 100k 512', 'read -P 3 102912 900k')
    await qemuIo(base, 'read -P 3 0 1M')
  })

  it('an image with snapshots, and wrote into the snapshots', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M')
    await qemuIo(image, 'write -P 1 0 512k')
    await qemuImg('snapshot', '-c', 'before', image)
    {
      await using device = await open(image)
      await device.write(filled(1000, 2), 70_000)
      await device.discard(128 * KIB, 128 * KIB)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 2 70000 1000', 'read -P 0 128k 128k', 'read -P 1 256k 256k')
    await qemuImg('snapshot', '-a', 'before', image)
    await qemuIo(image, 'read -P 1 0 512k', 'read -P 0 512k 512k')
    expect(await qemuVerdict(image)).toBe('clean')
  })

  it('an image that is marked as corrupt, for writing too', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M')
    const bytes = await readFile(image)
    bytes.writeUInt8(2, 79)
    await writeFile(image, bytes)
    expect(await reasonOf(open(image))).toBe('image-corrupt')
    expect((await readFile(image)).equals(bytes)).toBe(true)
    await using device = await open(image, { readOnly: true, checkOnOpen: false })
    expect(await patternAt(device, 0, MIB)).toBe(0)
  })

  it('a lazy image, and left refcounts missing without the dirty bit', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M', 'lazy_refcounts=on')
    {
      await using device = await open(image)
      await device.write(filled(300 * KIB, 2), 0)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('the reference could not open', () => {
  it('an image whose header extensions go past the first sector, and keeps them', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    const data = Buffer.from('something that only its owner knows. '.repeat(30))
    await new Qcow2Builder({
      clusterBits: 12,
      virtualSize: MIB,
      extensions: [{ type: 0x50_4c_54_21, data }],
    }).writeTo(image)
    {
      await using device = await open(image)
      await device.write(filled(64 * KIB, 3), 1000)
      await device.resize(2 * MIB)
      expect(device.header()?.extensions).toMatchObject([{ type: 0x50_4c_54_21 }])
    }
    expect((await readFile(image)).includes(data)).toBe(true)
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, `read -P 3 1000 ${64 * KIB}`)
  })

  test.each([
    ['512-byte clusters', 'cluster_size=512'],
    ['subclusters', 'extended_l2=on,cluster_size=128k'],
    ['zstd', 'compression_type=zstd'],
  ])('%s', async (_, options) => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '8M', options)
    {
      await using device = await open(image)
      await device.write(filled(100_000, 5), 12_345)
      await device.writeZeroes(20_000, 30_000)
      await device.discard(60_000, 20_000)
      expect(await patternAt(device, 12_345, 7655)).toBe(5)
      expect(await patternAt(device, 20_000, 30_000)).toBe(0)
      expect(await patternAt(device, 60_000, 20_000)).toBe(0)
      expect(await patternAt(device, 80_000, 30_000)).toBe(5)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 5 12345 7655', 'read -P 0 20000 30000', 'read -P 5 80000 30000')
  })

  it('compressed clusters, which a write here replaces', async () => {
    await using folder = await tempFolder()
    const raw = folder.file('a.raw')
    const image = folder.file('a.qcow2')
    await qemuImg('create', '-q', '-f', 'raw', raw, '2M')
    await qemuIo(raw, 'write -P 7 0 1M')
    await qemuImg('convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, image)
    {
      await using device = await open(image)
      expect(await patternAt(device, 0, MIB)).toBe(7)
      await device.write(filled(512, 8), 64 * KIB)
      await device.discard(256 * KIB, 128 * KIB)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 8 64k 512', 'read -P 7 66048 190k', 'read -P 0 256k 128k')
  })

  it('an image with persistent bitmaps', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M')
    await qemuImg('bitmap', '--add', image, 'b0')
    {
      await using device = await open(image)
      await device.write(filled(64 * KIB, 1), 0)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    const info = await qemuImgJson<{
      'format-specific': { data: { bitmaps: { name: string; flags: string[] }[] } }
    }>('info', image)
    // Nothing tracked that write, so nobody may trust the bitmap any more.
    expect(info['format-specific'].data.bitmaps).toMatchObject([
      { name: 'b0', flags: expect.arrayContaining(['in-use']) as string[] },
    ])
  })

  it('a disk of 1 PiB with more than one cluster of L1 table', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1P', 'cluster_size=2M')
    {
      await using device = await open(image)
      await device.write(filled(512, 9), 1024 * TIB - 512)
      expect(await patternAt(device, 1024 * TIB - 512, 512)).toBe(9)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('a header that the reference wrote anew', () => {
  it('lost unknown extensions and their order, compatible bits and the feature names', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1G', 'cluster_size=64k,lazy_refcounts=on')
    const before = await readFile(image)
    {
      await using device = await open(image)
      await device.resize(2 * GIB)
    }
    const after = await readFile(image)
    // All that differs in the header cluster are the fields of the size.
    const changed = Array.from(before.subarray(0, 64 * KIB).keys()).filter(
      (at) => before[at] !== after[at],
    )
    expect(changed.every((at) => at >= 24 && at < 48)).toBe(true)
  })
})
