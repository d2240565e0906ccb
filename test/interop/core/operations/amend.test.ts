import { copyFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import type { AmendOptions } from '../../../../core/operations/amend-plan.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { qemuImg, qemuImgJson, qemuIo, runTool } from '../../../helpers/qemu.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()

interface Info {
  readonly 'format-specific': { readonly data: Readonly<Record<string, unknown>> }
  readonly 'backing-filename'?: string
  readonly 'virtual-size': number
  readonly snapshots?: readonly unknown[]
}

/** What qemu-img says of an image that is no matter of where things are in its file. */
async function factsOf(image: string) {
  const info = await qemuImgJson<Info>('info', image)
  return {
    data: info['format-specific'].data,
    backing: info['backing-filename'],
    size: info['virtual-size'],
    snapshots: info.snapshots,
  }
}

const qemuOptions = ({ version, lazyRefcounts }: AmendOptions): string =>
  [
    version && `compat=${version === 2 ? '0.10' : '1.1'}`,
    lazyRefcounts !== undefined && `lazy_refcounts=${lazyRefcounts ? 'on' : 'off'}`,
  ]
    .filter((option) => typeof option === 'string')
    .join(',')

/** Where we do something else than QEMU, on purpose. */
const differences: Readonly<Record<string, string>> = {
  // QEMU gives up; we change the width first.
  'refcount-bits-1 {"version":2}': 'ours only',
  'refcount-bits-64 {"version":2}': 'ours only',
  // QEMU leaves bitmaps that nobody may believe from then on.
  'bitmaps {"version":2}': 'theirs only',
}

const chosen = [
  'v2',
  'v3',
  'clusters-512',
  'clusters-2097152',
  'refcount-bits-1',
  'refcount-bits-64',
  'lazy-refcounts',
  'extended-l2-65536',
  'compressed-zlib-512',
  'compressed-zstd',
  'snapshots',
  'snapshots-v2',
  'backing-longer',
  'data-file',
  'bitmaps',
  'preallocation-metadata',
]
const images = readableImages.filter(({ name }) => chosen.includes(name))

test('every kind of image is there', () => {
  expect(images.map(({ name }) => name).toSorted()).toEqual(chosen.toSorted())
})

async function mustBeClean(image: string): Promise<void> {
  const { exitCode, stderr } = await runTool('qemu-img', ['check', image])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
}

describe('version and lazy refcounts are changed as qemu-img amend changes them', () => {
  const changes: readonly AmendOptions[] = [{ version: 2 }, { version: 3, lazyRefcounts: true }]

  test.each(someOf(images, { oneIn: 3 }))('$name', async ({ name, build }) => {
    await using folder = await tempFolder('amend')
    const original = await build(folder.path)
    const { digest } = await engine.hashImage(original)
    for (const change of changes) {
      const [ours, theirs] = [folder.file('ours.qcow2'), folder.file('theirs.qcow2')]
      await copyFile(original, ours)
      await copyFile(original, theirs)
      const made = await engine.amendImage(ours, change).then(
        () => true,
        () => false,
      )
      const { exitCode } = await runTool('qemu-img', ['amend', '-o', qemuOptions(change), theirs])
      const outcome = `${name} ${JSON.stringify(change)}`
      const found = made === (exitCode === 0) ? 'the same' : made ? 'ours only' : 'theirs only'
      expect([outcome, found]).toEqual([outcome, differences[outcome] ?? 'the same'])
      // Where only one of them did something there is nothing to compare.
      const reference = made && exitCode === 0 ? theirs : ours
      expect(await factsOf(ours)).toEqual(await factsOf(reference))
      await mustBeClean(ours)
      expect((await engine.hashImage(ours)).digest).toBe(digest)
    }
  })
})

/** Without qemu-img amend: it needs a minute for large clusters or narrow refcounts. */
describe('refcounts get another width', () => {
  test.each(images.filter(({ name }) => name !== 'v2'))('$name', async ({ name, build }) => {
    await using folder = await tempFolder('width')
    const image = await build(folder.path)
    const { digest } = await engine.hashImage(image)
    const narrow = name.startsWith('snapshots') || name.startsWith('compressed') ? 8 : 1
    for (const refcountBits of [64, narrow, 32]) {
      await engine.amendImage(image, { version: 3, refcountBits })
      expect((await factsOf(image)).data).toMatchObject({ 'refcount-bits': refcountBits })
      await mustBeClean(image)
      expect((await engine.hashImage(image)).digest).toBe(digest)
    }
  })
})

test('QEMU writes to what was changed, and we change what QEMU wrote', async () => {
  await using folder = await tempFolder('turns')
  const image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', folder.file('base'), '8M')
  await qemuIo(folder.file('base'), 'write -P 9 0 8M')
  await engine.createImage(image, {
    format: 'qcow2',
    backing: { name: 'base', format: 'qcow2' },
    lazyRefcounts: true,
  })
  const steps: readonly AmendOptions[] = [
    { version: 2 },
    { version: 3, refcountBits: 8 },
    { lazyRefcounts: true, refcountBits: 32 },
    { version: 2 },
  ]
  for (const [turn, change] of steps.entries()) {
    const at = turn * 1024
    await qemuIo(image, `write -P ${turn + 1} ${at}k 100k`, `write -z ${at + 512}k 100k`)
    await engine.amendImage(image, change)
    await qemuImg('check', image)
    await qemuIo(
      image,
      `read -P ${turn + 1} ${at}k 100k`,
      `read -P 9 ${at + 100}k 412k`,
      `read -P 0 ${at + 512}k 100k`,
    )
  }
  await qemuIo(image, 'read -P 1 0 100k', 'read -P 0 1536k 100k', 'read -P 9 4M 4M')
  expect((await readdir(path.dirname(image))).toSorted()).toEqual(['base', 'disk.qcow2'])
})
