import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import { qemuInfoJson } from '../../../../core/qemu-json/info-json.ts'
import { matrixImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuImg, qemuImgJson, qemuIo } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()

describe('info has every field that qemu-img prints', () => {
  test.each(someOf(matrixImages, { oneIn: 8, from: 1 }))('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const info = qemuInfoJson(await engine.readInfo(path))
    expect(info).toEqual(await qemuImgJson('info', path))
  })

  test('a raw file of an odd length', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await writeFile(path, Buffer.alloc(100_001, 1))
    const info = qemuInfoJson(await engine.readInfo(path))
    expect(info).toEqual(await qemuImgJson('info', '-f', 'raw', path))
  })

  test.each(['vdi', 'qed', 'vmdk', 'qcow'])('a foreign image: %s', async (format) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.img')
    await qemuImg('create', '-q', '-f', format, path, '10M')
    const theirs = await qemuImgJson<Record<string, unknown>>('info', path)
    const ours = qemuInfoJson(await engine.readInfo(path))
    for (const field of ['format', 'virtual-size', 'actual-size', 'filename']) {
      expect([field, ours[field]]).toEqual([field, theirs[field]])
    }
  })
})

test('a header that does not tell the size of its disk is named and not described', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.vhdx')
  await qemuImg('create', '-q', '-f', 'vhdx', path, '10M')
  await expect(engine.readInfo(path)).rejects.toMatchObject({
    reason: 'format-not-supported',
    context: { format: 'VHDX', path },
  })
})

test('clusters are counted when asked for', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
  await qemuIo(path, 'write 0 64k', 'write 128k 64k', 'write -z 512k 128k')
  expect((await engine.readInfo(path)).clusters).toBeUndefined()
  expect((await engine.readInfo(path, { clusters: true })).clusters).toEqual({
    total: 16,
    normal: 2,
    zeroPlain: 2,
    zeroAllocated: 0,
    compressed: 0,
    unallocated: 12,
    fragmented: 0,
  })
})

test('a running writer is named, and not disturbed', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
  await using writer = await qemuSession(path)
  const { use } = await engine.readInfo(path)
  expect(use).toMatchObject({ state: 'writing', holders: [{ pid: writer.pid, name: 'qemu-io' }] })
  expect(await engine.readUse(path)).toEqual(use)
  expect(await writer.run('write -P 1 0 64k')).toContain('wrote 65536/65536')
})
