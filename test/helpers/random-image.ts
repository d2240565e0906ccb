/** Images of any kind that can be written to, and the parts of a disk that tests play in. */
import { MemoryFile } from '../../core/storage/memory-file.ts'
import { filled } from './devices.ts'
import type { Window } from './flat-disk.ts'
import { MemoryImage, type MemoryImageOptions } from './memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from './qcow2-builder.ts'
import type { Random } from './random.ts'

const K = 1024

/** An image of any kind that can be written to, with some clusters of each sort. */
export function randomImage(random: Random, { wrap }: Pick<MemoryImageOptions, 'wrap'> = {}) {
  const version = random.pick([2, 3, 3] as const)
  const extendedL2 = version === 3 && random.chance(0.4)
  const clusterBits = extendedL2 ? 14 : random.pick([9, 10, 12])
  const kind = random.pick(['plain', 'plain', 'overlay', 'snapshots', 'data file', 'raw data file'])
  const hasDataFile = version === 3 && kind.endsWith('data file')
  const virtualSize = 96 * K + 512 * random.below(8)
  // The builder makes one refcount block: in clusters of 512 bytes, wide counts would not fit into it.
  const widths = clusterBits === 9 ? 5 : 7
  const refcountOrder = kind === 'snapshots' ? 1 + random.below(widths - 1) : random.below(widths)
  const options: BuilderOptions = {
    version,
    clusterBits,
    extendedL2,
    virtualSize,
    refcountOrder: version === 2 ? 4 : refcountOrder,
    compression: version === 3 && !hasDataFile ? random.pick(['zlib', 'zstd']) : 'zlib',
    ...(kind === 'overlay' ? { backing: { name: 'base.raw', format: 'raw' } } : {}),
    ...(hasDataFile ? { dataFile: 'disk.data' } : {}),
  }
  const builder = new Qcow2Builder(options)
  for (let guest = 0; (guest + 1) * builder.clusterSize <= virtualSize; guest++) {
    const sort = random.pick(['none', 'none', 'data', 'compressed', 'zero', 'zero with place'])
    if (sort === 'data') builder.data(guest, 1 + (guest % 200))
    if (sort === 'compressed' && !hasDataFile) builder.compressed(guest, 1 + (guest % 200))
    if (sort === 'zero' && version === 3) builder.zeroPlain(guest)
    if (sort === 'zero with place' && version === 3 && !hasDataFile) builder.zeroAllocated(guest)
  }
  if (kind === 'snapshots') builder.snapshot({ id: '1', name: 'kept' })
  const isRaw = hasDataFile && kind === 'raw data file'
  if (isRaw) builder.header('autoclearFeatures', 2)
  const dataFile = hasDataFile ? new MemoryFile({ size: 128 * K }) : undefined
  const backing = kind === 'overlay' ? filled(random.pick([33 * K, 200 * K]), 0xbb) : undefined
  const image = new MemoryImage(builder, {
    ...(backing === undefined ? {} : { backing }),
    ...(dataFile === undefined ? {} : { dataFile }),
    discard: random.chance(0.5),
    ...(wrap === undefined ? {} : { wrap }),
  })
  return { image, kind, readableAlone: isRaw ? dataFile : undefined }
}

/** Four parts of a disk that share no cluster: calls on them may go on side by side. */
export function quarters({ bytes }: Window, clusterSize: number): Window[] {
  const length = Math.max(clusterSize, Math.ceil(bytes.length / 4 / clusterSize) * clusterSize)
  const parts: Window[] = []
  for (let start = 0; start < bytes.length; start += length) {
    parts.push({ start, bytes: bytes.subarray(start, start + length) })
  }
  return parts
}
