import { ImageError } from '../../errors/image-error.ts'
import type { Codecs } from '../../image/codec.ts'
import type { DiskImage } from '../../image/disk-image.ts'
import { LayerMap } from '../layer-map.ts'
import type { LayerReader } from '../read.ts'
import type { EntryWords, ImageTables } from '../tables/image-tables.ts'
import { clusterState, type ClusterState, type StateRules } from './cluster-state.ts'
import { imageStore, type ClusterStore, type DataFileStore } from './cluster-store.ts'
import type { ZeroSource } from './known-zero.ts'

/** What changing the content of one image needs; whoever uses it holds the guest range it changes. */
export interface WrittenLayer {
  readonly tables: ImageTables
  readonly store: ClusterStore
  /** Reads what is there before a change, from this layer and those below. */
  readonly reader: LayerReader
  /** The same, for the question what reads as zeroes. */
  readonly content: ZeroSource
  readonly rules: StateRules
  /** The data file, where it must read as the disk does without the image. */
  readonly rawDataFile: DataFileStore | undefined
}

export interface LayerParts {
  readonly backing: DiskImage | undefined
  readonly codecs: Codecs
  /** The external data file, when the image has one. */
  readonly dataStore: DataFileStore | undefined
}

/** The layer that tables describe, with all that is changed in them; good for one geometry. */
export function layerOver(
  tables: ImageTables,
  { backing, codecs, dataStore }: LayerParts,
): WrittenLayer {
  const { file, area, geometry, l1, l2 } = tables
  const { version, compressionType } = area.header
  const hasDataFile = area.dataFileName !== undefined
  const map = new LayerMap({
    geometry,
    files: { image: file, data: dataStore?.file ?? file },
    l1,
    tables: l2,
    version,
    hasDataFile,
    dataFileRaw: area.dataFileRaw,
  })
  const packed = {
    file,
    clusterSize: geometry.clusterSize,
    compressionType: compressionType === 1 ? 'zstd' : 'zlib',
    codecs,
  } as const
  return {
    tables,
    store: dataStore ?? imageStore(tables),
    reader: { map, geometry, backing, packed },
    content: {
      virtualSize: geometry.virtualSize,
      backing,
      runAt: (at, limit) => map.runAt(at, limit),
    },
    rules: { geometry, version, hasDataFile },
    rawDataFile: area.dataFileRaw ? dataStore : undefined,
  }
}

/** The entry of a guest cluster. Throws `structure-damaged` where it contradicts itself. */
export function stateOf(layer: WrittenLayer, cluster: number): ClusterState {
  layer.tables.entry(cluster, words)
  const state = clusterState(words, layer.rules)
  if (state === 'invalid') throw damaged(layer, cluster, 'an entry that contradicts itself')
  const { clusterSize } = layer.rules.geometry
  const mustAgree = layer.rawDataFile !== undefined && state.place === 'own'
  if (mustAgree && state.hostOffset !== cluster * clusterSize) {
    throw damaged(layer, cluster, `data at ${state.hostOffset} of the raw data file`)
  }
  return state
}

/** One object for all looks at an entry: a long write makes millions. */
const words: EntryWords = { high: 0, low: 0, alloc: 0, zeroes: 0 }

function damaged({ tables }: WrittenLayer, cluster: number, found: string): ImageError {
  const { geometry } = tables
  const table = tables.l1.l2OffsetAt(Math.floor(cluster / geometry.l2Entries))
  return new ImageError('structure-damaged', {
    path: tables.file.name,
    structure: 'L2 table entry',
    offset: table + (cluster % geometry.l2Entries) * geometry.l2EntryBytes,
    guestOffset: cluster * geometry.clusterSize,
    found,
    expected: 'a valid cluster mapping',
  })
}
