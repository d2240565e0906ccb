import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import { rawSummary } from '../../../../core/operations/raw-summary.ts'
import { matrixImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuImg, qemuImgJson } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()

interface QemuInfo {
  readonly format: string
  readonly 'virtual-size': number
  readonly 'actual-size': number
  readonly 'cluster-size'?: number
  readonly snapshots?: readonly unknown[]
  readonly 'backing-filename'?: string
  readonly 'format-specific'?: { readonly data: { readonly bitmaps?: readonly unknown[] } }
}

describe('a row agrees with qemu-img', () => {
  test.each(someOf(matrixImages, { oneIn: 8, from: 0 }))('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const theirs = await qemuImgJson<QemuInfo>('info', path)
    const ours = await engine.summarizeHeader(path)
    expect(ours).toMatchObject({
      path,
      format: theirs.format,
      virtualSize: theirs['virtual-size'],
      allocatedBytes: theirs['actual-size'],
      clusterSize: theirs['cluster-size'],
      snapshotCount: theirs.snapshots?.length ?? 0,
      bitmapCount: theirs['format-specific']?.data.bitmaps?.length ?? 0,
      error: undefined,
      use: { state: 'free' },
    })
    const backing = theirs['backing-filename']
    expect({ name: ours.backing?.name, state: ours.backing?.state }).toEqual(
      backing === undefined ? {} : { name: backing, state: 'present' },
    )
  })
})

test('where the backing file is: present, missing, outside, or no path at all', async () => {
  await using folder = await tempFolder()
  await mkdir(folder.file('vm'))
  await mkdir(folder.file('elsewhere'))
  const base = folder.file('elsewhere', 'base.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', base, '1M')
  await qemuImg('create', '-q', '-f', 'qcow2', folder.file('vm', 'near.qcow2'), '1M')
  await symlink(base, folder.file('vm', 'link.qcow2'))
  const stateOf = async (name: string) => {
    const path = folder.file('vm', 'top.qcow2')
    await qemuImg('create', '-q', '-u', '-f', 'qcow2', '-b', name, '-F', 'qcow2', path, '1M')
    return (await engine.summarizeHeader(path)).backing
  }

  expect(await stateOf('near.qcow2')).toEqual({
    name: 'near.qcow2',
    state: 'present',
    target: folder.file('vm', 'near.qcow2'),
  })
  expect(await stateOf('gone.qcow2')).toEqual({
    name: 'gone.qcow2',
    state: 'missing',
    target: folder.file('vm', 'gone.qcow2'),
  })
  expect(await stateOf('../elsewhere/base.qcow2')).toMatchObject({ state: 'outside' })
  expect(await stateOf(base)).toMatchObject({ state: 'outside', target: base })
  expect(await stateOf('link.qcow2')).toMatchObject({ state: 'outside' })
  expect(await stateOf('json:{"driver":"nbd"}')).toMatchObject({ state: 'not-a-path' })
  expect(await stateOf('nbd://localhost/x')).toEqual({
    name: 'nbd://localhost/x',
    state: 'not-a-path',
    target: undefined,
  })
})

test('a file that is no usable image is a row with the reason', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('empty.img'), '')
  await writeFile(folder.file('notes.qcow2'), 'hello world, this is a text')
  await qemuImg('create', '-q', '-f', 'qcow2', folder.file('cut.qcow2'), '1M')
  await truncate(folder.file('cut.qcow2'), 60)

  expect((await engine.summarizeHeader(folder.file('empty.img'))).error?.reason).toBe('file-empty')
  expect(await engine.summarizeHeader(folder.file('notes.qcow2'))).toMatchObject({
    format: undefined,
    formatLabel: 'unknown',
    fileLength: 27,
    error: { reason: 'unknown-format', context: { found: '68 65 6c 6c 6f 20 77 6f' } },
  })
  expect(await engine.summarizeHeader(folder.file('cut.qcow2'))).toMatchObject({
    format: 'qcow2',
    formatLabel: 'qcow2 v3',
    error: { reason: 'header-cut-short', context: { path: folder.file('cut.qcow2') } },
  })
})

test('foreign images are named with their size; raw ones have whole sectors', async () => {
  await using folder = await tempFolder()
  await qemuImg('create', '-q', '-f', 'vdi', folder.file('disk.vdi'), '3M')
  await writeFile(folder.file('disk.raw'), Buffer.alloc(1000, 7))
  expect(await engine.summarizeHeader(folder.file('disk.vdi'))).toMatchObject({
    format: 'vdi',
    formatLabel: 'VDI (dynamic)',
    virtualSize: 3 << 20,
    error: undefined,
  })
  expect(await engine.summarizeHeader(folder.file('disk.raw'))).toMatchObject({
    format: 'raw',
    virtualSize: 1024,
    fileLength: 1000,
  })
})

test('a given format is believed, whatever the first bytes say', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
  expect(await engine.summarizeHeader(path, { format: 'raw' })).toMatchObject({
    format: 'raw',
    clusterSize: undefined,
    error: undefined,
  })
  // Said afterwards, it comes to the same.
  expect(rawSummary(await engine.summarizeHeader(path))).toEqual(
    await engine.summarizeHeader(path, { format: 'raw' }),
  )
  await writeFile(folder.file('disk.raw'), Buffer.alloc(4096))
  expect(await engine.summarizeHeader(folder.file('disk.raw'), { format: 'qcow2' })).toMatchObject({
    error: { reason: 'unknown-format' },
  })
})

test('identity and fingerprint follow the content and the file, not the name', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
  await symlink(path, folder.file('other.qcow2'))
  const one = await engine.summarizeHeader(path)
  const other = await engine.summarizeHeader(folder.file('other.qcow2'))
  expect(other.identity).toBe(one.identity)
  expect(other.fingerprint).toBe(one.fingerprint)
  expect(one.fingerprint).toMatch(/^[0-9a-f]{64}$/)
})
