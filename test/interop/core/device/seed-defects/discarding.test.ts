/**
 * What the reference (ocaml-qcow 0.14) got wrong about discards, and about what it was told to do with them. Each test is
 * named by what was seen there; it shows that it does not happen here, with QEMU as the witness.
 */
import { stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  formatDeviceConfig,
  parseDeviceConfig,
} from '../../../../../core/device/device-config-text.ts'
import { deviceConfig } from '../../../../../core/device/device-config.ts'
import { filled, open, patternAt, qemuVerdict } from '../../../../helpers/devices.ts'
import { createQcow2, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB

describe('a discard of the reference', () => {
  it.each([false, true])('always failed where it met something (discard=%s)', async (discard) => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '4M')
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
    await createQcow2(image, `${4 * MIB + 512}`)
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
    await createQcow2(image, '4M', 'cluster_size=4k')
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
    await createQcow2(folder.file('a.qcow2'), '1M')
    await createQcow2(folder.file('b.qcow2'), '1M')
    await using a = await open(folder.file('a.qcow2'))
    await using b = await open(folder.file('b.qcow2'))
    await a.write(filled(512, 1), 0)
    expect(a.stats().writes).toBe(512)
    expect(b.stats().writes).toBe(0)
  })
})
