import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { createDevice } from '../../../../core/device/open-device.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { filled, open, patternAt, qemuVerdict, reasonOf } from '../../../helpers/devices.ts'
import { qemuImg, qemuIo, qemuIoWith, runTool } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB

const create = (path: string, ...more: string[]) =>
  qemuImg('create', '-q', '-f', 'qcow2', ...more, path, '4M')

describe('a device that is open', () => {
  it('for writing keeps QEMU out, and lets it in once it is closed', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image)
    {
      await using device = await open(image)
      await device.write(filled(512, 1), 0)
      expect((await runTool('qemu-io', ['-r', '-c', 'read 0 512', image])).exitCode).not.toBe(0)
    }
    await qemuIo(image, 'read -P 1 0 512')
  })

  it('for reading lets others read, and nobody write', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image)
    await qemuIo(image, 'write -P 7 0 64k')
    await using device = await open(image, { readOnly: true })
    await using other = await open(image, { readOnly: true })
    expect(await patternAt(device, 0, 64 * KIB)).toBe(7)
    expect(await patternAt(other, 0, 64 * KIB)).toBe(7)
    expect(await qemuImg('info', image)).toContain('qcow2')
    expect(await reasonOf(open(image))).toBe('file-in-use')
    expect((await runTool('qemu-io', ['-c', 'write 0 512', image])).exitCode).not.toBe(0)
  })

  it('holds the images below it as well', async () => {
    await using folder = await tempFolder()
    const base = folder.file('base.qcow2')
    const top = folder.file('top.qcow2')
    await create(base)
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', top)
    await using _device = await open(top)
    expect(await reasonOf(open(base))).toBe('file-in-use')
    await using reading = await open(base, { readOnly: true })
    expect(reading.info().readOnly).toBe(true)
  })

  it('is not to be had while QEMU writes to its image', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image)
    await using _vm = await qemuSession(image)
    expect(await reasonOf(open(image))).toBe('file-in-use')
    expect(await reasonOf(open(image, { readOnly: true }))).toBe('file-in-use')
  })
})

describe('opening a device', () => {
  it('leaves nothing held when it fails', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 64 * KIB }).data(0, 1)
    await builder.setRefcount(builder.hostClusterOf(0), 0n).writeTo(image)
    const error = await open(image).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ImageError)
    expect(error).toMatchObject({ reason: 'image-damaged', kind: 'corrupt' })
    const { detail, safety } = (error as ImageError).explanation
    expect(`${detail} ${safety}`).not.toMatch(/undefined|NaN/)
    await using _device = await open(image, { checkOnOpen: false })
  })

  it('for reading refuses what lost content', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 64 * KIB }).data(0, 1)
    await builder.l2Entry(0, (entry) => entry + 7n).writeTo(image)
    expect(await reasonOf(open(image, { readOnly: true }))).toBe('image-damaged')
    expect(await reasonOf(open(image))).toBe('image-damaged')
  })

  it('accepts leaks, which cost space only', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await new Qcow2Builder({ clusterBits: 9, virtualSize: 64 * KIB }).leak(3).writeTo(image)
    await using device = await open(image)
    expect(await device.check()).toMatchObject({ verdict: 'leaks', leaks: 3, corruptions: 0 })
  })

  it('counts the references of an image anew that QEMU left dirty', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await create(image, '-o', 'lazy_refcounts=on')
    // Abort leaves the refcounts unsaved, as a power cut does.
    const writes = ['-c', 'write -P 5 0 1M', '-c', 'flush', '-c', 'abort']
    await runTool('qemu-io', [...writes, image])
    expect((await runTool('qemu-img', ['check', image])).exitCode).not.toBe(0)
    const dirty = await readFile(image)
    {
      // Who only reads needs no refcounts.
      await using device = await open(image, { readOnly: true })
      expect(await patternAt(device, 0, MIB)).toBe(5)
    }
    expect((await readFile(image)).equals(dirty)).toBe(true)
    {
      await using device = await open(image)
      expect(await device.check()).toMatchObject({ verdict: 'clean' })
      expect(await patternAt(device, 0, MIB)).toBe(5)
      await device.write(filled(MIB, 6), MIB)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 5 0 1M', 'read -P 6 1M 1M')
  })

  it('refuses a configuration that is none before it touches the image', async () => {
    await using folder = await tempFolder()
    expect(await reasonOf(open(folder.file('missing'), { keepErased: 1 }))).toBe('invalid-argument')
    expect(await reasonOf(open(folder.file('missing')))).toBe('file-missing')
  })

  it('never follows a backing file out of the folder of its image unless it may', async () => {
    await using folder = await tempFolder()
    await mkdir(folder.file('below'))
    const base = folder.file('base.qcow2')
    const top = folder.file('below', 'top.qcow2')
    await create(base)
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', top)
    expect(await reasonOf(open(top))).toBe('link-refused')
  })
})

describe('making a device', () => {
  it('never overwrites a file', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await writeFile(image, 'something of mine')
    const made = createDevice(nodeHost, image, { format: 'qcow2', size: MIB })
    expect(await reasonOf(made)).toBe('file-exists')
    expect(await readFile(image, 'utf8')).toBe('something of mine')
  })

  it('makes none when its configuration is wrong', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    const options = { config: { id: 'a;b' } }
    const made = createDevice(nodeHost, image, { format: 'qcow2', size: MIB }, options)
    expect(await reasonOf(made)).toBe('invalid-argument')
    await expect(stat(image)).rejects.toThrow('ENOENT')
  })

  test.each(['raw', 'qcow2'] as const)('of format %s, which QEMU reads', async (format) => {
    await using folder = await tempFolder()
    const image = folder.file('a.img')
    {
      const options = { config: { discard: true } }
      await using device = await createDevice(nodeHost, image, { format, size: 4 * MIB }, options)
      await device.write(filled(2 * MIB, 3), 512)
      await device.writeZeroes(MIB, 4096)
      await device.discard(64 * KIB, 512 * KIB)
    }
    const reads = [
      'read -P 0 0 512',
      `read -P 3 512 ${64 * KIB - 512}`,
      'read -P 0 64k 512k',
      'read -P 3 576k 448k',
      'read -P 0 1M 4k',
      `read -P 3 ${MIB + 4096} ${MIB - 4096 + 512}`,
      `read -P 0 ${2 * MIB + 512} 1M`,
    ]
    await qemuIoWith({ format }, image, ...reads)
    expect((await stat(image)).blocks * 512).toBeLessThan(2 * MIB)
  })
})

describe('a raw device', () => {
  it('sees what QEMU wrote, and QEMU sees what it wrote, at an odd length', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.raw')
    await writeFile(image, filled(1_000_001, 9))
    {
      await using device = await open(image, { discard: true }, 'raw')
      expect(device.info().virtualSize).toBe(1_000_448)
      await device.write(filled(447, 8), 1_000_001)
      await device.discard(100, 500_000)
      await device.flush()
      expect(await patternAt(device, 100, 500_000)).toBe(0)
      expect(device.seekMapped(8192)).toBeGreaterThan(400_000)
    }
    const reads = ['read -P 9 0 100', 'read -P 0 100 500000', 'read -P 9 500100 499901']
    await qemuIoWith({ format: 'raw' }, image, ...reads, 'read -P 8 1000001 447', 'write -P 4 0 1k')
    await using device = await open(image, {}, 'raw')
    expect(await patternAt(device, 0, 1024)).toBe(4)
  })
})
