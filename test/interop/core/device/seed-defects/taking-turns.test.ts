/**
 * Where the reference (ocaml-qcow 0.14) waited for ever, and whom its locks did not stop. Each test is
 * named by what was seen there; it shows that it does not happen here, with QEMU as the witness.
 */
import { describe, expect, it } from 'vitest'
import { filled, open, patternAt, qemuVerdict, reasonOf } from '../../../../helpers/devices.ts'
import { createQcow2, qemuIo, runTool } from '../../../../helpers/qemu.ts'
import { qemuSession } from '../../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB

describe('the reference dead-locked', () => {
  it('when writers ran while L2 tables were allocated (encode of more than 512 MiB)', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M', 'cluster_size=1k')
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
    await createQcow2(image, '32M', 'cluster_size=4k,lazy_refcounts=off')
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
    await createQcow2(image, '4M', 'cluster_size=512,refcount_bits=64')
    {
      await using device = await open(image)
      await device.write(filled(3 * MIB, 9), 512)
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('the locks of the reference', () => {
  it("were not seen by QEMU, nor were QEMU's by it", async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '1M')
    {
      await using _vm = await qemuSession(image)
      expect(await reasonOf(open(image))).toBe('file-in-use')
    }
    await using _device = await open(image)
    const { exitCode, stderr } = await runTool('qemu-io', ['-c', 'write 0 512', image])
    expect({ exitCode, locked: stderr.includes('lock') }).toEqual({ exitCode: 1, locked: true })
  })
})
