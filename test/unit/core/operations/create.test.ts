import { createHash } from 'node:crypto'
import { link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import type { WritingEnvironment } from '../../../../core/image/environment.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { createImage } from '../../../../core/operations/create.ts'
import type {
  CreateOptions,
  CreateQcow2Options,
} from '../../../../core/operations/create-options.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { planCreate } from '../../../../core/operations/plan-create.ts'
import type { Progress } from '../../../../core/progress.ts'
import { openImage } from '../../../../core/image/open-image.ts'
import { qemuImg } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'
import { FaultFile, Faults } from '../../../storage/fault-file.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30
const TIB = 2 ** 40

async function errorOf(work: Promise<unknown>): Promise<ImageError> {
  try {
    await work
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error('it should have been refused')
}

/** The real host, whose new files fail where the faults say so. */
function failingHost(faults: Faults): WritingEnvironment {
  return {
    ...nodeHost,
    createFile: async (path) => new FaultFile(await nodeHost.createFile(path), faults),
  }
}

describe('nothing is overwritten', () => {
  const options: CreateOptions = { format: 'qcow2', size: MIB }

  test.each([
    ['a file', (path: string) => writeFile(path, 'precious'), 'file-exists'],
    ['a folder', (path: string) => mkdir(path), 'file-is-folder'],
    ['a link to nothing', (path: string) => symlink('nowhere', path), 'file-exists'],
  ])('%s that is there stays', async (_name, make, reason) => {
    await using folder = await tempFolder('exists')
    const path = folder.file('disk.qcow2')
    await make(path)
    const error = await errorOf(createImage(nodeHost, path, options))
    expect(error.reason).toBe(reason)
    expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  })

  test('a data file that is there stays, and no image is made', async () => {
    await using folder = await tempFolder('exists')
    await writeFile(folder.file('content'), 'precious')
    const error = await errorOf(
      createImage(nodeHost, folder.file('disk'), { ...options, dataFile: { name: 'content' } }),
    )
    expect(error.reason).toBe('data-file-exists')
    expect(await readdir(folder.path)).toEqual(['content'])
    expect(await readFile(folder.file('content'), 'utf8')).toBe('precious')
  })

  test('a folder that is missing is not made', async () => {
    await using folder = await tempFolder('missing')
    const error = await errorOf(createImage(nodeHost, folder.file('new', 'disk'), options))
    expect(error.reason).toBe('folder-missing')
    expect(await readdir(folder.path)).toEqual([])
  })
})

test('the same options give the same bytes', async () => {
  await using folder = await tempFolder('same')
  const digests = new Set<string>()
  for (const name of ['a', 'b']) {
    const path = folder.file(name)
    await createImage(nodeHost, path, {
      format: 'qcow2',
      size: 40 * MIB,
      clusterSize: 4096,
      preallocation: 'metadata',
    })
    digests.add(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    )
  }
  expect(digests.size).toBe(1)
})

describe('a plan', () => {
  test('says what the image will take, and makes nothing', async () => {
    await using folder = await tempFolder('plan')
    const path = folder.file('disk')
    const options: CreateOptions = { format: 'qcow2', size: GIB, preallocation: 'metadata' }
    const plan = await planCreate(nodeHost, path, options)
    expect(await readdir(folder.path)).toEqual([])
    expect(plan).toMatchObject({
      virtualSize: GIB,
      sizeFrom: 'option',
      fileLength: GIB + 6 * 65_536,
      // Header, refcount table, refcount block, two L2 tables; the L1 table has two entries.
      initialBytes: 5 * 65_536 + 16,
      qcow2: { l1Bytes: 16, l2Bytes: 2 * 65_536, refcountBytes: 2 * 65_536 },
      warnings: [],
    })
    const made = await createImage(nodeHost, path, options)
    expect(made.plan).toEqual(plan)
    expect((await stat(path)).size).toBe(plan.fileLength)
  })

  test('warns when the end of the backing file is out of reach', async () => {
    await using folder = await tempFolder('cut')
    await writeFile(folder.file('base.raw'), Buffer.alloc(2 * MIB))
    const plan = await planCreate(nodeHost, folder.file('disk'), {
      format: 'qcow2',
      size: MIB,
      backing: { name: 'base.raw', format: 'raw' },
    })
    expect(plan.warnings.map(({ kind }) => kind)).toEqual(['backing-cut'])
    expect(plan.warnings[0]?.text).toContain(`last ${MIB} bytes of base.raw`)
  })

  test('warns when a raw backing file starts like an image', async () => {
    await using folder = await tempFolder('looks')
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file('base'), '1M')
    const plan = await planCreate(nodeHost, folder.file('disk'), {
      format: 'qcow2',
      backing: { name: 'base', format: 'raw' },
    })
    expect(plan.warnings.map(({ kind }) => kind)).toEqual(['backing-looks-different'])
  })

  test('warns when the backing file misses its own', async () => {
    await using folder = await tempFolder('chain')
    const base = folder.file('base')
    await qemuImg('create', '-q', '-f', 'qcow2', '-u', '-b', 'gone', '-F', 'raw', base, '1M')
    const plan = await planCreate(nodeHost, folder.file('disk'), {
      format: 'qcow2',
      backing: { name: 'base', format: 'qcow2' },
    })
    expect(plan.warnings.map(({ kind }) => kind)).toEqual(['backing-chain-incomplete'])
  })

  test('warns that refcounts of one bit rule out snapshots', async () => {
    await using folder = await tempFolder('bits')
    const options: CreateOptions = { format: 'qcow2', size: MIB, refcountBits: 1 }
    const plan = await planCreate(nodeHost, folder.file('disk'), options)
    expect(plan.warnings.map(({ kind }) => kind)).toEqual(['no-snapshots'])
  })
})

describe('links of a new image', () => {
  test('a chain that leads to the new image itself is refused', async () => {
    await using folder = await tempFolder('loop')
    const base = folder.file('base')
    await qemuImg('create', '-q', '-f', 'qcow2', '-u', '-b', 'disk', '-F', 'qcow2', base, '1M')
    const error = await errorOf(
      createImage(nodeHost, folder.file('disk'), {
        format: 'qcow2',
        backing: { name: 'base', format: 'qcow2' },
      }),
    )
    expect(error.reason).toBe('chain-loop')
    expect(await readdir(folder.path)).toEqual(['base'])
  })

  test.each(['json:{"driver":"raw"}', 'nbd://host/disk', 'file:base', 'half \ud800 a pair', ''])(
    'the name %j is none',
    async (name) => {
      await using folder = await tempFolder('names')
      const path = folder.file('disk')
      const backing = { name, format: 'raw' } as const
      for (const named of [{ backing }, { dataFile: { name } }]) {
        const work = createImage(nodeHost, path, { format: 'qcow2', size: MIB, ...named })
        expect((await errorOf(work)).reason).toBe('link-not-a-path')
      }
      expect(await readdir(folder.path)).toEqual([])
    },
  )

  test('a backing file that a running program writes to is refused', async () => {
    await using folder = await tempFolder('busy')
    const base = folder.file('base')
    await qemuImg('create', '-q', '-f', 'qcow2', base, '1M')
    await using writer = await qemuSession(base)
    const error = await errorOf(
      createImage(nodeHost, folder.file('disk'), {
        format: 'qcow2',
        backing: { name: 'base', format: 'qcow2' },
      }),
    )
    expect(error).toMatchObject({ reason: 'file-in-use' })
    expect(error.explanation.detail).toContain(String(writer.pid))
    expect(await readdir(folder.path)).toEqual(['base'])
  })

  test.each([
    ['its own name', 'disk', 'options-conflict'],
    ['its own name in another way', './disk', 'options-conflict'],
  ])('a data file with %s is refused', async (_name, name, reason) => {
    await using folder = await tempFolder('self')
    const work = createImage(nodeHost, folder.file('disk'), {
      format: 'qcow2',
      size: MIB,
      dataFile: { name },
    })
    expect((await errorOf(work)).reason).toBe(reason)
    expect(await readdir(folder.path)).toEqual([])
  })
})

describe('a raw data file that is there', () => {
  const adopt = (name: string): CreateQcow2Options => ({
    format: 'qcow2',
    dataFile: { name, raw: true, useExisting: true },
  })

  test('becomes the disk, with its content and its size', async () => {
    await using folder = await tempFolder('adopt')
    const content = Buffer.alloc(300_000, 'disk')
    await writeFile(folder.file('content'), content)
    const path = folder.file('disk')
    const { plan } = await createImage(nodeHost, path, adopt('content'))
    expect(plan).toMatchObject({ sizeFrom: 'data file', virtualSize: 300_032 })
    await using opened = await openImage(nodeHost, path, { format: 'qcow2' })
    const read = new Uint8Array(300_000)
    await opened.image.read(read, 0)
    expect(content.equals(read)).toBe(true)
    expect(await checkImage(nodeHost, path)).toMatchObject({ findings: [] })
  })

  test('has its old length when the image could not be made', async () => {
    await using folder = await tempFolder('adopt')
    await writeFile(folder.file('content'), Buffer.alloc(1000, 1))
    const faults = new Faults()
    faults.add({ operation: 'write', tag: 'header', nth: 0, fault: 'ENOSPC' })
    const work = createImage(failingHost(faults), folder.file('disk'), adopt('content'))
    expect((await errorOf(work)).reason).toBe('create-no-space')
    expect(await readdir(folder.path)).toEqual(['content'])
    expect((await stat(folder.file('content'))).size).toBe(1000)
  })

  test('is refused when it is in the backing chain, or would be overwritten', async () => {
    await using folder = await tempFolder('adopt')
    await writeFile(folder.file('content'), Buffer.alloc(MIB, 1))
    await link(folder.file('content'), folder.file('other-name'))
    const refused: CreateOptions[] = [
      { ...adopt('content'), backing: { name: 'other-name', format: 'raw' } },
      { ...adopt('content'), preallocation: 'full' },
      { format: 'qcow2', size: MIB, dataFile: { name: 'content', useExisting: true } },
    ]
    for (const options of refused) {
      const error = await errorOf(createImage(nodeHost, folder.file('disk'), options))
      expect(error.reason).toBe('options-conflict')
    }
    expect((await readdir(folder.path)).toSorted()).toEqual(['content', 'other-name'])
  })
})

describe('a create that fails', () => {
  const options: CreateOptions = {
    format: 'qcow2',
    size: MIB,
    preallocation: 'full',
    dataFile: { name: 'content' },
  }

  test.each([
    ['content', { operation: 'write', tag: 'data', fault: 'ENOSPC' }, 'create-no-space'],
    ['tables', { operation: 'write', tag: 'l2-table', fault: 'EIO' }, 'create-failed'],
    ['header', { operation: 'write', tag: 'header', fault: 'EIO' }, 'create-failed'],
    ['flush', { operation: 'flush', fault: 'EIO' }, 'create-failed'],
    ['length', { operation: 'truncate', fault: 'ENOSPC' }, 'create-no-space'],
  ] as const)('at its %s leaves no file', async (_name, rule, reason) => {
    await using folder = await tempFolder('fails')
    const faults = new Faults()
    faults.add({ ...rule, nth: 0 })
    const error = await errorOf(createImage(failingHost(faults), folder.file('disk'), options))
    expect(error.reason).toBe(reason)
    expect(error.explanation.safety).toBe('What was begun was removed again.')
    expect(await readdir(folder.path)).toEqual([])
    // Nothing is held any more: the next attempt works.
    await createImage(nodeHost, folder.file('disk'), options)
  })

  test('and cannot remove what it began says so', async () => {
    await using folder = await tempFolder('left')
    const faults = new Faults()
    faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
    const host: WritingEnvironment = {
      ...failingHost(faults),
      removeFile: async (path) => {
        throw new ImageError('file-not-writable', { path, errno: 'EROFS' })
      },
    }
    const path = folder.file('disk')
    const error = await errorOf(createImage(host, path, { format: 'qcow2', size: MIB }))
    expect(error).toMatchObject({
      reason: 'create-left-behind',
      context: { path, link: path, errno: 'EROFS' },
      cause: { reason: 'create-failed' },
    })
  })
})

describe('preallocation', () => {
  test('of metadata for 1 TiB goes through little memory, with progress', async () => {
    await using folder = await tempFolder('terabyte')
    const path = folder.file('disk')
    const seen: Progress[] = []
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    await createImage(
      nodeHost,
      path,
      { format: 'qcow2', size: TIB, preallocation: 'metadata', refcountBits: 1 },
      {
        onProgress: (progress) => {
          seen.push(progress)
          most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        },
      },
    )
    expect(most).toBeLessThan(16 * MIB)
    expect(seen.length).toBeGreaterThan(100)
    expect(seen.at(-1)).toMatchObject({ phase: 'tables', unit: 'bytes' })
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total)
    expect(seen.map(({ done }) => done)).toEqual(
      seen.map(({ done }) => done).toSorted((one, other) => one - other),
    )
    const { size, blocks } = await stat(path)
    expect(size).toBeGreaterThan(TIB)
    expect(blocks * 512).toBeLessThan(140 * MIB)
  })

  test.each(['metadata', 'full', 'falloc'] as const)(
    '%s can be cancelled',
    async (preallocation) => {
      await using folder = await tempFolder('cancel')
      const stop = new AbortController()
      const work = createImage(
        nodeHost,
        folder.file('disk'),
        { format: 'qcow2', size: 5 * GIB, preallocation },
        { signal: stop.signal, onProgress: ({ done }) => done > 0 && stop.abort() },
      )
      const error = await errorOf(work)
      expect(error.reason).toBe('cancelled')
      expect(await readdir(folder.path)).toEqual([])
    },
  )

  test('by falloc is said to be written where the host promises no space', async () => {
    await using folder = await tempFolder('no-promise')
    class NoPromise extends FaultFile {
      override allocate(): 'unsupported' {
        return 'unsupported'
      }
    }
    const host: WritingEnvironment = {
      ...nodeHost,
      createFile: async (path) => new NoPromise(await nodeHost.createFile(path), new Faults()),
    }
    const options: CreateOptions = { format: 'raw', size: 5 * MIB, preallocation: 'falloc' }
    const path = folder.file('disk.raw')
    expect(await createImage(host, path, options)).toMatchObject({ space: 'written' })
    expect((await stat(path)).blocks * 512).toBeGreaterThanOrEqual(5 * MIB)
    const promised = await createImage(nodeHost, folder.file('other.raw'), options)
    expect(promised).toMatchObject({ space: 'promised' })
  })

  test('past what refcounts can count is refused', async () => {
    await using folder = await tempFolder('refcounts')
    const error = await errorOf(
      planCreate(nodeHost, folder.file('disk'), {
        format: 'qcow2',
        size: 100 * GIB,
        clusterSize: 512,
        refcountBits: 64,
        preallocation: 'metadata',
      }),
    )
    expect(error.reason).toBe('disk-too-large')
    expect(error.explanation.detail).not.toMatch(/\?|undefined|NaN/)
  })
})

test.each([
  [2 ** 53, 'disk-too-large'],
  [Number.MAX_SAFE_INTEGER, 'disk-too-large'],
  [Number.POSITIVE_INFINITY, 'option-invalid'],
  [Number.NaN, 'option-invalid'],
  [1.5, 'option-invalid'],
])('a size of %s is refused', async (size, reason) => {
  await using folder = await tempFolder('size')
  for (const options of [
    { format: 'raw', size },
    { format: 'qcow2', size, clusterSize: 2 * MIB },
  ] as const) {
    const error = await errorOf(createImage(nodeHost, folder.file('disk'), options))
    expect(error.reason).toBe(reason)
    expect(JSON.stringify(error.explanation)).not.toMatch(/NaN|undefined/)
  }
})
