/** What the made-up services answer about one image. */
import type {
  AllocationClass,
  AllocationSummary,
  ImageInfo,
  MapExtent,
} from '../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { random } from './random.ts'

/** @param base What it is built on, when the library has it. */
export function madeUpInfo(row: LibraryRow, base?: LibraryRow): ImageInfo {
  const virtualSize = row.virtualSize ?? row.fileLength
  const clusterSize = row.clusterSize ?? 65_536
  const total = Math.ceil(virtualSize / clusterSize)
  const normal = Math.floor((row.onDisk ?? 0) / clusterSize)
  const isQcow2 = row.format === 'qcow2'
  return {
    path: row.path,
    format: row.format ?? 'raw',
    virtualSize,
    fileLength: row.fileLength,
    allocatedBytes: row.onDisk ?? row.fileLength,
    modifiedAt: row.modifiedAt,
    ...(isQcow2 && {
      qcow2: {
        version: row.formatLabel.endsWith('2') ? 2 : 3,
        clusterSize,
        refcountBits: row.refcountBits ?? 16,
        lazyRefcounts: row.lazyRefcounts ?? false,
        dirty: row.health === 'dirty',
        corrupt: row.health === 'damaged',
        compressionType: row.compressionType ?? 'zlib',
        extendedL2: row.extendedL2 ?? false,
        encryption: row.encryption ?? 'none',
        dataFileRaw: false,
        headerLength: 112,
        l1Offset: 0x30000,
        l1Entries: Math.ceil(virtualSize / (clusterSize * (clusterSize / 8))),
        refcountTableOffset: 0x10000,
        refcountTableClusters: 1,
        features: {
          incompatible: row.compressionType === 'zstd' ? ['compression type'] : [],
          compatible: row.lazyRefcounts === true ? ['lazy refcounts'] : [],
          autoclear: (row.bitmapCount ?? 0) > 0 ? ['bitmaps'] : [],
        },
        extensions: [
          ...(row.backing === undefined
            ? []
            : [{ type: 0xe2792aca, name: 'backing file format', length: 5 }]),
          { type: 0x6803f857, name: 'feature name table', length: 384 },
        ],
        bitmaps: Array.from({ length: row.bitmapCount ?? 0 }, (_, index) => ({
          name: `backup-${index + 1}`,
          granularity: 65_536,
          flags: ['auto'] as const,
        })),
      },
    }),
    snapshots: Array.from({ length: row.snapshotCount ?? 0 }, (_, index) => ({
      id: String(index + 1),
      name:
        ['clean install', 'before upgrade', 'nightly', 'works', 'tuned', 'final'][index] ?? 'more',
      vmStateSize: index % 2 === 0 ? 0 : 1_400_000_000,
      createdAt: row.modifiedAt - (6 - index) * 86_400_000 * 9,
      vmClockMs: index % 2 === 0 ? 0 : 5_123_456 * (index + 1),
      diskSize: virtualSize,
      l1Offset: 0x500000 + index * 0x10000,
      l1Entries: 160,
    })),
    ...(row.backing && { backingFile: row.backing.name, backingFormat: 'qcow2' }),
    chain: [
      {
        role: 'image',
        name: row.name,
        path: row.path,
        format: row.format ?? 'raw',
        formatAssumed: false,
        virtualSize,
        allocatedBytes: row.onDisk ?? row.fileLength,
        state: 'open',
      },
      ...(row.backing === undefined
        ? []
        : [
            {
              role: 'backing file',
              name: row.backing.name,
              formatAssumed: false,
              ...(row.backing.target !== undefined && { path: row.backing.target }),
              ...(row.backing.state === 'present' &&
                ({
                  format: 'qcow2',
                  virtualSize: base?.virtualSize ?? virtualSize,
                  allocatedBytes: base?.onDisk ?? 2_400_000_000,
                } as const)),
              state:
                row.backing.state === 'present'
                  ? 'open'
                  : row.backing.state === 'outside'
                    ? 'refused'
                    : row.backing.state,
            } as const,
          ]),
    ],
    ...(isQcow2 && {
      clusters: {
        total,
        normal,
        zeroPlain: Math.floor(normal / 40),
        zeroAllocated: Math.floor(normal / 200),
        compressed: row.compressionType === 'zstd' ? Math.floor(normal / 3) : 0,
        unallocated: Math.max(0, total - normal - Math.floor(normal / 40)),
        fragmented: Math.floor(normal * (row.fragmentation ?? 0)),
      },
    }),
    use: row.use,
  }
}

const classes = ['data', 'compressed', 'zero', 'backing', 'unallocated'] as const

/** Runs of one class, longer and shorter, as file systems leave them. */
export function madeUpAllocation(row: LibraryRow): AllocationSummary {
  const virtualSize = row.virtualSize ?? row.fileLength
  const bucketCount = 16_384
  const bucketBytes = Math.ceil(virtualSize / bucketCount)
  const chance = random(row.id)
  const shares = Object.fromEntries(
    classes.map((name) => [name, new Uint8Array(bucketCount)]),
  ) as Record<AllocationClass, Uint8Array>
  const totals: Record<AllocationClass, number> = {
    data: 0,
    compressed: 0,
    zero: 0,
    backing: 0,
    unallocated: 0,
  }
  const filled = (row.onDisk ?? virtualSize / 4) / virtualSize
  let extentCount = 0
  for (let bucket = 0; bucket < bucketCount;) {
    const length = Math.min(bucketCount - bucket, chance.between(1, chance.chance(0.1) ? 900 : 90))
    const main: AllocationClass = chance.chance(Math.min(0.95, filled * 1.1))
      ? row.compressionType === 'zstd' && chance.chance(0.4)
        ? 'compressed'
        : 'data'
      : row.backing !== undefined && chance.chance(0.5)
        ? 'backing'
        : chance.chance(0.15)
          ? 'zero'
          : 'unallocated'
    // What is not there is not there as a whole; the rest of another class is not there either.
    const isWhole = chance.chance(0.6) || main === 'unallocated'
    const share = isWhole ? 255 : chance.between(60, 254)
    shares[main].fill(share, bucket, bucket + length)
    totals[main] += Math.round((length * bucketBytes * share) / 255)
    if (main !== 'unallocated') {
      shares.unallocated.fill(255 - share, bucket, bucket + length)
      totals.unallocated += Math.round((length * bucketBytes * (255 - share)) / 255)
    }
    extentCount += 1
    bucket += length
  }
  return {
    virtualSize,
    bucketBytes,
    bucketCount,
    shares: Object.fromEntries(
      classes.map((name) => [name, base64(shares[name])]),
    ) as AllocationSummary['shares'],
    totals,
    extentCount,
  }
}

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''))

export function madeUpExtents(
  row: LibraryRow,
  from: number,
  limit: number,
): {
  extents: MapExtent[]
  nextFrom?: number
} {
  const virtualSize = row.virtualSize ?? row.fileLength
  const step = 64 * 1024 * 1024
  const first = Math.floor(from / step)
  const extents: MapExtent[] = []
  for (let index = first; extents.length < limit && index * step < virtualSize; index += 1) {
    const present = index % 3 !== 2
    extents.push({
      start: index * step,
      length: Math.min(step, virtualSize - index * step),
      depth: index % 7 === 0 ? 1 : 0,
      present,
      zero: !present || index % 11 === 0,
      data: present && index % 11 !== 0,
      compressed: false,
      ...(present && { offset: 0x50000 + index * step, filename: row.path }),
    })
  }
  const next = (first + extents.length) * step
  return next < virtualSize ? { extents, nextFrom: next } : { extents }
}
