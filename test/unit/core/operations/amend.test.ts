import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import type { WritingEnvironment } from '../../../../core/image/environment.ts'
import { openImage } from '../../../../core/image/open-image.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { amendImage } from '../../../../core/operations/amend.ts'
import type { AmendOptions } from '../../../../core/operations/amend-plan.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { hashImage } from '../../../../core/operations/hash.ts'
import { planAmend } from '../../../../core/operations/plan-amend.ts'
import type { Qcow2Image } from '../../../../core/qcow2/qcow2-image.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Builder, zeroFlag, type BuilderOptions } from '../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'
import { FaultFile, Faults } from '../../../storage/fault-file.ts'

async function errorOf(work: Promise<unknown>): Promise<ImageError> {
  try {
    await work
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error('it should have been refused')
}

async function areaOf(path: string) {
  await using file = await nodeHost.openFile(path)
  return readHeaderArea(file)
}

const content = async (path: string) => (await hashImage(nodeHost, path)).digest

/** Data, zeroes with and without a cluster, something compressed. */
const filled = (options: BuilderOptions = {}): Qcow2Builder =>
  new Qcow2Builder(options).data(0, 0xaa).zeroPlain(1).zeroAllocated(2).compressed(3, 0x55)

const unknown = { type: 0x5eed, data: Buffer.from('kept as it is') }

describe('backing name and unknown extensions survive', () => {
  const changes: readonly AmendOptions[] = [
    { version: 2 },
    { version: 3 },
    { refcountBits: 64 },
    { lazyRefcounts: true },
    { version: 2, refcountBits: 16, lazyRefcounts: false },
    { version: 3, refcountBits: 1, lazyRefcounts: true },
  ]

  test.each([9, 10, 12, 16])('in clusters of 2^%i bytes', async (clusterBits) => {
    await using folder = await tempFolder('survive')
    const path = folder.file('disk')
    await writeFile(folder.file('base'), Buffer.alloc(64 * 2 ** clusterBits, 0xbb))
    const backing = { name: './base', format: 'raw' }
    await filled({ clusterBits, backing, extensions: [unknown] }).writeTo(path)
    const before = await content(path)
    for (const change of changes) {
      await amendImage(nodeHost, path, change, { format: 'qcow2' })
      const area = await areaOf(path)
      expect(area).toMatchObject({ backingName: './base', backingFormat: 'raw' })
      expect(area.extensions.map(({ type }) => type)).toContain(unknown.type)
      expect(Buffer.from(area.extensions[0]?.data ?? [])).toEqual(unknown.data)
      expect(await content(path)).toBe(before)
      expect(await checkImage(nodeHost, path)).toMatchObject({ corruptions: 0, leaks: 0 })
    }
    expect((await areaOf(path)).header).toMatchObject({ version: 3, refcountOrder: 0 })
  })
})

describe('a plan', () => {
  test('lists the steps in their order, and changes nothing', async () => {
    await using folder = await tempFolder('plan')
    const path = folder.file('disk')
    await filled({ refcountOrder: 6, lazyRefcounts: true }).writeTo(path)
    const bytes = await readFile(path)
    const plan = await planAmend(nodeHost, path, { version: 2 })
    expect(plan).toMatchObject({
      before: { version: 3, lazyRefcounts: true, refcountBits: 64 },
      after: { version: 2, lazyRefcounts: false, refcountBits: 16 },
      steps: [
        { kind: 'expand-zero-clusters', clusters: 2, written: 1, newBytes: 0 },
        { kind: 'refcount-width', from: 64, to: 16 },
        { kind: 'version', from: 3, to: 2 },
      ],
    })
    expect(await readFile(path)).toEqual(bytes)
    const done = await amendImage(nodeHost, path, { version: 2 }, { stamp: plan.stamp })
    expect(done.plan).toEqual(plan)
  })

  test('without steps leaves every byte as it is', async () => {
    await using folder = await tempFolder('same')
    const path = await filled().writeTo(folder.file('disk'))
    const bytes = await readFile(path)
    const options = { version: 3, refcountBits: 16, lazyRefcounts: false } as const
    expect((await amendImage(nodeHost, path, options)).plan.steps).toEqual([])
    expect(await readFile(path)).toEqual(bytes)
  })

  test('of another state of the image is not carried out', async () => {
    await using folder = await tempFolder('stamp')
    const path = await filled().writeTo(folder.file('disk'))
    const { stamp } = await planAmend(nodeHost, path, { lazyRefcounts: true })
    await amendImage(nodeHost, path, { refcountBits: 8 })
    const error = await errorOf(amendImage(nodeHost, path, { lazyRefcounts: true }, { stamp }))
    expect(error.reason).toBe('plan-outdated')
  })
})

test.each([false, true])(
  'zero clusters that snapshots share or have alone are written out (backing file: %s)',
  async (hasBacking) => {
    await using folder = await tempFolder('snapshots')
    const path = folder.file('disk')
    await writeFile(folder.file('base'), Buffer.alloc(64 * 4096, 0xbb))
    const backing = hasBacking ? { backing: { name: './base', format: 'raw' } } : {}
    await filled({ clusterBits: 12, ...backing })
      .snapshot({ id: '1', name: 'one' })
      .writeTo(path)
    await qemuIo(path, 'write -P 7 4k 1k', 'write -z 20k 4k')
    await qemuImg('snapshot', '-c', 'two', path)
    await qemuIo(path, 'write -z 12k 4k', 'write -P 8 20k 512')
    const contents = async () => {
      const digests = [await content(path)]
      await using opened = await openImage(nodeHost, path)
      const image = opened.image as Qcow2Image
      for (const entry of image.snapshots()) {
        const view = image.atSnapshot(entry)
        const bytes = new Uint8Array(view.virtualSize)
        await view.read(bytes, 0)
        digests.push(createHash('sha256').update(bytes).digest('hex'))
      }
      return digests
    }
    const before = await contents()
    expect(before.length).toBe(3)
    await amendImage(nodeHost, path, { version: 2 })
    expect(await contents()).toEqual(before)
    expect(await checkImage(nodeHost, path)).toMatchObject({ findings: [] })
    await qemuImg('check', path)
    await qemuImg('snapshot', '-a', 'one', path)
    expect(await content(path)).toBe(before[1])
    await qemuImg('check', path)
  },
)

test('snapshots of version 2 are given the disk size that version 3 demands', async () => {
  await using folder = await tempFolder('extra')
  const path = folder.file('disk')
  await new Qcow2Builder({ version: 2 })
    .data(0, 1)
    .snapshot({ id: '1', name: 'old', extraBytes: 0 })
    .snapshot({ id: '2', name: 'newer', extraBytes: 24 })
    .writeTo(path)
  const { plan } = await amendImage(nodeHost, path, { version: 3 })
  expect(plan.steps).toEqual([
    { kind: 'complete-snapshots', snapshots: 1 },
    { kind: 'version', from: 2, to: 3 },
  ])
  expect(await checkImage(nodeHost, path)).toMatchObject({ corruptions: 0, leaks: 0 })
  await qemuImg('check', path)
})

test('a dirty image gets its refcounts rebuilt first', async () => {
  await using folder = await tempFolder('dirty')
  const image = filled({ dirty: true, lazyRefcounts: true })
  image.setRefcount(image.hostClusterOf(0), 0n)
  const path = await image.writeTo(folder.file('disk'))
  const before = await content(path)
  const { plan } = await amendImage(nodeHost, path, { lazyRefcounts: false })
  expect(plan.steps.map(({ kind }) => kind)).toEqual(['rebuild-refcounts', 'lazy-refcounts'])
  expect(await checkImage(nodeHost, path)).toMatchObject({ corruptions: 0, leaks: 0 })
  expect(await content(path)).toBe(before)
})

describe('what is refused, with every byte left as it is', () => {
  interface Refusal {
    readonly name: string
    readonly image: () => Qcow2Builder
    readonly options: AmendOptions
    readonly reason: string
    readonly detail: string
  }
  const refused = (
    name: string,
    build: () => Qcow2Builder,
    options: AmendOptions,
    reason: string,
    detail = '',
  ): Refusal => ({ name, image: build, options, reason, detail })

  const refusals: readonly Refusal[] = [
    refused('a width of 3 bits', filled, { refcountBits: 3 }, 'amend-invalid', '3'),
    refused('a width of 128 bits', filled, { refcountBits: 128 }, 'amend-invalid', '128'),
    refused('no width at all', filled, { refcountBits: 0 }, 'amend-invalid'),
    refused(
      'lazy refcounts of version 2',
      () => filled({ version: 2 }).data(1, 1).data(2, 1),
      { lazyRefcounts: true },
      'amend-needs-version-3',
    ),
    refused(
      'wide refcounts of version 2',
      filled,
      { version: 2, refcountBits: 64 },
      'amend-needs-version-3',
    ),
    refused(
      'subclusters in version 2',
      () => new Qcow2Builder({ clusterBits: 14, extendedL2: true }).data(0, 1),
      { version: 2 },
      'amend-not-in-version-2',
      'extended L2 entries',
    ),
    refused(
      'zstd in version 2',
      () => new Qcow2Builder({ compression: 'zstd' }).compressed(0, 1),
      { version: 2 },
      'amend-not-in-version-2',
      'compression type',
    ),
    refused(
      'a data file in version 2',
      () => new Qcow2Builder({ dataFile: 'content' }),
      { version: 2 },
      'amend-not-in-version-2',
      'external data file',
    ),
    refused(
      'bitmaps in version 2',
      () => filled().bitmap({ name: 'daily' }),
      { version: 2 },
      'amend-not-in-version-2',
      'bitmaps',
    ),
    refused(
      'refcounts that do not fit',
      () => new Qcow2Builder().data(0, 1).snapshot({ id: '1', name: 'one' }),
      { refcountBits: 1 },
      'amend-refcounts-too-high',
      '2 clusters have more than 1 references',
    ),
    refused(
      'a header without room',
      () =>
        new Qcow2Builder({
          version: 2,
          clusterBits: 9,
          backing: { name: `./${'x'.repeat(388)}`, format: 'raw' },
          extensions: [],
        }),
      { version: 3 },
      'amend-no-room',
    ),
    refused(
      'a corrupt image',
      () => filled().header('incompatibleFeatures', 2),
      { lazyRefcounts: true },
      'image-corrupt',
    ),
    refused(
      'a zero flag where there is none',
      () => {
        const image = new Qcow2Builder({ version: 2 }).data(0, 1)
        return image.l2Entry(0, (entry) => entry | zeroFlag)
      },
      { version: 3 },
      'structure-damaged',
    ),
  ]

  test.each(refusals)('$name', async ({ image: build, options, reason, detail }) => {
    await using folder = await tempFolder('refused')
    const path = await build().writeTo(folder.file('disk'))
    const bytes = await readFile(path)
    for (const work of [planAmend, amendImage]) {
      const error = await errorOf(work(nodeHost, path, options))
      expect(error).toMatchObject({ reason, context: { path } })
      expect(error.explanation.safety).toBe('Nothing was changed.')
      expect(error.explanation.detail).toContain(detail)
      expect(JSON.stringify(error.explanation)).not.toMatch(/undefined|NaN|\?/)
    }
    expect(await readFile(path)).toEqual(bytes)
  })

  test('a raw image', async () => {
    await using folder = await tempFolder('raw')
    const path = folder.file('disk.raw')
    await writeFile(path, Buffer.alloc(4096))
    for (const format of [undefined, 'raw'] as const) {
      const error = await errorOf(amendImage(nodeHost, path, { version: 3 }, { format }))
      expect(error.reason).toBe('amend-not-possible')
    }
  })

  test('an image that a program has open', async () => {
    await using folder = await tempFolder('busy')
    const path = folder.file('disk')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
    await using writer = await qemuSession(path)
    const error = await errorOf(amendImage(nodeHost, path, { version: 2 }))
    expect(error.reason).toBe('file-in-use')
    expect(error.explanation.detail).toContain(String(writer.pid))
  })
})

/** Everything that an amend can do, in one. */
const image = () => filled({ refcountOrder: 5, lazyRefcounts: true })
const change: AmendOptions = { version: 2 }

/** The real host, whose files fail where the faults say so. */
const failingHost = (faults: Faults): WritingEnvironment => ({
  ...nodeHost,
  openForWriting: async (path) => new FaultFile(await nodeHost.openForWriting(path), faults),
})

test.each(['write', 'flush', 'read', 'truncate'] as const)(
  'whichever %s fails, the content stays and another try works',
  async (operation) => {
    await using folder = await tempFolder('fault')
    const path = folder.file('disk')
    await image().writeTo(path)
    const before = await content(path)
    const counting = new Faults()
    await amendImage(failingHost(counting), path, change)
    const accesses = [...counting.counts]
      .filter(([kind]) => kind.startsWith(operation))
      .reduce((sum, [, count]) => sum + count, 0)
    for (let nth = 0; nth < accesses; nth++) {
      await image().writeTo(path)
      const faults = new Faults()
      faults.add({ operation, nth, fault: operation === 'write' ? 'ENOSPC' : 'EIO' })
      // What cuts the file at the end may fail in silence: it spares space only.
      const error = await errorOf(amendImage(failingHost(faults), path, change)).catch(
        () => undefined,
      )
      expect(error !== undefined || operation === 'truncate').toBe(true)
      expect(await checkImage(nodeHost, path)).toMatchObject({ corruptions: 0, checkErrors: 0 })
      expect(await content(path)).toBe(before)
      await amendImage(nodeHost, path, change)
      expect((await areaOf(path)).header).toMatchObject({ version: 2, refcountOrder: 4 })
      expect(await content(path)).toBe(before)
    }
  },
)

test('a cancel between two steps says what is done, and the image is valid', async () => {
  await using folder = await tempFolder('cancel')
  const path = await image().writeTo(folder.file('disk'))
  const before = await content(path)
  const stop = new AbortController()
  // Each of the first two steps ends with refcounts: the second time they are those of the width.
  let isFirstDone = false
  const error = await errorOf(
    amendImage(nodeHost, path, change, {
      signal: stop.signal,
      onProgress: ({ phase, done, total }) => {
        if (phase !== 'refcounts') return
        if (isFirstDone) stop.abort()
        isFirstDone = done === total
      },
    }),
  )
  expect(error).toMatchObject({ reason: 'amend-cancelled', cause: { reason: 'cancelled' } })
  expect(error.explanation.detail).toContain('zero clusters were written out')
  expect(await checkImage(nodeHost, path)).toMatchObject({ corruptions: 0, leaks: 0 })
  expect(await content(path)).toBe(before)
  expect((await areaOf(path)).header.version).toBe(3)
})
