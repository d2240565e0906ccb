import { readFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { readableImages, type MatrixImage } from '../../../../helpers/image-matrix.ts'
import { someOf } from '../../../../helpers/some-of.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuImgJson, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'
import {
  clean,
  contentByUs,
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

const isVersion2WithSnapshots = ({ name }: MatrixImage) => name === 'snapshots-v2'
/** Values between others that behave no differently. */
const isBetween = ({ name }: MatrixImage) =>
  /^(refcount-bits-(4|8|32)|clusters-(1024|16384|262144)|preallocation-falloc.*)$/.test(name)
/** Its content cannot be converted to a file; it has a test of its own. */
const isHuge = ({ name }: MatrixImage) => name === 'large-virtual-size'

describe('every kind of image is cut and grows again: what was cut off reads as zeroes', () => {
  const images = someOf(
    readableImages.filter(
      (image) => !isHuge(image) && !isVersion2WithSnapshots(image) && !isBetween(image),
    ),
    { oneIn: 8, from: 3 },
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
  test.each(someOf(cases, { oneIn: 3 }))('$name $commands', async ({ options, commands }) => {
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
