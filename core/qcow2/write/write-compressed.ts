import { ImageError } from '../../errors/image-error.ts'
import { hostOffset } from '../../units.ts'
import { SECTOR } from '../format/constants.ts'
import { encodeL2Entry } from '../format/l2-entry.ts'
import { referenceOf } from './write.ts'
import { stateOf, type WrittenLayer } from './written-layer.ts'

/** The bytes of a cluster as they would be stored; undefined when packing does not make them fewer. */
export async function packCluster(
  { reader }: WrittenLayer,
  content: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { codecs, compressionType, clusterSize } = reader.packed
  const whole = new Uint8Array(clusterSize)
  // Past the end of the disk a cluster holds zeroes; a reader expects a whole one to come out.
  whole.set(content)
  const packed = await (compressionType === 'zstd'
    ? codecs.packZstd(whole)
    : codecs.deflateRaw(whole))
  return packed.length < clusterSize ? packed : undefined
}

/**
 * Stores guest cluster `cluster` as `packed`, behind what was packed before. Its old place is given up:
 * compressed data is never written over.
 */
export async function writePacked(
  layer: WrittenLayer,
  cluster: number,
  packed: Uint8Array,
): Promise<void> {
  const { tables, rules } = layer
  const { geometry } = rules
  const old = stateOf(layer, cluster)
  const giveUp = referenceOf(layer, cluster, old)
  const offset = tables.reservePacked(packed.length)
  try {
    // What a descriptor's offset field cannot say; with 2 MiB clusters that is 512 TiB into the file.
    if (offset + packed.length > 2 ** geometry.compressedOffsetBits) {
      throw new ImageError('image-full', {
        path: tables.file.name,
        structure: 'compressed part',
        limit: 2 ** geometry.compressedOffsetBits,
        found: offset + packed.length,
      })
    }
    await tables.writeData(packed, offset, 'compressed')
    const end = offset + packed.length - 1
    const sectors = Math.floor(end / SECTOR) - Math.floor(offset / SECTOR) + 1
    const word = encodeL2Entry(
      { kind: 'compressed', hostOffset: hostOffset(offset), sectors, copied: false },
      geometry,
    )
    tables.setEntry(cluster, { ...word, alloc: 0, zeroes: 0 })
  } catch (error) {
    tables.unreservePacked(offset, packed.length)
    throw error
  }
  giveUp?.()
}
