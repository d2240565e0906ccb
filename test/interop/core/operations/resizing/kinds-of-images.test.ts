import { readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuImgJson, qemuIo, qemuIoWith } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'
import {
  clean,
  contentOf,
  difference,
  engine,
  gibibyte,
  links,
  mebibyte,
  opinionOf,
  resized,
  withSize,
} from './resized-images.ts'

describe('external data files', () => {
  test.each(['', ',data_file_raw=on'])('follow the size of the disk%s', async (raw) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    const data = folder.file('disk.data')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', `data_file=${data}${raw}`, path, '4M')
    await qemuIo(path, 'write -P 7 0 4M')
    await resized(path, 100_352)
    expect(await opinionOf(path)).toEqual(clean)
    expect((await stat(data)).size).toBe(100_352)
    for (const preallocation of ['off', 'metadata', 'falloc', 'full'] as const) {
      const { virtualSize } = await engine.readInfo(path, { links })
      await resized(path, { size: virtualSize + mebibyte, preallocation })
      expect((await stat(data)).size).toBe(virtualSize + mebibyte)
      expect(await opinionOf(path)).toEqual(clean)
    }
    const content = withSize(Buffer.alloc(100_352, 7), 100_352 + 4 * mebibyte)
    expect(difference(await contentOf(path, folder), content)).toBeUndefined()
    // A data file that is not raw may hold anything where the disk reads as zeroes; ours holds zeroes.
    expect(difference(await readFile(data), content)).toBeUndefined()
  })
})

describe('snapshots', () => {
  it('keep their content and their size, and QEMU goes back to them', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '8M')
    await qemuIo(path, 'write -P 1 0 8M')
    await qemuImg('snapshot', '-c', 'full', path)
    await qemuIo(path, 'write -P 2 4M 2M', 'discard 6M 1M')
    const kept = await contentOf(path, folder, '-l', 'snapshot.name=full')
    const plan = await engine.planResize(path, { size: 3 * mebibyte + 512 })
    expect(plan.snapshots).toEqual([{ id: '1', name: 'full', diskSize: 8 * mebibyte }])
    await engine.resizeImage(path, plan, { consent: ['lose-data-past-end'] })
    expect(await opinionOf(path)).toEqual(clean)
    // QEMU shows as much of a snapshot as the disk has bytes now; going back to it shows all.
    const shown = await contentOf(path, folder, '-l', 'snapshot.name=full')
    expect(difference(shown, withSize(kept, 3 * mebibyte + 512))).toBeUndefined()
    await resized(path, 20 * mebibyte)
    expect(await opinionOf(path)).toEqual(clean)
    await qemuIo(path, 'read -P 1 0 3146240', 'read -P 0 3146240 4M')
    await qemuImg('snapshot', '-a', 'full', path)
    expect(await opinionOf(path)).toEqual(clean)
    expect(difference(await contentOf(path, folder), kept)).toBeUndefined()
    await qemuImg('snapshot', '-d', 'full', path)
    expect(await opinionOf(path)).toEqual(clean)
  })

  it('of version 2 stand in the way, for QEMU too', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'compat=0.10', path, '8M')
    await qemuImg('snapshot', '-c', 'first', path)
    for (const size of [mebibyte, 16 * mebibyte]) {
      const { allowed, refusals } = await engine.planResize(path, { size })
      expect(allowed).toBe(false)
      expect(refusals).toMatchObject([{ reason: 'snapshots-lack-size', context: { id: '1' } }])
    }
  })
})

describe('what a header and its neighbours say', () => {
  it('survives: unknown extensions, the backing name, every byte outside the fields', async () => {
    await using folder = await tempFolder()
    await qemuImg('create', '-q', '-f', 'raw', folder.file('base.raw'), '1M')
    const image = new Qcow2Builder({
      backing: { name: 'base.raw', format: 'raw' },
      extensions: [{ type: 0x0bad_cafe, data: Buffer.from('somebody else is here') }],
    })
    image.data(0).data(9)
    const path = await image.writeTo(folder.file('disk.qcow2'))
    const before = image.bytes.subarray(0, 4096)
    await resized(path, 30_208)
    await resized(path, 2 ** 40)
    expect(await opinionOf(path)).toEqual(clean)
    const after = (await readFile(path)).subarray(0, 4096)
    const isField = (at: number) => (at >= 24 && at < 32) || (at >= 36 && at < 60)
    const changed = [...after.keys()].filter((at) => after[at] !== before[at])
    expect(changed.filter((at) => !isField(at))).toEqual([])
    expect(changed.length).toBeGreaterThan(0)
    expect(await qemuImgJson('info', path)).toMatchObject({
      'backing-filename': 'base.raw',
      'virtual-size': 2 ** 40,
    })
  })

  it('marks bitmaps, which keep their space and are believed by nobody', async () => {
    for (const size of [mebibyte, 10 * gibibyte]) {
      await using folder = await tempFolder()
      const path = folder.file('disk.qcow2')
      await qemuImg('create', '-q', '-f', 'qcow2', path, '64M')
      await qemuImg('bitmap', '--add', path, 'daily')
      await qemuImg('bitmap', '--add', '--disable', path, 'old')
      const plan = await engine.planResize(path, { size })
      expect(plan.bitmapsLost).toEqual(['daily', 'old'])
      await engine.resizeImage(path, plan, { consent: ['lose-data-past-end'] })
      expect(await opinionOf(path)).toEqual(clean)
      const info = await qemuImg('info', path)
      expect(info.match(/in-use/g)).toHaveLength(2)
      const again = await engine.planResize(path, { size: 2 * mebibyte })
      expect(again.bitmapsLost).toEqual([])
    }
  })
})

describe('encrypted images', () => {
  const secret = ['--object', 'secret,id=key,data=passphrase']
  const make = (path: string, size: string) =>
    qemuImg(
      'create',
      '-q',
      ...secret,
      '-f',
      'qcow2',
      '-o',
      'encrypt.format=aes,encrypt.key-secret=key',
      path,
      size,
    )
  const opened = (path: string) => `driver=qcow2,encrypt.key-secret=key,file.filename=${path}`
  const io = (path: string, ...commands: string[]) =>
    qemuIoWith({ args: [...secret, '--image-opts'] }, opened(path), ...commands)
  const opinionWithKey = (path: string) => qemuImg('check', ...secret, '--image-opts', opened(path))

  test.each(['off', 'metadata', 'full'] as const)(
    'grow, and the new part reads as zeroes: %s',
    async (preallocation) => {
      await using folder = await tempFolder()
      const path = folder.file('disk.qcow2')
      await make(path, '1M')
      await io(path, 'write -P 7 0 1M')
      await resized(path, { size: 3 * mebibyte, preallocation })
      expect(await opinionWithKey(path)).toContain('No errors were found')
      await io(path, 'read -P 7 0 1M', 'read -P 0 1M 2M', 'write -P 8 2M 4k', 'read -P 8 2M 4k')
      await io(path, 'read -P 0 2101248 900k')
      await resized(path, 512 * 1024)
      expect(await opinionWithKey(path)).toContain('No errors were found')
      await io(path, 'read -P 7 0 512k')
    },
  )

  it('are not cut or grown inside an encrypted cluster', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await make(path, '1000448')
    await io(path, 'write -P 7 0 1000448')
    for (const size of [512, 99_840, 2 * mebibyte]) {
      const { refusals, cut } = await engine.planResize(path, { size })
      expect(refusals).toMatchObject([{ reason: 'encrypted-cluster-cut' }])
      expect(cut?.content).toBeUndefined()
    }
    await resized(path, 655_360)
    expect(await opinionWithKey(path)).toContain('No errors were found')
  })
})

describe('raw images', () => {
  it('are cut and grow', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await writeFile(path, Buffer.alloc(100_001, 7))
    const plan = await engine.planResize(path, { size: 50_176, format: 'raw' })
    expect(plan).toMatchObject({
      kind: 'shrink',
      before: { virtualSize: 100_352, fileLength: 100_001 },
      cut: { clusters: 0, content: { dataBytes: 50_176, end: 100_001, complete: true } },
    })
    await engine.resizeImage(path, plan, { consent: ['lose-data-past-end'] })
    expect(difference(await readFile(path), Buffer.alloc(50_176, 7))).toBeUndefined()
    for (const preallocation of ['off', 'falloc', 'full'] as const) {
      const { size: length } = await stat(path)
      const grow = await engine.planResize(path, {
        size: length + mebibyte,
        format: 'raw',
        preallocation,
      })
      const { after } = await engine.resizeImage(path, grow)
      expect(after.fileLength).toBe(length + mebibyte)
      const promised = preallocation === 'off' ? 0 : mebibyte
      expect(after.allocatedBytes).toBeGreaterThan(promised)
    }
    expect(
      difference(await readFile(path), withSize(Buffer.alloc(50_176, 7), 50_176 + 3 * mebibyte)),
    ).toBeUndefined()
  })

  it('have no metadata to allocate', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await writeFile(path, Buffer.alloc(4096))
    const wish = { size: 8192, format: 'raw', preallocation: 'metadata' } as const
    const { refusals } = await engine.planResize(path, wish)
    expect(refusals).toMatchObject([{ reason: 'preallocation-refused' }])
  })
})
