import type { Codecs } from '../../image/codec.ts'
import type { DiskImage } from '../../image/disk-image.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { LayerMap } from '../layer-map.ts'
import { readLayer } from '../read.ts'
import type { ImageTables } from '../tables/image-tables.ts'

/** A qcow2 image whose size changes. Nobody else reads or changes it meanwhile. */
export interface ResizableDisk {
  readonly tables: ImageTables
  readonly backing: DiskImage | undefined
  /** The external data file, which follows the disk's size. */
  readonly dataFile: WritableFile | undefined
  readonly codecs: Codecs
}

/** Tables that changed and wait in memory are saved when they are more than this. */
export const COMMIT_BYTES = 32 * 1024 * 1024

/** The mapping as the tables are now, also past the end of the disk: there it is nobody's but ours. */
export function mapOf({ tables, dataFile }: ResizableDisk): LayerMap {
  const { file, area, geometry } = tables
  return new LayerMap({
    geometry,
    files: { image: file, data: dataFile ?? file },
    l1: tables.l1,
    tables: tables.l2,
    version: area.header.version,
    hasDataFile: area.dataFileName !== undefined,
    dataFileRaw: area.dataFileRaw,
  })
}

/** As a guest of a larger disk would read it. Not for encrypted images. */
export async function readPastEnd(
  disk: ResizableDisk,
  into: Uint8Array,
  at: number,
): Promise<void> {
  const { tables, backing, codecs } = disk
  const { geometry, area } = tables
  const packed = {
    file: tables.file,
    clusterSize: geometry.clusterSize,
    compressionType: area.header.compressionType === 1 ? 'zstd' : 'zlib',
    codecs,
  } as const
  await readLayer({ map: mapOf(disk), geometry, backing, packed }, { into, at })
}
