/**
 * What the reference (ocaml-qcow 0.14) got wrong at and past the end of the disk. Each test is
 * named by what was seen there; it shows that it does not happen here, with QEMU as the witness.
 */
import { readFile, stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { filled, open, patternAt, qemuVerdict, reasonOf } from '../../../../helpers/devices.ts'
import { createQcow2, qemuImgJson, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

describe('a resize of the reference', () => {
  it('wiped the name of the backing file', async () => {
    await using folder = await tempFolder()
    await createQcow2(folder.file('base.qcow2'), '1M')
    const image = folder.file('top.qcow2')
    await createQcow2(image, '1M', 'cluster_size=64k', '-b', 'base.qcow2', '-F', 'qcow2')
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
    await createQcow2(image, '2M')
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
    await createQcow2(image, '1G', 'cluster_size=512')
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
    await createQcow2(image, '1M')
    await using device = await open(image)
    await device.resize(3 * MIB)
    expect(device.info().virtualSize).toBe(3 * MIB)
    await device.write(filled(512, 1), 3 * MIB - 512)
    expect(await patternAt(device, 3 * MIB - 512, 512)).toBe(1)
  })

  it('ended in an unformatted message when it would have cut data', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '2M')
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
    await createQcow2(image, '64M')
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
    await createQcow2(image, '1M')
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
