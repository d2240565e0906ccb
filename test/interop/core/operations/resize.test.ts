import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { ImageError, type Preallocation, type ResizePlan } from '../../../../core/index.ts'
import { openImage } from '../../../../core/image/open-image.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { createEngine } from '../../../../core/node-engine.ts'
import { readableImages, type MatrixImage } from '../../../helpers/image-matrix.ts'
import { openFilesBelow } from '../../../helpers/open-files.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuCheck, qemuImg, qemuImgJson, qemuIo, qemuIoWith } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const mebibyte = 2 ** 20
const gibibyte = 2 ** 30
const links = 'allow'

interface NewSize {
  readonly size: number
  readonly preallocation?: Preallocation
}

async function resized(path: string, wish: NewSize | number) {
  const options = typeof wish === 'number' ? { size: wish } : wish
  const plan = await engine.planResize(path, { ...options, links })
  expect(plan.refusals).toEqual([])
  return engine.resizeImage(path, plan, { consent: ['lose-data-past-end'], links })
}

const clean = { exitCode: 0, complaints: '' }

/** What `qemu-img check` thinks of an image. */
async function opinionOf(path: string): Promise<typeof clean> {
  const { exitCode = -1, stderr } = await qemuCheck(path)
  return { exitCode, complaints: stderr }
}

/** What a guest sees, by QEMU. */
async function contentOf(path: string, folder: TempFolder, ...args: string[]): Promise<Buffer> {
  const raw = folder.file('content.raw')
  await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', ...args, path, raw)
  return readFile(raw)
}

/** The same by the engine, where QEMU's word is asked for later. */
async function contentByUs(path: string): Promise<Buffer> {
  await using opened = await openImage(nodeHost, path, { links })
  const bytes = Buffer.alloc(opened.image.virtualSize)
  await opened.image.read(bytes, 0)
  return bytes
}

/** The first bytes of a disk, with zeroes behind them up to its size. */
function withSize(content: Buffer, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  content.copy(bytes, 0, 0, Math.min(size, content.length))
  return bytes
}

/** Where two disks differ; a plain toEqual of megabytes takes a minute to say. */
function difference(found: Buffer, expected: Buffer): string | undefined {
  if (found.equals(expected)) return undefined
  if (found.length !== expected.length) return `${found.length} bytes, not ${expected.length}`
  const at = found.findIndex((byte, index) => byte !== expected[index])
  return `byte ${at} is ${found[at]}, not ${expected[at]}`
}

const isVersion2WithSnapshots = ({ name }: MatrixImage) => name === 'snapshots-v2'
/** Values between others that behave no differently. */
const isBetween = ({ name }: MatrixImage) =>
  /^(refcount-bits-(4|8|32)|clusters-(1024|16384|262144)|preallocation-falloc.*)$/.test(name)
/** Its content cannot be converted to a file; it has a test of its own. */
const isHuge = ({ name }: MatrixImage) => name === 'large-virtual-size'

describe('every kind of image is cut and grows again: what was cut off reads as zeroes', () => {
  const images = readableImages.filter(
    (image) => !isHuge(image) && !isVersion2WithSnapshots(image) && !isBetween(image),
  )
  test.each(images)('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const before = await contentByUs(path)
    const smaller = Math.max(Math.floor((before.length * 0.6) / 512), 1) * 512
    const larger = before.length + 1_573_376

    await resized(path, smaller)
    expect(await engine.checkImage(path, { links })).toMatchObject({ verdict: 'clean' })
    const cut = withSize(before, smaller)
    expect(difference(await contentByUs(path), cut)).toBeUndefined()

    await resized(path, larger)
    const grown = await contentOf(path, folder)
    expect(difference(grown, withSize(cut, larger))).toBeUndefined()
    await qemuIo(path, `write -P 0xee ${larger - 512} 512`)
    expect(await opinionOf(path)).toEqual(clean)
  })
})

describe('QEMU and Platter take turns', () => {
  const images = readableImages.filter(({ name }) =>
    ['v2', 'v3', 'clusters-512', 'extended-l2-65536', 'backing-longer'].includes(name),
  )
  test.each(images)('what QEMU grows after our cut reads as zeroes: $name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const before = await contentOf(path, folder)
    await resized(path, 99_840)
    await qemuImg('resize', '-q', path, String(before.length))
    expect(await opinionOf(path)).toEqual(clean)
    expect(
      difference(
        await contentOf(path, folder),
        withSize(before.subarray(0, 99_840), before.length),
      ),
    ).toBeUndefined()
  })

  test.each(images)('what we grow after QEMU has cut reads as zeroes: $name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const before = await contentOf(path, folder)
    // QEMU leaves the rest of the last cluster as it was.
    await qemuImg('resize', '-q', '--shrink', path, '99840')
    await resized(path, before.length)
    expect(await opinionOf(path)).toEqual(clean)
    expect(
      difference(
        await contentOf(path, folder),
        withSize(before.subarray(0, 99_840), before.length),
      ),
    ).toBeUndefined()
  })
})

describe('growing', () => {
  it('shows nothing that lies past the old end in the tables, and frees it', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ virtualSize: 4 * 4096 })
    image.data(0, 0x11).data(3, 0x22).data(4, 0x33).compressed(5).zeroAllocated(6).data(300, 0x44)
    const path = await image.writeTo(folder.file('leftovers.qcow2'))
    expect(await opinionOf(path)).toEqual(clean)
    const before = await contentOf(path, folder)
    const { after } = await resized(path, 2 * mebibyte)
    expect(await opinionOf(path)).toEqual(clean)
    expect(
      difference(await contentOf(path, folder), withSize(before, 2 * mebibyte)),
    ).toBeUndefined()
    expect(after.fileLength).toBeLessThanOrEqual(image.fileLength)
  })

  it('keeps what a snapshot has past the end, as QEMU keeps VM states there', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ virtualSize: 4 * 4096 })
    image.data(0, 0x11).data(4, 0x33).data(300, 0x44).snapshot({ id: '1', name: 'with state' })
    const path = await image.writeTo(folder.file('state.qcow2'))
    expect(await opinionOf(path)).toEqual(clean)
    await resized(path, 2 * mebibyte)
    expect(await opinionOf(path)).toEqual(clean)
    expect(
      difference(await contentOf(path, folder), withSize(Buffer.alloc(4096, 0x11), 2 * mebibyte)),
    ).toBeUndefined()
    const bytes = await readFile(path)
    for (const guest of [4, 300]) {
      const at = image.hostClusterOf(guest) * 4096
      expect(bytes[at], `cluster ${guest}`).toBe(guest === 4 ? 0x33 : 0x44)
    }
  })

  const giant = [
    { size: 64 * 2 ** 40, options: [] },
    { size: 2 ** 50, options: [] },
    { size: 2 ** 50, options: ['-o', 'compat=0.10'] },
    { size: 2 ** 50, options: ['-o', 'extended_l2=on,cluster_size=128k'] },
    { size: 128 * gibibyte, options: ['-o', 'cluster_size=512'] },
  ]
  test.each(giant)('makes room in the L1 table: $size bytes $options', async (wish) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', ...wish.options, path, '1G')
    await qemuIo(path, 'write -P 7 1000M 1M')
    await resized(path, wish.size)
    expect(await opinionOf(path)).toEqual(clean)
    await qemuIo(
      path,
      'read -P 7 1000M 1M',
      `write -P 9 ${wish.size - 65_536} 64k`,
      `read -P 9 ${wish.size - 65_536} 64k`,
      'read -P 0 1G 1M',
    )
    expect(await opinionOf(path)).toEqual(clean)
    const { freedBytes, after } = await resized(path, gibibyte)
    expect(await opinionOf(path)).toEqual(clean)
    await qemuIo(path, 'read -P 7 1000M 1M', 'read -P 0 1001M 23M')
    // The L1 table and all that was far out are gone again.
    expect(freedBytes).toBeGreaterThan(60_000)
    expect(after.fileLength).toBeLessThan(40 * mebibyte)
  })

  it('refuses what the format cannot hold', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=512', path, '1M')
    const plan = await engine.planResize(path, { size: 128 * gibibyte + 512 })
    expect(plan.refusals).toMatchObject([
      { reason: 'disk-too-large', context: { limit: 128 * gibibyte } },
    ])
    await expect(engine.resizeImage(path, plan)).rejects.toMatchObject({ reason: 'disk-too-large' })
  })
})

describe('a longer backing image does not show through', () => {
  const overlays = [
    { name: 'version 3', options: [] },
    { name: 'version 2', options: ['-o', 'compat=0.10'] },
    { name: 'extended L2', options: ['-o', 'extended_l2=on'] },
    { name: 'clusters of 512 bytes', options: ['-o', 'cluster_size=512'] },
  ]
  const writes = [[], ['write -P 0x22 2M 64k'], ['write -z 2M 90k', 'write -P 0x22 2096640 512']]
  const cases = overlays.flatMap(({ name, options }) =>
    writes.map((commands) => ({ name, options, commands })),
  )
  test.each(cases)('$name $commands', async ({ options, commands }) => {
    await using folder = await tempFolder()
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file('base.qcow2'), '8M')
    await qemuIo(folder.file('base.qcow2'), 'write -P 0x11 0 8M')
    const path = folder.file('top.qcow2')
    const backing = ['-b', 'base.qcow2', '-F', 'qcow2']
    // The end lies inside a cluster and inside a subcluster.
    await qemuImg('create', '-q', '-f', 'qcow2', ...options, ...backing, path, '2197504')
    if (commands.length > 0) await qemuIo(path, ...commands)
    const before = await contentOf(path, folder)
    const size = 9 * mebibyte
    const plan = await engine.planResize(path, { size })
    expect(plan.growth?.hiddenBackingBytes).toBe(8 * mebibyte - before.length)
    await engine.resizeImage(path, plan)
    expect(await opinionOf(path)).toEqual(clean)
    expect(difference(await contentOf(path, folder), withSize(before, size))).toBeUndefined()
    expect(await qemuImgJson('info', path)).toMatchObject({ 'backing-filename': 'base.qcow2' })
  })
})

describe('preallocation of the new part', () => {
  const kinds: readonly { readonly name: string; readonly options: readonly string[] }[] = [
    { name: 'version 3', options: [] },
    { name: 'version 2', options: ['-o', 'compat=0.10'] },
    { name: 'extended L2', options: ['-o', 'extended_l2=on'] },
    { name: 'small clusters', options: ['-o', 'cluster_size=1k'] },
  ]
  const modes = ['metadata', 'falloc', 'full'] as const
  const cases = kinds.flatMap((kind) => modes.map((preallocation) => ({ ...kind, preallocation })))

  test.each(cases)('$preallocation, $name', async ({ options, preallocation }) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', ...options, path, '1M')
    // Freed clusters inside the file hold old data: what is allocated there must not show it.
    await qemuIo(path, 'write -P 7 0 1M', 'discard 256k 512k')
    const before = await contentOf(path, folder)
    const size = 5 * mebibyte + 512
    const { after } = await resized(path, { size, preallocation })
    expect(await opinionOf(path)).toEqual(clean)
    expect(difference(await contentOf(path, folder), withSize(before, size))).toBeUndefined()
    const { clusters } = await engine.readInfo(path, { clusters: true })
    const stored = (clusters?.normal ?? 0) + (clusters?.zeroAllocated ?? 0)
    expect(stored).toBeGreaterThanOrEqual(Math.floor((size - 1024) / 65_536) - 8)
    const promised = preallocation === 'metadata' ? 0 : 4 * mebibyte
    expect(after.allocatedBytes).toBeGreaterThan(promised)
    await qemuIo(path, 'write -P 9 4M 1k', 'read -P 9 4M 1k', 'read -P 0 4195328 4k')
    expect(await opinionOf(path)).toEqual(clean)
  })

  test.each(modes)('%s over a longer backing image', async (preallocation) => {
    await using folder = await tempFolder()
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file('base.qcow2'), '4M')
    await qemuIo(folder.file('base.qcow2'), 'write -P 0x11 0 4M')
    const path = folder.file('top.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', path, '1M')
    const before = await contentOf(path, folder)
    await resized(path, { size: 6 * mebibyte, preallocation })
    expect(await opinionOf(path)).toEqual(clean)
    expect(
      difference(await contentOf(path, folder), withSize(before, 6 * mebibyte)),
    ).toBeUndefined()
  })

  it('cancelled on the way leaves the disk as it was, and the next attempt works', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4k', path, '1M')
    await qemuIo(path, 'write -P 7 0 1M')
    const before = await contentOf(path, folder)
    const { size: length } = await stat(path)
    const wish = { size: gibibyte, preallocation: 'metadata' } as const
    const plan = await engine.planResize(path, wish)
    const controller = new AbortController()
    const attempt = engine.resizeImage(path, plan, {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done > 500 * mebibyte) controller.abort()
      },
    })
    await expect(attempt).rejects.toMatchObject({ reason: 'cancelled' })
    expect(await opinionOf(path)).toEqual(clean)
    expect(difference(await contentOf(path, folder), before)).toBeUndefined()
    expect((await stat(path)).size).toBeLessThanOrEqual(length + 4 * 4096)
    expect(openFilesBelow(folder.path)).toEqual([])
    await resized(path, wish)
    expect(await opinionOf(path)).toEqual(clean)
  })
})

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
