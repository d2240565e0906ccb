import { copyFile, mkdir, open, readFile, rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { openForWriting, type OpenForWritingOptions } from '../../../../core/qcow2/open-writer.ts'
import type { Qcow2Writer } from '../../../../core/qcow2/qcow2-writer.ts'
import { filled, qemuVerdict, reasonOf } from '../../../helpers/devices.ts'
import { headerField, Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuIo, runTool } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const K = 1024

async function openQcow2(image: string, options?: OpenForWritingOptions): Promise<Qcow2Writer> {
  const opened = await openForWriting(nodeHost, image, options)
  if (opened.kind !== 'qcow2') throw new Error(`${image} is raw`)
  return opened.image
}

/** Nobody holds the file any more: QEMU may write to it. */
const expectFree = (image: string) => qemuIo(image, 'write -P 1 0 512')

async function putByte(image: string, at: number, byte: number): Promise<void> {
  await using file = await open(image, 'r+')
  await file.write(Uint8Array.of(byte), 0, 1, at)
}

describe('opening an image for writing', () => {
  it('counts the refcounts anew that a writer left dirty, before anything is written', async () => {
    await using folder = await tempFolder('open-writer')
    const image = folder.file('lazy.qcow2')
    const options = 'lazy_refcounts=on'
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, image, '8M')
    // QEMU is gone before it could write a refcount.
    const killed = await runTool('qemu-io', ['-c', 'write -P 5 1M 256k', '-c', 'abort', image])
    expect(killed.exitCode).not.toBe(0)
    const dirtyByte = headerField.incompatibleFeatures.at + 7
    expect((await readFile(image))[dirtyByte]).toBe(1)

    await using writer = await openQcow2(image)
    expect((await readFile(image))[dirtyByte]).toBe(0)
    await writer.write(filled(300 * K, 7), 4 * K * K)
    await writer.close()
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 5 1M 256k', 'read -P 7 4M 300k')
  })

  it('refuses one that is marked as corrupt, and leaves it alone', async () => {
    await using folder = await tempFolder('open-writer')
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '8M')
    await putByte(image, headerField.incompatibleFeatures.at + 7, 2)
    const before = await readFile(image)
    expect(await reasonOf(openQcow2(image))).toBe('image-corrupt')
    expect((await readFile(image)).equals(before)).toBe(true)
  })

  it('needs the whole chain, and says what is missing', async () => {
    await using folder = await tempFolder('open-writer')
    const [base, middle, top] = ['base.raw', 'middle.qcow2', 'top.qcow2'].map((name) =>
      folder.file(name),
    ) as [string, string, string]
    await qemuImg('create', '-q', '-f', 'raw', base, '1M')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.raw', '-F', 'raw', middle)
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'middle.qcow2', '-F', 'qcow2', top)
    expect(await reasonOf(openQcow2(top, { links: 'deny' }))).toBe('link-refused')
    await expectFree(top)
    await rm(base)
    expect(await reasonOf(openQcow2(top))).toBe('link-missing')
  })

  it('says so when an image is its own backing file or data file', async () => {
    await using folder = await tempFolder('open-writer')
    const [top, base, self] = ['top.qcow2', 'base.qcow2', 'self.qcow2'].map((name) =>
      folder.file(name),
    ) as [string, string, string]
    await qemuImg('create', '-q', '-f', 'qcow2', base, '1M')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', top)
    // Without a look at it (-u), QEMU lets the base stand on its own overlay.
    await qemuImg('rebase', '-u', '-f', 'qcow2', '-b', 'top.qcow2', '-F', 'qcow2', base)
    expect(await reasonOf(openQcow2(top))).toBe('chain-loop')
    const builder = new Qcow2Builder({ dataFile: 'self.qcow2' })
    await builder.writeTo(self)
    expect(await reasonOf(openQcow2(self))).toBe('chain-loop')
    for (const path of [top, base, self]) await (await nodeHost.openForWriting(path)).close()
  })

  it('leaves a dirty image dirty when a link stays closed', async () => {
    await using folder = await tempFolder('open-writer')
    const image = folder.file('disk.qcow2')
    await new Qcow2Builder({ dirty: true, backing: { name: 'gone.raw', format: 'raw' } }).writeTo(
      image,
    )
    const before = await readFile(image)
    expect(await reasonOf(openQcow2(image))).toBe('link-missing')
    expect((await readFile(image)).equals(before)).toBe(true)
  })

  it('holds the backing files as a reader, and lets go of them', async () => {
    await using folder = await tempFolder('open-writer')
    const [base, top, other] = ['base.qcow2', 'top.qcow2', 'other.qcow2'].map((name) =>
      folder.file(name),
    ) as [string, string, string]
    await qemuImg('create', '-q', '-f', 'qcow2', base, '1M')
    for (const overlay of [top, other]) {
      await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', overlay)
    }
    await using writer = await openQcow2(top)
    expect(await reasonOf(openQcow2(base))).toBe('file-in-use')
    expect(await reasonOf(openQcow2(top))).toBe('file-in-use')
    await using second = await openQcow2(other)
    await second.write(filled(K, 1), 0)
    await second.close()
    await writer.close()
    await expectFree(base)
  })

  it('opens a data file through the gate only, and for writing', async () => {
    await using folder = await tempFolder('open-writer')
    await mkdir(folder.file('inside'))
    const image = folder.file('inside', 'disk.qcow2')
    const data = folder.file('outside.data')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', `data_file=${data}`, image, '1M')
    expect(await reasonOf(openQcow2(image))).toBe('link-refused')
    await using writer = await openQcow2(image, { links: 'allow' })
    expect(await reasonOf(nodeHost.openForWriting(data))).toBe('file-in-use')
    await writer.write(filled(K, 1), 3 * K)
    await writer.close()
    await using file = await nodeHost.openForWriting(data)
    const byte = new Uint8Array(1)
    file.readNow(byte, 3 * K, 'data')
    expect(byte[0]).toBe(1)
  })

  it('gives the file of a raw image, by its name or when told to', async () => {
    await using folder = await tempFolder('open-writer')
    const raw = folder.file('disk.raw')
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'raw', raw, '1M')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '1M')
    for (const [path, options] of [
      [raw, {}],
      [image, { format: 'raw' }],
    ] as const) {
      const opened = await openForWriting(nodeHost, path, options)
      expect(opened.kind).toBe('raw')
      if (opened.kind === 'raw') await opened.file.close()
    }
  })

  it('keeps names and extensions through all it writes', async () => {
    await using folder = await tempFolder('open-writer')
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'raw', folder.file('base.raw'), '1M')
    const backing = ['-b', 'base.raw', '-F', 'raw']
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=512', ...backing, image, '4M')
    // A bit that vouches for something nobody keeps up: cleared, and nothing else.
    await putByte(image, headerField.autoclearFeatures.at, 0x80)
    const copy = folder.file('before.qcow2')
    await copyFile(image, copy)
    await using writer = await openQcow2(image)
    await writer.write(filled(2 * K * K, 7), K * K)
    await writer.close()
    const [before, after] = await Promise.all([readFile(copy), readFile(image)])
    const { refcountTableOffset, refcountTableClusters, autoclearFeatures } = headerField
    for (const { at, bytes } of [refcountTableOffset, refcountTableClusters, autoclearFeatures]) {
      before.fill(0, at, at + bytes)
      after.fill(0, at, at + bytes)
    }
    expect(after.subarray(0, 512).equals(before.subarray(0, 512))).toBe(true)
    expect((await readFile(image))[headerField.autoclearFeatures.at]).toBe(0)
    expect(await qemuVerdict(image)).toBe('clean')
  })
})
