import { ImageError } from '../../errors/image-error.ts'
import type { Codecs } from '../../image/codec.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { CarriedItem, CarryBatch } from './carry-batches.ts'
import { packCluster, type CompressionType } from './pack-cluster.ts'

/** What is done to the bytes on their way. */
export interface PackingRules {
  readonly codecs: Codecs
  readonly clusterSize: number
  /** How plain clusters are packed; undefined: they stay plain. */
  readonly pack: CompressionType | undefined
  /** Compression of the old file's packed clusters, and of the new one's. */
  readonly oldType: CompressionType
  readonly newType: CompressionType
}

/** A batch with its bytes. */
export interface LoadedBatch {
  readonly batch: CarryBatch
  readonly bytes: Uint8Array
  /** Fresh compressed data by item; items that have none are carried over as they stand. */
  readonly packed: ReadonlyMap<CarriedItem, Uint8Array>
  /** Content of items that were packed in the old file and do not get shorter by the new type. */
  readonly unpacked: ReadonlyMap<CarriedItem, Uint8Array>
}

/** Reads a batch into `buffer`, and packs what is to be packed, on several threads. */
export async function loadBatch(
  file: BlockFile,
  batch: CarryBatch,
  buffer: Uint8Array,
  rules: PackingRules,
): Promise<LoadedBatch> {
  const bytes = buffer.subarray(0, batch.bytes)
  await everyOne(
    batch.runs.map(({ offset, length, at }) =>
      file.read(bytes.subarray(at, at + length), offset, 'data'),
    ),
  )
  const packed = new Map<CarriedItem, Uint8Array>()
  const unpacked = new Map<CarriedItem, Uint8Array>()
  if (rules.pack === undefined && rules.oldType === rules.newType) {
    return { batch, bytes, packed, unpacked }
  }
  const packing = { codecs: rules.codecs, type: rules.newType }
  await everyOne(
    batch.items.map(async (item) => {
      const content = contentToPack(file, item, bytes, rules)
      if (content === undefined) return
      const short = await packCluster(content, packing)
      if (short !== undefined) packed.set(item, short)
      else if (item.kind === 'packed') unpacked.set(item, content)
    }),
  )
  return { batch, bytes, packed, unpacked }
}

/** One cluster of guest bytes that is to be packed anew; undefined for what is carried over. */
function contentToPack(
  file: BlockFile,
  item: CarriedItem,
  bytes: Uint8Array,
  { codecs, clusterSize, pack, oldType, newType }: PackingRules,
): Uint8Array | undefined {
  if (item.kind === 'data') {
    if (pack === undefined || !item.mayBePacked) return undefined
    return bytes.subarray(item.at, item.at + clusterSize)
  }
  if (item.kind !== 'packed' || oldType === newType) return undefined
  const { offset, at, length } = item
  const unpack = oldType === 'zstd' ? codecs.zstd : codecs.inflateRaw
  try {
    return unpack(bytes.subarray(at, at + length), clusterSize)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : 'bad data'
    const facts = { path: file.name, structure: 'compressed cluster', offset, found }
    throw new ImageError('cluster-undecodable', facts, { cause })
  }
}

/** Waits for all of them also when one fails: no buffer is used again while somebody fills it. */
async function everyOne(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
