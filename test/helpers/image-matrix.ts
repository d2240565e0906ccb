/**
 * Images made by QEMU over everything qcow2 can be: every interop test walks this list, so that a
 * feature that is added here is compared everywhere.
 */
import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { copyOfMade } from './made-once.ts'
import { qemuImg, qemuIo, qemuIoWith } from './qemu.ts'

export interface MatrixImage {
  readonly name: string
  /** Builds the image (and what it links to) in `folder` and gives the path of its top file. */
  readonly build: (folder: string) => Promise<string>
}

interface Recipe {
  readonly name: string
  readonly options?: readonly string[]
  readonly size?: string
  readonly writes?: readonly string[]
  readonly extraArgs?: readonly string[]
  /** What happens after the writes. */
  readonly afterwards?: (image: string) => Promise<unknown>
}

/** Data, a hole, zeroes and a rewritten cluster; offsets are multiples of 4k so every cluster size fits. */
const usualWrites = [
  'write -P 0x11 0 192k',
  'write -P 0x22 512k 68k',
  'write -z 640k 128k',
  'write -P 0x33 2M 64k',
  'discard 64k 64k',
] as const

function recipe({
  name,
  options = [],
  size = '4M',
  writes = usualWrites,
  extraArgs = [],
  afterwards,
}: Recipe): MatrixImage {
  return {
    name,
    build: async (folder) => {
      const image = path.join(folder, `${name}.qcow2`)
      const optionArgs = options.length === 0 ? [] : ['-o', options.join(',')]
      await qemuImg('create', '-q', '-f', 'qcow2', ...optionArgs, ...extraArgs, image, size)
      if (writes.length > 0) await qemuIo(image, ...writes)
      await afterwards?.(image)
      return image
    },
  }
}

/**
 * The same image, written back and read once. A file system reports space that is allocated and never
 * written as a hole, except for the pages it has in memory: what one program's readahead brings in would
 * change the answer between one look and the next.
 */
const settled = ({ name, build }: MatrixImage): MatrixImage => ({
  name,
  build: async (folder) => {
    const image = await build(folder)
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile()) continue
      await using file = await open(path.join(folder, entry.name))
      await file.sync()
      await file.readFile()
    }
    return image
  },
})

/** Made once for all tests of a run; not for what a copy would lose: reserved space, names of files in other folders. */
const keptOf = ({ name, build }: MatrixImage): MatrixImage => ({
  name,
  build: (folder) => copyOfMade(`matrix-${name}`, folder, build),
})

const clusterSizes = [512, 1024, 4096, 16_384, 65_536, 262_144, 2_097_152]

const plain: readonly MatrixImage[] = [
  recipe({ name: 'v2', options: ['compat=0.10'] }),
  recipe({ name: 'v3' }),
  recipe({ name: 'empty', writes: [] }),
  recipe({ name: 'size-zero', size: '0', writes: [] }),
  recipe({ name: 'size-one-sector', size: '512', writes: ['write -P 7 0 512'] }),
  recipe({ name: 'size-odd', size: '4200448', writes: ['write -P 7 4195328 5120'] }),
  recipe({ name: 'v2-clusters-4k', options: ['compat=0.10', 'cluster_size=4k'] }),
  ...clusterSizes.map((size) =>
    recipe({ name: `clusters-${size}`, options: [`cluster_size=${size}`] }),
  ),
  ...[1, 2, 4, 8, 16, 32, 64].map((bits) =>
    recipe({ name: `refcount-bits-${bits}`, options: [`refcount_bits=${bits}`] }),
  ),
  recipe({ name: 'lazy-refcounts', options: ['lazy_refcounts=on'] }),
  recipe({
    name: 'large-virtual-size',
    size: '1P',
    options: ['cluster_size=2M'],
    writes: ['write -P 5 1125899906710528 65536', 'write -P 6 0 4k'],
  }),
]

const subclusters: readonly MatrixImage[] = [16_384, 65_536, 2_097_152].map((size) =>
  recipe({
    name: `extended-l2-${size}`,
    options: ['extended_l2=on', `cluster_size=${size}`],
    writes: [
      ...usualWrites,
      'write -P 0x44 1M 2k',
      'write -P 0x45 1056768 512',
      'write -z 1060864 8k',
    ],
  }),
)

const preallocated: readonly MatrixImage[] = ['metadata', 'falloc', 'full'].flatMap((mode) => [
  recipe({ name: `preallocation-${mode}`, options: [`preallocation=${mode}`] }),
  recipe({
    name: `preallocation-${mode}-extended-l2`,
    options: [`preallocation=${mode}`, 'extended_l2=on'],
  }),
])

/** A raw source with text, zeroes and noise, converted with compression. */
function compressed(name: string, options: readonly string[]): MatrixImage {
  return {
    name,
    build: async (folder) => {
      const source = path.join(folder, `${name}-source.qcow2`)
      const image = path.join(folder, `${name}.qcow2`)
      await qemuImg('create', '-q', '-f', 'qcow2', source, '4M')
      await qemuIo(source, ...usualWrites, 'write -P 0x5a 3M 300k')
      const optionArgs = options.length === 0 ? [] : ['-o', options.join(',')]
      await qemuImg('convert', '-c', '-f', 'qcow2', '-O', 'qcow2', ...optionArgs, source, image)
      // A normal cluster among compressed ones, and a compressed one that was overwritten.
      await qemuIo(image, 'write -P 0x66 0 4k', 'write -P 0x67 1M 64k')
      return image
    },
  }
}

const packed: readonly MatrixImage[] = [
  compressed('compressed-zlib', []),
  compressed('compressed-v2', ['compat=0.10']),
  compressed('compressed-zlib-512', ['cluster_size=512']),
  compressed('compressed-zlib-2m', ['cluster_size=2M']),
  compressed('compressed-zstd', ['compression_type=zstd']),
  compressed('compressed-zstd-4k', ['compression_type=zstd', 'cluster_size=4k']),
  compressed('compressed-extended-l2', ['extended_l2=on']),
]

const snapshots = async (image: string) => {
  await qemuImg('snapshot', '-c', 'first', image)
  await qemuIo(image, 'write -P 0x77 0 64k')
  await qemuImg('snapshot', '-c', 'second, with a longer name', image)
  await qemuIo(image, 'write -P 0x78 128k 64k', 'write -z 2M 64k')
}

const withSnapshots: readonly MatrixImage[] = [
  recipe({ name: 'snapshots', afterwards: snapshots }),
  recipe({ name: 'snapshots-v2', options: ['compat=0.10'], afterwards: snapshots }),
  recipe({ name: 'snapshots-512', options: ['cluster_size=512'], afterwards: snapshots }),
  recipe({
    name: 'snapshots-refcount-bits-2',
    options: ['refcount_bits=2'],
    afterwards: snapshots,
  }),
  recipe({
    name: 'snapshots-refcount-bits-64',
    options: ['refcount_bits=64'],
    afterwards: snapshots,
  }),
  recipe({ name: 'snapshots-extended-l2', options: ['extended_l2=on'], afterwards: snapshots }),
  recipe({
    name: 'snapshot-deleted',
    afterwards: async (image) => {
      await snapshots(image)
      await qemuImg('snapshot', '-d', 'first', image)
    },
  }),
  recipe({
    name: 'snapshot-applied',
    afterwards: async (image) => {
      await snapshots(image)
      await qemuImg('snapshot', '-a', 'first', image)
    },
  }),
]

/** `layers[0]` is the base; each later layer names the one before it. */
function chain(
  name: string,
  layers: readonly {
    readonly size: string
    readonly writes: readonly string[]
    readonly options?: readonly string[]
    readonly format?: 'qcow2' | 'raw'
  }[],
): MatrixImage {
  return {
    name,
    build: async (folder) => {
      let below: { readonly file: string; readonly format: string } | undefined
      for (const [index, { size, writes, options = [], format = 'qcow2' }] of layers.entries()) {
        const file = `${name}-${index}.${format}`
        const image = path.join(folder, file)
        const backing = below === undefined ? [] : ['-b', below.file, '-F', below.format]
        const optionArgs = options.length === 0 ? [] : ['-o', options.join(',')]
        await qemuImg('create', '-q', '-f', format, ...optionArgs, ...backing, image, size)
        await qemuIoWith({ format }, image, ...writes)
        below = { file, format }
      }
      return path.join(folder, `${name}-${layers.length - 1}.qcow2`)
    },
  }
}

const base = { size: '4M', writes: ['write -P 0xb0 0 256k', 'write -P 0xb1 3M 512k'] }
const top = {
  size: '4M',
  writes: ['write -P 0xc0 64k 64k', 'write -z 128k 64k', 'write -P 1 2M 4k'],
}

const chains: readonly MatrixImage[] = [
  chain('backing', [base, top]),
  chain('backing-raw', [{ ...base, format: 'raw' }, top]),
  chain('backing-shorter', [
    { ...base, size: '3600k' },
    { ...top, size: '6M' },
  ]),
  chain('backing-longer', [{ ...base, size: '8M' }, top]),
  chain('backing-deep', [base, top, { size: '4M', writes: ['write -P 3 192k 64k'] }, top, top]),
  chain('backing-other-clusters', [
    { ...base, options: ['cluster_size=512'] },
    { ...top, options: ['cluster_size=2M'] },
  ]),
  chain('backing-extended-l2', [base, { ...top, options: ['extended_l2=on'] }]),
  chain('backing-odd-size', [
    { size: '1049088', writes: ['write -P 9 1048576 512'] },
    { size: '2100224', writes: ['write -P 8 2097152 2560'] },
  ]),
]

function dataFile(name: string, options: readonly string[]): MatrixImage {
  return {
    name,
    build: async (folder) => {
      const image = path.join(folder, `${name}.qcow2`)
      const data = path.join(folder, `${name}.data`)
      const optionList = [`data_file=${data}`, ...options].join(',')
      await qemuImg('create', '-q', '-f', 'qcow2', '-o', optionList, image, '4M')
      await qemuIo(image, ...usualWrites)
      return image
    },
  }
}

const dataFiles: readonly MatrixImage[] = [
  dataFile('data-file', []),
  dataFile('data-file-raw', ['data_file_raw=on']),
  dataFile('data-file-extended-l2', ['extended_l2=on']),
]

const bitmaps: readonly MatrixImage[] = [
  recipe({
    name: 'bitmaps',
    afterwards: async (image) => {
      await qemuImg('bitmap', '--add', image, 'daily')
      await qemuImg('bitmap', '--add', '-g', '512', '--disable', image, 'fine')
      await qemuIo(image, 'write -P 0x99 0 1M')
    },
  }),
  recipe({
    name: 'bitmaps-512',
    options: ['cluster_size=512'],
    afterwards: async (image) => {
      await qemuImg('bitmap', '--add', '-g', '512', image, 'fine')
      await qemuIo(image, 'write -P 0x99 0 1M')
    },
  }),
]

/** Content needs a passphrase: these tests look at the metadata alone. */
const encrypted: readonly MatrixImage[] = [
  recipe({
    name: 'aes',
    extraArgs: ['--object', 'secret,id=key,data=platter'],
    options: ['encrypt.format=aes', 'encrypt.key-secret=key'],
    writes: [],
  }),
]

/** Images whose content anybody can read. */
export const readableImages: readonly MatrixImage[] = [
  ...[...plain, ...subclusters].map(keptOf),
  ...preallocated,
  ...[...packed, ...withSnapshots, ...chains].map(keptOf),
  ...dataFiles,
  ...bitmaps.map(keptOf),
].map(settled)

/** Every image of the matrix, encrypted ones too. */
export const matrixImages: readonly MatrixImage[] = [...readableImages, ...encrypted]
