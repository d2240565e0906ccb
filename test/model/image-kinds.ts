import type { CreateQcow2Options } from '../../core/operations/create-options.ts'

/** A kind of image, for the seed to choose from. */
export interface ImageKind {
  readonly name: string
  readonly clusterSize: number
  readonly options: Omit<CreateQcow2Options, 'format' | 'size' | 'clusterSize' | 'backing'>
  /** Clusters of a backing image below. */
  readonly backingClusters?: number
}

export const imageKinds: readonly ImageKind[] = [
  { name: '512-byte clusters', clusterSize: 512, options: { refcountBits: 16 } },
  { name: '64 KiB clusters', clusterSize: 65_536, options: {} },
  { name: 'version 2', clusterSize: 1024, options: { version: 2 } },
  { name: 'lazy refcounts', clusterSize: 4096, options: { lazyRefcounts: true, refcountBits: 64 } },
  { name: 'refcounts of one bit', clusterSize: 1024, options: { refcountBits: 1 } },
  { name: 'refcounts of two bits', clusterSize: 512, options: { refcountBits: 2 } },
  {
    name: 'subclusters',
    clusterSize: 16_384,
    options: { extendedL2: true, compressionType: 'zstd' },
  },
  { name: 'an overlay', clusterSize: 2048, options: {}, backingClusters: 30 },
  {
    name: 'an overlay, version 2',
    clusterSize: 1024,
    options: { version: 2 },
    backingClusters: 50,
  },
  {
    name: 'an overlay with subclusters',
    clusterSize: 16_384,
    options: { extendedL2: true },
    backingClusters: 9,
  },
  { name: 'a data file', clusterSize: 4096, options: { dataFile: { name: 'disk.data' } } },
  {
    name: 'a raw data file',
    clusterSize: 4096,
    options: { dataFile: { name: 'disk.data', raw: true } },
  },
  { name: 'all metadata there', clusterSize: 1024, options: { preallocation: 'metadata' } },
]
