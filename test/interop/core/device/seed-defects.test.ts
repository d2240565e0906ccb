/**
 * What the reference (ocaml-qcow 0.14) got wrong, each as a test of ours. The names say what was seen
 * there; the bodies show that it does not happen here, with QEMU as the witness.
 */
import { open as openFile, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import {
  formatDeviceConfig,
  parseDeviceConfig,
} from '../../../../core/device/device-config-text.ts'
import { deviceConfig } from '../../../../core/device/device-config.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { planRepair } from '../../../../core/operations/plan-repair.ts'
import { repairImage } from '../../../../core/operations/repair.ts'
import { qemuVerdict, filled, open, patternAt, reasonOf } from '../../../helpers/devices.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuImgJson, qemuIo, runTool } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const TIB = 1024 * GIB

const create = (path: string, size: string, options = 'cluster_size=64k', ...more: string[]) =>
  qemuImg('create', '-q', '-f', 'qcow2', '-o', options, ...more, path, size)

const isQcow2 = async (path: string) =>
  (await readFile(path)).subarray(0, 4).equals(Buffer.from([0x51, 0x46, 0x49, 0xfb]))

describe('the reference dead-locked', () => {
  it('when writers ran while L2 tables were allocated (encode of more than 512 MiB)', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '16M', 'cluster_size=1k')
    // A new L2 table every 128 KiB, with eight writers at work on both sides of each border.
    const piece = 24 * KIB
    const pieces = Math.floor((16 * MIB) / piece)
    {
      await using device = await open(image)
      let next = 0
      const writer = async () => {
        for (let index = next++; index < pieces; index = next++) {
          await device.write(filled(piece, 1 + (index % 250)), index * piece)
        }
      }
      await Promise.all(Array.from({ length: 8 }, writer))
      await device.flush()
      for (let index = 0; index < pieces; index++) {
        expect(await patternAt(device, index * piece, piece)).toBe(1 + (index % 250))
      }
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })

  it('when a strict image needed another refcount block (4 KiB clusters, at cluster 2048)', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '32M', 'cluster_size=4k,lazy_refcounts=off')
    {
      await using device = await open(image)
      for (let at = 0; at < 24 * MIB; at += MIB) await device.write(filled(MIB, 7), at)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 7 0 24M', 'read -P 0 24M 8M')
  })

  it('when a new strict image was created and first written', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '4M', 'cluster_size=512,refcount_bits=64')
    {
      await using device = await open(image)
      await device.write(filled(3 * MIB, 9), 512)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('the reference took a zero-flag cluster for one at offset 1', () => {
  it('and read the header as guest data', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1M')
    await qemuIo(image, 'write -P 5 0 256k', 'write -z 64k 64k', 'discard 128k 64k')
    await using device = await open(image)
    expect(await patternAt(device, 64 * KIB, 128 * KIB)).toBe(0)
    expect(await patternAt(device, 0, 64 * KIB)).toBe(5)
  })

  it('and wrote guest data over the header', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1M')
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
    await create(image, '1M')
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
    await create(base, '1M')
    await qemuIo(base, 'write -P 3 0 1M')
    await create(image, '1M', 'cluster_size=64k', '-b', base, '-F', 'qcow2')
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
    await create(image, '1M')
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
    await create(image, '1M')
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
    await create(image, '1M', 'lazy_refcounts=on')
    {
      await using device = await open(image)
      await device.write(filled(300 * KIB, 2), 0)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('a resize of the reference', () => {
  it('wiped the name of the backing file', async () => {
    await using folder = await tempFolder()
    await create(folder.file('base.qcow2'), '1M')
    const image = folder.file('top.qcow2')
    await create(image, '1M', 'cluster_size=64k', '-b', 'base.qcow2', '-F', 'qcow2')
    {
      await using device = await open(image)
      await device.resize(2 * MIB)
      await device.resize(MIB, { shrink: true })
    }
    const info = await qemuImgJson<Record<string, unknown>>('info', image)
    expect(info['backing-filename']).toBe('base.qcow2')
    expect(info['backing-filename-format']).toBe('qcow2')
  })

  it('kept the data past the end, and showed it again after growing', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '2M')
    await qemuIo(image, 'write -P 0x53 0 2M')
    const before = (await stat(image)).size
    {
      await using device = await open(image)
      // Not at a cluster's border: the rest of the last cluster must go as well.
      await device.resize(MIB + 512, { shrink: true })
      expect(device.info().virtualSize).toBe(MIB + 512)
      await device.resize(2 * MIB)
      expect(await patternAt(device, 0, MIB + 512)).toBe(0x53)
      expect(await patternAt(device, MIB + 512, MIB - 512)).toBe(0)
    }
    expect((await stat(image)).size).toBeLessThan(before - 512 * KIB)
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, `read -P 0 ${MIB + 512} ${MIB - 512}`)
  })

  it('could not grow past what the clusters of the L1 table hold', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1G', 'cluster_size=512')
    await qemuIo(image, 'write -P 4 0 64k')
    {
      await using device = await open(image)
      await device.resize(16 * GIB)
      await device.write(filled(64 * KIB, 6), 16 * GIB - 64 * KIB)
      expect(await patternAt(device, 0, 64 * KIB)).toBe(4)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, `read -P 6 ${16 * GIB - 64 * KIB} 64k`, 'read -P 4 0 64k')
  })

  it('left the open handle with the old size', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1M')
    await using device = await open(image)
    await device.resize(3 * MIB)
    expect(device.info().virtualSize).toBe(3 * MIB)
    await device.write(filled(512, 1), 3 * MIB - 512)
    expect(await patternAt(device, 3 * MIB - 512, 512)).toBe(1)
  })

  it('ended in an unformatted message when it would have cut data', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '2M')
    await using device = await open(image)
    await expect(device.resize(MIB)).rejects.toMatchObject({
      reason: 'consent-missing',
      message: expect.not.stringMatching(/%|undefined|NaN/) as string,
    })
    expect(device.info().virtualSize).toBe(2 * MIB)
  })
})

describe('the reference checked no bounds', () => {
  it('and allocated clusters past the end of the disk', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '64M')
    const before = await readFile(image)
    {
      await using device = await open(image)
      expect(await reasonOf(device.write(filled(512, 1), 999_999_999 * 512))).toBe('out-of-range')
      expect(await reasonOf(device.write(filled(1024, 1), 64 * MIB - 512))).toBe('out-of-range')
      expect(await reasonOf(device.discard(64 * MIB - 512, 1024))).toBe('out-of-range')
      expect(await reasonOf(device.writeZeroes(64 * MIB, 1))).toBe('out-of-range')
    }
    expect((await readFile(image)).equals(before)).toBe(true)
  })

  it('and discarded in a device that was open for reading only', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1M')
    await qemuIo(image, 'write -P 3 0 1M')
    const before = await readFile(image)
    {
      await using device = await open(image, { readOnly: true, discard: true })
      expect(await reasonOf(device.discard(0, MIB))).toBe('image-read-only')
      expect(await reasonOf(device.write(filled(1, 1), 0))).toBe('image-read-only')
    }
    expect((await readFile(image)).equals(before)).toBe(true)
  })
})

describe('the reference knew one width of refcounts', () => {
  test.each([1, 2, 4, 8, 16, 32, 64])('and wrote garbage for %d bits', async (bits) => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '4M', `cluster_size=512,refcount_bits=${bits}`)
    await qemuIo(image, 'write -P 1 0 1M', 'write -z 256k 128k')
    {
      await using device = await open(image)
      await device.write(filled(MIB, 2), 2 * MIB + 100)
      await device.discard(0, 128 * KIB)
      await device.rebuildRefcounts()
      await device.write(filled(MIB, 3), MIB)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })

  it('and its repair made an image with zero-flag clusters worse', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '4M')
    await qemuIo(image, 'write -P 1 0 2M', 'write -z 0 512k', 'discard 512k 512k')
    {
      await using device = await open(image)
      await device.rebuildRefcounts()
      expect(await patternAt(device, 0, MIB)).toBe(0)
      expect(await patternAt(device, MIB, MIB)).toBe(1)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('a repair of the reference', () => {
  test.each([1, 8, 16, 64])(
    'left more errors than it found (refcounts of %d bits)',
    async (bits) => {
      await using folder = await tempFolder()
      const image = folder.file('a.qcow2')
      await create(image, '4M', `refcount_bits=${bits},lazy_refcounts=on`)
      await qemuIo(image, 'write -P 1 0 2M', 'write -z 0 512k', 'discard 512k 512k')
      // As if nothing had ever been counted: the refcount block is cluster 2.
      await using file = await openFile(image, 'r+')
      await file.write(Buffer.alloc(64 * KIB), 0, 64 * KIB, 2 * 64 * KIB)
      expect(await qemuVerdict(image)).not.toBe('clean')
      const plan = await planRepair(nodeHost, image)
      const { after } = await repairImage(nodeHost, image, plan)
      expect(after).toMatchObject({ corruptions: 0, leaks: 0 })
      expect(await qemuVerdict(image)).toBe('clean')
      await qemuIo(image, 'read -P 0 0 1M', 'read -P 1 1M 1M', 'read -P 0 2M 2M')
    },
  )
})

describe('a discard of the reference', () => {
  it.each([false, true])('always failed where it met something (discard=%s)', async (discard) => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '4M')
    await qemuIo(image, 'write -P 1 0 4M')
    {
      await using device = await open(image, { discard })
      await device.discard(MIB, 2 * MIB)
      expect(await patternAt(device, MIB, 2 * MIB)).toBe(0)
      expect(device.stats()).toMatchObject({ discards: 2 * MIB, unmapped: 2 * MIB })
    }
    expect(await qemuVerdict(image)).toBe('clean')
    const { blocks } = await stat(image)
    expect(blocks * 512 < 3 * MIB).toBe(discard)
  })

  it('left out zeroes at the end of the disk', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, `${4 * MIB + 512}`)
    await qemuIo(image, 'write -P 1 0 4M', `write -P 1 4M 512`)
    {
      await using device = await open(image)
      await device.discard(3 * MIB, MIB + 512)
      expect(device.seekMapped(3 * MIB)).toBe(4 * MIB + 512)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })

  it('left counts of clusters that nobody used (strict refcounts)', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '4M', 'cluster_size=4k')
    {
      await using device = await open(image)
      for (let at = 0; at < 4 * MIB; at += 32 * KIB) {
        await device.write(filled(32 * KIB, 1), at)
        await device.discard(at, 16 * KIB)
      }
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('a configuration of the reference', () => {
  it('could not be parsed back', () => {
    const config = deviceConfig({ id: 'a', keepErased: MIB, compactAfterUnmaps: 2 * MIB })
    expect(parseDeviceConfig(formatDeviceConfig(config))).toEqual(config)
  })

  it('shared its statistics with every other device', async () => {
    await using folder = await tempFolder()
    await create(folder.file('a.qcow2'), '1M')
    await create(folder.file('b.qcow2'), '1M')
    await using a = await open(folder.file('a.qcow2'))
    await using b = await open(folder.file('b.qcow2'))
    await a.write(filled(512, 1), 0)
    expect(a.stats().writes).toBe(512)
    expect(b.stats().writes).toBe(0)
  })
})

describe('a check of the reference', () => {
  it('refused a file whose length is not a multiple of the cluster size', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1G')
    expect((await stat(image)).size % (64 * KIB)).not.toBe(0)
    await using device = await open(image)
    expect(await device.check()).toMatchObject({ verdict: 'clean' })
    await device.write(filled(1, 1), GIB - 1)
    expect(await device.check()).toMatchObject({ verdict: 'clean', leaks: 0 })
  })

  it('changed the length of the file it looked at', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1G')
    const before = await readFile(image)
    {
      await using device = await open(image, { readOnly: true })
      await device.check()
    }
    {
      await using device = await open(image)
      await device.check()
      await device.flush()
    }
    expect((await readFile(image)).equals(before)).toBe(true)
  })

  it('did not look at the refcounts', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1M')
    await qemuIo(image, 'write -P 1 0 512k')
    const bytes = await readFile(image)
    // Cluster 5 is data, the refcount block is cluster 2. The entry's COPIED flag then lies as well.
    bytes.writeUInt16BE(0, 2 * 64 * KIB + 5 * 2)
    await writeFile(image, bytes)
    expect(await reasonOf(open(image))).toBe('image-damaged')
    expect((await readFile(image)).equals(bytes)).toBe(true)
    await using device = await open(image, { readOnly: true, checkOnOpen: false })
    expect(await device.check()).toMatchObject({ verdict: 'corrupt', corruptions: 2 })
  })
})

describe('a header that the reference wrote anew', () => {
  it('lost unknown extensions and their order, compatible bits and the feature names', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1G', 'cluster_size=64k,lazy_refcounts=on')
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

describe('the locks of the reference', () => {
  it("were not seen by QEMU, nor were QEMU's by it", async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '1M')
    {
      await using _vm = await qemuSession(image)
      expect(await reasonOf(open(image))).toBe('file-in-use')
    }
    await using _device = await open(image)
    const { exitCode, stderr } = await runTool('qemu-io', ['-c', 'write 0 512', image])
    expect({ exitCode, locked: stderr.includes('lock') }).toEqual({ exitCode: 1, locked: true })
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
    await create(image, '8M', options)
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
    await create(image, '1M')
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
    await create(image, '1P', 'cluster_size=2M')
    {
      await using device = await open(image)
      await device.write(filled(512, 9), 1024 * TIB - 512)
      expect(await patternAt(device, 1024 * TIB - 512, 512)).toBe(9)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})
