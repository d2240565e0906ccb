/**
 * What the reference (ocaml-qcow 0.14) got wrong about refcounts. Each test is
 * named by what was seen there; it shows that it does not happen here, with QEMU as the witness.
 */
import { open as openFile, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { planRepair } from '../../../../../core/operations/plan-repair.ts'
import { repairImage } from '../../../../../core/operations/repair.ts'
import { filled, open, patternAt, qemuVerdict, reasonOf } from '../../../../helpers/devices.ts'
import { createQcow2, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

describe('the reference knew one width of refcounts', () => {
  test.each([1, 2, 4, 8, 16, 32, 64])('and wrote garbage for %d bits', async (bits) => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '4M', `cluster_size=512,refcount_bits=${bits}`)
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
    await createQcow2(image, '4M')
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
      await createQcow2(image, '4M', `refcount_bits=${bits},lazy_refcounts=on`)
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

describe('a check of the reference', () => {
  it('refused a file whose length is not a multiple of the cluster size', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1G')
    expect((await stat(image)).size % (64 * KIB)).not.toBe(0)
    await using device = await open(image)
    expect(await device.check()).toMatchObject({ verdict: 'clean' })
    await device.write(filled(1, 1), GIB - 1)
    expect(await device.check()).toMatchObject({ verdict: 'clean', leaks: 0 })
  })

  it('changed the length of the file it looked at', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1G')
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
    await createQcow2(image, '1M')
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
