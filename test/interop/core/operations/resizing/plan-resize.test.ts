import { truncate, writeFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { ImageError, type ResizePlan } from '../../../../../core/index.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuImgJson, qemuIo } from '../../../../helpers/qemu.ts'
import { qemuSession } from '../../../../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../../../../helpers/temp-folder.ts'
import { clean, engine, mebibyte, opinionOf } from './resized-images.ts'

describe('a plan', () => {
  async function planned(folder: TempFolder, size: number): Promise<[string, ResizePlan]> {
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '8M')
    await qemuIo(path, 'write -P 1 0 1M', 'write -P 2 6M 100k', 'write -z 7M 64k')
    return [path, await engine.planResize(path, { size })]
  }

  it('counts what shrinking would lose', async () => {
    await using folder = await tempFolder()
    const [, plan] = await planned(folder, 2 * mebibyte)
    expect(plan).toMatchObject({
      format: 'qcow2',
      kind: 'shrink',
      allowed: true,
      consentNeeded: ['lose-data-past-end'],
      before: { virtualSize: 8 * mebibyte },
      after: { virtualSize: 2 * mebibyte },
      cut: {
        clusters: 2,
        storedBytes: 128 * 1024,
        content: { dataBytes: 102_400, end: 6 * mebibyte + 102_400, complete: true },
      },
      layout: {
        table: undefined,
        storedEnd: 6 * mebibyte + 128 * 1024,
        contentEnd: 6 * mebibyte + 102_400,
        safeSize: 6 * mebibyte + 102_400,
      },
    })
    const mild = await engine.planResize(folder.file('disk.qcow2'), { size: 7 * mebibyte })
    expect(mild.cut).toMatchObject({ clusters: 0, storedBytes: 0, content: { dataBytes: 0 } })
    expect(mild.layout.contentEnd).toBe(6 * mebibyte + 102_400)
  })

  it('does not read more than it may', async () => {
    await using folder = await tempFolder()
    const [path] = await planned(folder, 2 * mebibyte)
    const plan = await engine.planResize(path, { size: 512 * 1024, scanLimit: 65_536 })
    expect(plan.cut?.content).toMatchObject({ complete: false, bytesRead: 65_536 })
    expect(plan.layout.contentEnd).toBeUndefined()
    const blind = await engine.planResize(path, { size: 512 * 1024, scanLimit: 0 })
    expect(blind.cut).toMatchObject({ clusters: 10, content: { complete: false, bytesRead: 0 } })
  })

  it('finds the end of content on a disk of a petabyte at once', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '1P')
    await qemuIo(path, `write -P 1 ${300 * 2 ** 40} 4k`, `write -P 0 ${400 * 2 ** 40} 64k`)
    const plan = await engine.planResize(path, { size: 2 ** 49 })
    expect(plan.layout).toMatchObject({
      storedEnd: 400 * 2 ** 40 + 65_536,
      contentEnd: 300 * 2 ** 40 + 4096,
    })
  })

  it('needs the consent it names', async () => {
    await using folder = await tempFolder()
    const [path, plan] = await planned(folder, mebibyte)
    await expect(engine.resizeImage(path, plan)).rejects.toMatchObject({
      reason: 'consent-missing',
    })
    expect(await qemuImgJson('info', path)).toMatchObject({ 'virtual-size': 8 * mebibyte })
  })

  it('is good for the image it was made of, as it was then', async () => {
    await using folder = await tempFolder()
    const [path, plan] = await planned(folder, mebibyte)
    await qemuIo(path, 'write -P 9 7M 4k')
    const consent = ['lose-data-past-end'] as const
    await expect(engine.resizeImage(path, plan, { consent })).rejects.toMatchObject({
      reason: 'plan-outdated',
    })
    await qemuIo(path, 'read -P 9 7M 4k')
  })

  it('is good for the data file it was made of, too', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    const options = `data_file=${folder.file('disk.data')}`
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, path, '1M')
    await qemuIo(path, 'write -P 1 0 1M')
    const plan = await engine.planResize(path, { size: mebibyte / 2 })
    // The guest writes in place: nothing of the image itself changes.
    await qemuIo(path, 'write -P 2 900k 4k')
    const consent = ['lose-data-past-end'] as const
    await expect(engine.resizeImage(path, plan, { consent })).rejects.toMatchObject({
      reason: 'plan-outdated',
      context: { path: folder.file('disk.data') },
    })
  })

  it('is not made without the data file', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ dataFile: 'gone.data' }).data(0)
    const path = await image.writeTo(folder.file('disk.qcow2'))
    const { refusals } = await engine.planResize(path, { size: 2 ** 20 })
    expect(refusals).toMatchObject([{ reason: 'link-missing', context: { link: 'gone.data' } }])
  })

  it('says who has the image, and nothing is changed under them', async () => {
    await using folder = await tempFolder()
    const [path, plan] = await planned(folder, 16 * mebibyte)
    await using session = await qemuSession(path)
    const meanwhile = await engine.planResize(path, { size: 16 * mebibyte })
    expect(meanwhile.refusals).toMatchObject([{ reason: 'file-in-use' }])
    expect(meanwhile.refusals[0]?.context.holder).toContain(`PID ${session.pid}`)
    await expect(engine.resizeImage(path, plan)).rejects.toMatchObject({ reason: 'file-in-use' })
  })

  it('refuses an image whose tables contradict each other', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder().data(0).data(1)
    image.setRefcount(image.hostClusterOf(1), 0n)
    const path = await image.writeTo(folder.file('disk.qcow2'))
    // The check reports what a look at the disk would stumble over.
    image.l2Entry(1, (entry) => entry + 512n)
    const { refusals, cut, layout } = await engine.planResize(await image.writeTo(path), {
      size: 4096,
    })
    expect(refusals).toMatchObject([{ reason: 'contradictions-found' }])
    expect(cut).toBeUndefined()
    expect(layout).toMatchObject({
      storedEnd: undefined,
      contentEnd: undefined,
      safeSize: undefined,
    })
  })

  it('says of content that cannot be unpacked that it is not known', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder().data(0).compressed(9, 0x55, new Uint8Array(100).fill(0xff))
    const path = await image.writeTo(folder.file('disk.qcow2'))
    const { allowed, cut, layout } = await engine.planResize(path, { size: 4096 })
    expect(allowed).toBe(true)
    expect(cut).toEqual({ storedBytes: 4096, clusters: 1, content: undefined })
    expect(layout).toMatchObject({
      storedEnd: 10 * 4096,
      contentEnd: undefined,
      safeSize: undefined,
    })
  })

  it('refuses an image whose backing file is missing', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ backing: { name: 'gone.raw', format: 'raw' } }).data(0)
    const path = await image.writeTo(folder.file('disk.qcow2'))
    const { refusals, cut } = await engine.planResize(path, { size: 4096 })
    expect(refusals).toMatchObject([{ reason: 'link-missing' }])
    expect(cut?.content).toBeUndefined()
  })

  test.each([0, -512, 1000, 0.5, Number.NaN, 2 ** 53])('is not made for %d bytes', async (size) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await writeFile(path, Buffer.alloc(4096))
    const attempt = engine.planResize(path, { size, format: 'raw' })
    await expect(attempt).rejects.toMatchObject({ reason: 'invalid-argument' })
    await expect(attempt).rejects.toBeInstanceOf(ImageError)
  })

  it('names the partitions that would end past the disk', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    const raw = folder.file('disk.raw')
    const sector = Buffer.alloc(512)
    for (const [index, [start, sectors]] of [
      [2048, 2048],
      [4096, 8192],
    ].entries()) {
      sector[446 + 16 * index + 4] = 0x83
      sector.writeUInt32LE(start ?? 0, 446 + 16 * index + 8)
      sector.writeUInt32LE(sectors ?? 0, 446 + 16 * index + 12)
    }
    sector.writeUInt16BE(0x55aa, 510)
    await writeFile(raw, sector)
    await truncate(raw, 64 * mebibyte)
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', raw, path)
    const plan = await engine.planResize(path, { size: 4 * mebibyte })
    expect(plan.partitionsCut).toEqual([2])
    expect(plan.layout.partitions[1]).toMatchObject({
      number: 2,
      start: 2 * mebibyte,
      end: 6 * mebibyte,
    })
    expect(plan.layout.safeSize).toBe(6 * mebibyte)
  })

  it('opens a dirty image, and its refcounts are right afterwards', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=on', path, '8M')
    await expect(qemuIo(path, 'write -P 1 0 4M', 'abort')).rejects.toThrow('qemu-io')
    const plan = await engine.planResize(path, { size: 16 * mebibyte })
    expect(plan.allowed).toBe(true)
    await engine.resizeImage(path, plan)
    expect(await opinionOf(path)).toEqual(clean)
    await qemuIo(path, 'read -P 1 0 4M', 'read -P 0 4M 12M')
  })
})
