import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import type {
  CreateOptions,
  CreateQcow2Options,
} from '../../../../core/operations/create-options.ts'
import { qemuImg, qemuImgJson, qemuIo, qemuIoWith, runTool } from '../../../helpers/qemu.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()

type Qcow2 = Omit<CreateQcow2Options, 'format'>

const MIB = 2 ** 20
const GIB = 2 ** 30
const TIB = 2 ** 40
const PIB = 2 ** 50

/** The same disk made by us in one folder and by qemu-img in another, under the same names. */
async function bothMake(
  folder: TempFolder,
  options: CreateOptions,
  prepare: (folder: string) => Promise<unknown> = async () => {},
) {
  const ours = folder.file('ours')
  const theirs = folder.file('theirs')
  for (const place of [ours, theirs]) {
    await mkdir(place)
    await prepare(place)
  }
  const result = await engine.createImage(path.join(ours, 'disk'), options)
  const [tool, ...command] = result.plan.qemuCommand
  expect(tool).toBe('qemu-img')
  const args = command.map((arg) => (arg === result.plan.path ? 'disk' : arg))
  const made = await runTool('qemu-img', args, { cwd: theirs })
  expect(made.stderr).toBe('')
  return { ours, theirs, result }
}

async function json<Shape>(cwd: string, ...args: string[]): Promise<Shape> {
  const { stdout, stderr, exitCode } = await runTool('qemu-img', args, { cwd })
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  // The tool's documented output.
  return JSON.parse(stdout) as Shape
}

interface Info {
  readonly 'actual-size': number
}

interface MapEntry {
  readonly start: number
  readonly length: number
  readonly depth: number
  readonly present: boolean
  readonly zero: boolean
  readonly data: boolean
}

/** What is where on the disk, whatever its place in the file. */
async function mapWithoutOffsets(cwd: string): Promise<MapEntry[]> {
  const entries = await json<MapEntry[]>(cwd, 'map', '--output=json', 'disk')
  const joined: MapEntry[] = []
  for (const { start, length, depth, present, zero, data } of entries) {
    const last = joined.at(-1)
    const isSame =
      last !== undefined &&
      [last.depth, last.present, last.zero, last.data].join() ===
        [depth, present, zero, data].join()
    if (isSame) joined[joined.length - 1] = { ...last, length: last.length + length }
    else joined.push({ start, length, depth, present, zero, data })
  }
  return joined
}

async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const names = await readdir(folder)
  const entries = names
    .toSorted()
    .map(async (name) => [name, await readFile(path.join(folder, name))])
  return Object.fromEntries(await Promise.all(entries))
}

/** QEMU looks for a data file in the folder it runs in. */
async function mustBeClean(image: string): Promise<void> {
  const { exitCode, stdout, stderr } = await runTool('qemu-img', ['check', '-f', 'qcow2', image], {
    cwd: path.dirname(image),
  })
  expect({ exitCode, output: exitCode === 0 ? '' : stdout + stderr }).toEqual({
    exitCode: 0,
    output: '',
  })
  expect(await engine.checkImage(image, { format: 'qcow2' })).toMatchObject({
    health: 'healthy',
    findings: [],
  })
}

const baseOf = async (folder: string) => {
  await qemuImg('create', '-q', '-f', 'qcow2', path.join(folder, 'base.qcow2'), '3M')
  await writeFile(path.join(folder, 'base.raw'), Buffer.alloc(MIB + 100, 7))
}

const withBase: Qcow2 = { backing: { name: 'base.qcow2', format: 'qcow2' } }

const clusterSizes = [512, 1024, 4096, 8192, 65_536, 2 * MIB]

const sparse: readonly (readonly [name: string, options: Qcow2])[] = [
  ...clusterSizes.map(
    (clusterSize) => [`clusters of ${clusterSize}`, { size: GIB, clusterSize }] as const,
  ),
  ...clusterSizes.map(
    (clusterSize) =>
      [`version 2, clusters of ${clusterSize}`, { size: GIB, clusterSize, version: 2 }] as const,
  ),
  ...[1, 2, 4, 8, 16, 32, 64].flatMap((refcountBits) => [
    [`refcounts of ${refcountBits} bits`, { size: 3 * MIB, refcountBits }] as const,
    [
      `refcounts of ${refcountBits} bits, clusters of 512`,
      { size: 256 * MIB, clusterSize: 512, refcountBits },
    ] as const,
  ]),
  ...[0, 512, 1000, 1025, 65_536, 65_537, 4_200_448].map(
    (size) => [`a size of ${size}`, { size }] as const,
  ),
  ['lazy refcounts', { size: GIB, lazyRefcounts: true }],
  ['zstd', { size: GIB, compressionType: 'zstd' }],
  ['extended L2 entries', { size: GIB, extendedL2: true }],
  [
    'extended L2 entries, clusters of 16 KiB',
    { size: 9 * GIB, extendedL2: true, clusterSize: 16_384 },
  ],
  [
    'everything',
    { size: GIB, extendedL2: true, lazyRefcounts: true, compressionType: 'zstd', refcountBits: 8 },
  ],
  ['a backing file', { ...withBase, size: 5 * MIB }],
  ['a backing file and its size', withBase],
  ['a backing file, version 2', { ...withBase, version: 2 }],
  ['a backing file, small clusters', { ...withBase, clusterSize: 512 }],
  ['a raw backing file of an odd length', { backing: { name: 'base.raw', format: 'raw' } }],
  ['a backing file in another way', { backing: { name: '../ours/base.qcow2', format: 'qcow2' } }],
  ['a data file', { size: 100 * 1024, dataFile: { name: 'content' } }],
  ['a data file with a comma', { size: MIB, dataFile: { name: 'content, all of it' } }],
  ['a data file and a backing file', { ...withBase, dataFile: { name: 'content' } }],
  ['a raw data file', { size: 100 * 1024, dataFile: { name: 'content', raw: true } }],
  ['a raw data file, several tables', { size: 4 * GIB, dataFile: { name: 'content', raw: true } }],
  [
    'a raw data file, subclusters',
    { size: MIB, extendedL2: true, dataFile: { name: 'content', raw: true } },
  ],
  ['64 TiB', { size: 64 * TIB }],
  ['2 PiB, the most that 64 KiB clusters allow', { size: 2 * PIB }],
  ['1 PiB in clusters of 2 MiB', { size: PIB, clusterSize: 2 * MIB }],
  ['4 PiB in clusters of 2 MiB', { size: 4 * PIB, clusterSize: 2 * MIB }],
]

describe('a new image is, byte for byte, what qemu-img makes', () => {
  test.each(someOf(sparse, { oneIn: 3 }))('%s', async (_name, options) => {
    await using folder = await tempFolder('create')
    const { ours, theirs } = await bothMake(folder, { format: 'qcow2', ...options }, baseOf)
    const images = [ours, theirs].map((place) => path.join(place, 'disk'))
    const [our, their] = await Promise.all(images.map((image) => readFile(image)))
    expect(our?.equals(their ?? Buffer.of(1))).toBe(true)
    for (const name of await readdir(theirs)) {
      const lengths = [ours, theirs].map(async (place) => (await stat(path.join(place, name))).size)
      expect(new Set(await Promise.all(lengths)).size).toBe(1)
    }
    await mustBeClean(path.join(ours, 'disk'))
  })
})

const preallocated: readonly (readonly [name: string, options: Qcow2])[] = [
  ...(['metadata', 'falloc', 'full'] as const).flatMap((preallocation) => [
    [`${preallocation}, one table`, { size: 5 * MIB, preallocation }] as const,
    [`${preallocation}, an odd size`, { size: 100 * 1024, preallocation }] as const,
    [`${preallocation}, version 2`, { size: 5 * MIB, preallocation, version: 2 }] as const,
    [
      `${preallocation}, clusters of 2 MiB`,
      { size: 5 * MIB, preallocation, clusterSize: 2 * MIB },
    ] as const,
    [`${preallocation}, subclusters`, { size: 5 * MIB, preallocation, extendedL2: true }] as const,
    [
      `${preallocation}, subclusters over a backing file`,
      { ...withBase, preallocation, extendedL2: true },
    ] as const,
    [
      `${preallocation}, a data file`,
      { size: 5 * MIB, preallocation, dataFile: { name: 'content' } },
    ] as const,
    [
      `${preallocation}, a raw data file`,
      { size: 5 * MIB, preallocation, dataFile: { name: 'content', raw: true } },
    ] as const,
  ]),
  ['metadata, small clusters', { size: 40 * MIB, preallocation: 'metadata', clusterSize: 4096 }],
  ['metadata, refcounts of 1 bit', { size: 40 * MIB, preallocation: 'metadata', refcountBits: 1 }],
  ['metadata, refcounts of 64 bits', { size: GIB, preallocation: 'metadata', refcountBits: 64 }],
  ['metadata, several refcount blocks', { size: 3 * GIB, preallocation: 'metadata' }],
]

test('many refcount blocks take as much room as in the image that qemu-img makes', async () => {
  await using folder = await tempFolder('blocks')
  const options = { format: 'qcow2', size: 8 * GIB, clusterSize: 512, refcountBits: 64 } as const
  const { ours, theirs } = await bothMake(folder, options)
  const lengths = [ours, theirs].map(async (place) => (await stat(path.join(place, 'disk'))).size)
  const [our = 0, their = 0] = await Promise.all(lengths)
  expect(our).toBeLessThanOrEqual(their)
  await mustBeClean(path.join(ours, 'disk'))
})

describe('a preallocated image', () => {
  test.each(someOf(preallocated, { oneIn: 3, from: 1 }))('%s', async (_name, options) => {
    await using folder = await tempFolder('preallocated')
    const { ours, theirs, result } = await bothMake(folder, { format: 'qcow2', ...options }, baseOf)
    const args = ['info', '--output=json', 'disk']
    const ourInfo = await json<Info>(ours, ...args)
    const theirInfo = await json<Info>(theirs, ...args)
    // QEMU spreads the tables over the file and writes zeroes past the disk's end in its last cluster.
    expect(ourInfo).toEqual({ ...theirInfo, 'actual-size': expect.any(Number) })
    expect(ourInfo['actual-size']).toBeLessThanOrEqual(theirInfo['actual-size'])
    expect(await mapWithoutOffsets(ours)).toEqual(await mapWithoutOffsets(theirs))
    const image = path.join(ours, 'disk')
    expect(result.plan.fileLength).toBe((await stat(image)).size)
    await mustBeClean(image)
    const commands = ['read -P 0 0 100k', 'write -P 1 4k 60k', 'read -P 1 4k 60k', 'read -P 0 0 4k']
    const { stdout } = await runTool(
      'qemu-io',
      [...commands.flatMap((command) => ['-c', command]), 'disk'],
      { cwd: ours },
    )
    expect(stdout).not.toMatch(/failed|error/i)
    await mustBeClean(image)
  })
})

test.each([
  ['64 TiB', { size: 64 * TIB }],
  ['1 PiB', { size: PIB, clusterSize: 2 * MIB }],
  [
    '128 GiB in clusters of 512 bytes, whose refcount table has several',
    { size: 128 * GIB, clusterSize: 512 },
  ],
] satisfies [string, Qcow2][])(
  'QEMU writes to the ends of a disk of %s',
  async (_name, options) => {
    await using folder = await tempFolder('large')
    const image = folder.file('disk.qcow2')
    await engine.createImage(image, { format: 'qcow2', ...options })
    const end = options.size - 65_536
    await qemuIo(image, 'write -P 1 0 64k', `write -P 2 ${end} 64k`, `read -P 2 ${end} 64k`)
    await mustBeClean(image)
    expect(await qemuImgJson('info', image)).toMatchObject({ 'virtual-size': options.size })
  },
)

describe('a raw image', () => {
  test.each([
    ['sparse', {}],
    ['falloc', { preallocation: 'falloc' }],
    ['full', { preallocation: 'full' }],
  ] as const)('%s', async (_name, options) => {
    await using folder = await tempFolder('raw')
    const { ours, theirs, result } = await bothMake(folder, {
      format: 'raw',
      size: 1_000_001,
      ...options,
    })
    expect(
      (await filesOf(ours))['disk']?.equals((await filesOf(theirs))['disk'] ?? Buffer.of(1)),
    ).toBe(true)
    expect(result.plan).toMatchObject({ virtualSize: 1_000_448, fileLength: 1_000_448 })
    await qemuIoWith(
      { format: 'raw' },
      path.join(ours, 'disk'),
      'write -P 1 0 4k',
      'read -P 1 0 4k',
    )
  })
})

describe('what qemu-img refuses is refused here, in our words', () => {
  const refusals: readonly (readonly [
    name: string,
    options: CreateOptions,
    reason: string,
    qemuArgs: readonly string[],
  ])[] = [
    ...[256, 5000, 4 * MIB].map(
      (clusterSize) =>
        [
          `clusters of ${clusterSize}`,
          { format: 'qcow2', size: GIB, clusterSize },
          'option-invalid',
          ['-o', `cluster_size=${clusterSize}`, 'disk', '1G'],
        ] as const,
    ),
    ...[3, 128].map(
      (refcountBits) =>
        [
          `refcounts of ${refcountBits} bits`,
          { format: 'qcow2', size: GIB, refcountBits },
          'option-invalid',
          ['-o', `refcount_bits=${refcountBits}`, 'disk', '1G'],
        ] as const,
    ),
    [
      'lazy refcounts in version 2',
      { format: 'qcow2', size: GIB, version: 2, lazyRefcounts: true },
      'options-conflict',
      ['-o', 'compat=0.10,lazy_refcounts=on', 'disk', '1G'],
    ],
    [
      'wide refcounts in version 2',
      { format: 'qcow2', size: GIB, version: 2, refcountBits: 32 },
      'options-conflict',
      ['-o', 'compat=0.10,refcount_bits=32', 'disk', '1G'],
    ],
    [
      'subclusters in version 2',
      { format: 'qcow2', size: GIB, version: 2, extendedL2: true },
      'options-conflict',
      ['-o', 'compat=0.10,extended_l2=on', 'disk', '1G'],
    ],
    [
      'zstd in version 2',
      { format: 'qcow2', size: GIB, version: 2, compressionType: 'zstd' },
      'options-conflict',
      ['-o', 'compat=0.10,compression_type=zstd', 'disk', '1G'],
    ],
    [
      'a data file in version 2',
      { format: 'qcow2', size: GIB, version: 2, dataFile: { name: 'content' } },
      'options-conflict',
      ['-o', 'compat=0.10,data_file=content', 'disk', '1G'],
    ],
    [
      'subclusters smaller than a sector',
      { format: 'qcow2', size: GIB, extendedL2: true, clusterSize: 8192 },
      'options-conflict',
      ['-o', 'extended_l2=on,cluster_size=8k', 'disk', '1G'],
    ],
    [
      'preallocation over a backing file',
      { format: 'qcow2', ...withBase, preallocation: 'metadata' },
      'options-conflict',
      ['-o', 'preallocation=metadata', '-b', 'base.qcow2', '-F', 'qcow2', 'disk'],
    ],
    [
      'a raw data file over a backing file',
      { format: 'qcow2', ...withBase, dataFile: { name: 'content', raw: true } },
      'options-conflict',
      ['-o', 'data_file=content,data_file_raw=on', '-b', 'base.qcow2', '-F', 'qcow2', 'disk'],
    ],
    [
      'a backing file that is not there',
      { format: 'qcow2', size: GIB, backing: { name: 'nowhere', format: 'qcow2' } },
      'link-missing',
      ['-b', 'nowhere', '-F', 'qcow2', 'disk', '1G'],
    ],
    [
      'a backing file of another format',
      { format: 'qcow2', size: GIB, backing: { name: 'base.raw', format: 'qcow2' } },
      'unknown-format',
      ['-b', 'base.raw', '-F', 'qcow2', 'disk', '1G'],
    ],
    [
      'more than the L1 table can map',
      { format: 'qcow2', size: 2 * PIB + 512 },
      'disk-too-large',
      ['disk', String(2 * PIB + 512)],
    ],
    [
      'more than small clusters can map',
      { format: 'qcow2', size: 128 * GIB + 512, clusterSize: 512 },
      'disk-too-large',
      ['-o', 'cluster_size=512', 'disk', String(128 * GIB + 512)],
    ],
    [
      'more than subclusters can map',
      { format: 'qcow2', size: PIB + 512, extendedL2: true },
      'disk-too-large',
      ['-o', 'extended_l2=on', 'disk', String(PIB + 512)],
    ],
    ['a disk without a size', { format: 'qcow2' }, 'size-missing', ['disk']],
    ['a negative size', { format: 'qcow2', size: -512 }, 'option-invalid', ['disk', '--', '-512']],
    [
      'metadata of a raw image',
      { format: 'raw', size: MIB, preallocation: 'metadata' },
      'options-conflict',
      ['-o', 'preallocation=metadata', '-f', 'raw', 'disk', '1M'],
    ],
    [
      'a name that leaves the header',
      {
        format: 'qcow2',
        size: MIB,
        clusterSize: 512,
        backing: { name: `${'./'.repeat(190)}base.raw`, format: 'raw' },
      },
      'names-too-long',
      ['-o', 'cluster_size=512', '-b', `${'./'.repeat(190)}base.raw`, '-F', 'raw', 'disk', '1M'],
    ],
    [
      'a name longer than the format allows',
      {
        format: 'qcow2',
        size: MIB,
        backing: { name: `${'./'.repeat(510)}base.raw`, format: 'raw' },
      },
      'names-too-long',
      ['-b', `${'./'.repeat(510)}base.raw`, '-F', 'raw', 'disk', '1M'],
    ],
  ]

  test.each(refusals)('%s', async (_name, options, reason, qemuArgs) => {
    await using folder = await tempFolder('refused')
    await baseOf(folder.path)
    const before = await filesOf(folder.path)
    const image = folder.file('disk')
    const error: unknown = await engine
      .createImage(image, options)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason, context: { path: expect.any(String) } })
    await expect(engine.planCreate(image, options)).rejects.toMatchObject({ reason })
    expect(JSON.stringify(error)).not.toMatch(/undefined|NaN|\?/)
    expect(await filesOf(folder.path)).toEqual(before)
    const theirs = await runTool('qemu-img', ['create', '-q', '-f', 'qcow2', ...qemuArgs], {
      cwd: folder.path,
    })
    expect(theirs.exitCode).not.toBe(0)
  })
})
