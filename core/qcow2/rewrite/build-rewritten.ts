import { breather, throwIfAborted } from '../../base/abort.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { Codecs } from '../../image/codec.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { SECTOR } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { readHeaderArea } from '../header-file.ts'
import type { TablePlace } from '../l1-table.ts'
import { readSnapshots } from '../snapshots.ts'
import { carryBatches } from './carry-batches.ts'
import { carryBitmaps } from './carry-bitmaps.ts'
import {
  placeL1Tables,
  writeL1Table,
  writeSnapshotTable,
  type NewL1Places,
} from './carry-snapshots.ts'
import { loadBatch, type LoadedBatch } from './load-batch.ts'
import { NewFileSpace } from './new-file-space.ts'
import type { CompressionType } from './pack-cluster.ts'
import { PacedFlush } from './paced-flush.ts'
import type { EntryRules } from './planned-entry.ts'
import { mustBeRewritable, type RewriteCompression } from './rewrite-rules.ts'
import { rewrittenHeader } from './rewritten-header.ts'
import { TreeCensus } from './tree-census.ts'
import { TreeWriter, type TreeCounts } from './tree-writer.ts'

export interface BuildOptions extends OperationContext {
  readonly codecs: Codecs
  /** Default `none`: plain clusters stay plain. */
  readonly compression?: RewriteCompression | undefined
  /**
   * Whether a host cluster of the old file was seen to hold zeroes only; such clusters are left out. Not
   * asked for encrypted images, whose bytes are not their content.
   */
  readonly isZero?: ((hostCluster: number) => boolean) | undefined
}

export interface Rewritten {
  /** Of the new file. */
  readonly area: HeaderArea
  readonly counts: Readonly<TreeCounts>
  readonly fileLength: number
}

/** Bytes of a batch; packing takes a hundred times as long as copying. */
const COPIED_BYTES = 4 * 1024 * 1024
const PACKED_BYTES = 1024 * 1024
/** Batches that are read and packed while one is written. */
const AHEAD = 2

/**
 * Writes all of an image into an empty file: the same disk, snapshots and bitmaps, as short as it can be and
 * in guest order. Refcounts are counted anew, so leaks stay behind.
 *
 *     header | L1 tables | snapshot table | bitmaps | L2 tables | guest data, in guest order | refcounts
 *
 * The header's first sector comes last, behind a flush: what a killed process leaves is no image. `from` is
 * an image that a check calls free of corruption; both files are held by the caller, and `from` is only
 * read. What several tables refer to is stored once. Memory is bounded (`TreeCensus`).
 *
 * Asks for `signal` and `pause` between batches of 4 MiB. Throws `structure-damaged`, `image-too-large`,
 * `image-full`, `names-too-long`, `cluster-undecodable`, what `mustBeRewritable` and writing throw, and
 * `cancelled`; the new file is then of no use.
 */
export async function buildRewritten(
  from: BlockFile,
  area: HeaderArea,
  to: WritableFile,
  options: BuildOptions,
): Promise<Rewritten> {
  try {
    return await build(from, area, to, options)
  } catch (error) {
    throw ImageError.from(error, { path: from.name })
  }
}

async function build(
  from: BlockFile,
  area: HeaderArea,
  to: WritableFile,
  options: BuildOptions,
): Promise<Rewritten> {
  const { compression = 'none' } = options
  mustBeRewritable(area, compression)
  const { header, geometry } = area
  const { clusterSize } = geometry
  const snapshots = readSnapshots(from, header)
  const trees = treesOf(area, snapshots)
  const space = new NewFileSpace(from.name, geometry)
  space.structure(1)
  const l1Places = placeL1Tables(trees, snapshots, geometry, space)
  const bitmaps = await carryBitmaps(from, to, { ...options, area, space })
  const rules = entryRulesOf(area, options.isZero)
  const l2Offset = space.end
  const census = await TreeCensus.take(from, { ...options, rules, trees, l2Offset })
  space.take(census.tables.length)
  for (const [number, offset] of census.tables.entries()) {
    space.refer(l2Offset + number * clusterSize, 1, census.references(offset))
  }
  const oldType = header.compressionType === 0 ? 'zlib' : 'zstd'
  const newType = compression === 'none' ? oldType : compression
  const writer = new TreeWriter(to, { path: from.name, rules, census, space, l2Offset })
  await carryTrees(from, to, { writer, rules, census, oldType, newType }, options)
  await writeL1Tables(from, to, { trees, l1Places, census, area }, options)
  await writeSnapshotTable(to, snapshots, l1Places)
  const refcounts = await writeRefcounts(to, space, options)
  const bytes = rewrittenHeader(from, area, {
    fields: {
      l1TableOffset: l1Places.active,
      snapshotsOffset: l1Places.snapshotTable,
      ...refcounts,
    },
    bitmaps,
    compressionType: newType,
  })
  const fileLength = space.end
  await seal(to, { bytes, clusterSize, fileLength }, options.signal)
  return { area: readHeaderArea(to), counts: writer.counts, fileLength }
}

function treesOf({ header }: HeaderArea, snapshots: readonly SnapshotEntry[]): TablePlace[] {
  const active = { offset: header.l1TableOffset, entries: header.l1Size }
  const others = snapshots.map(({ l1TableOffset: offset, l1Size: entries }) => ({
    offset,
    entries,
  }))
  return [active, ...others]
}

function entryRulesOf(
  { geometry, header, backingName, encryption }: HeaderArea,
  isZero: BuildOptions['isZero'],
): EntryRules {
  return {
    geometry,
    version: header.version,
    hasBacking: backingName !== undefined,
    isZero: (encryption === 'none' ? isZero : undefined) ?? (() => false),
  }
}

/** What goes through the batches, and into what. */
interface TreeWork {
  readonly writer: TreeWriter
  readonly rules: EntryRules
  readonly census: TreeCensus
  readonly oldType: CompressionType
  readonly newType: CompressionType
}

async function carryTrees(
  from: BlockFile,
  to: WritableFile,
  { writer, rules, census, oldType, newType }: TreeWork,
  { codecs, compression = 'none', signal, pause, onProgress }: BuildOptions,
): Promise<void> {
  const { clusterSize } = rules.geometry
  const pack = compression === 'none' ? undefined : newType
  const packing = { codecs, clusterSize, pack, oldType, newType }
  const isPacking = pack !== undefined
  const batchBytes = isPacking ? PACKED_BYTES : COPIED_BYTES
  const total = census.dataBytes + census.packedBytes
  const breathe = breather(signal, { pause })
  const loading: Promise<LoadedBatch>[] = []
  const buffers: ArrayBufferLike[] = []
  const flushing = new PacedFlush(to)
  let done = 0

  const writeOldest = async () => {
    const loaded = await loading[0]
    if (loaded === undefined) return
    throwIfAborted(signal)
    await writer.write(loaded)
    await flushing.wrote(loaded.batch.bytes)
    void loading.shift()
    buffers.push(loaded.bytes.buffer)
    done += loaded.batch.bytes
    onProgress?.({ phase: 'data', done: Math.min(done, total), total, unit: 'bytes' })
    const turn = breathe()
    if (turn !== undefined) await turn
  }

  try {
    for (const batch of carryBatches(from, census, { rules, batchBytes })) {
      throwIfAborted(signal)
      const spare = buffers.pop()
      const fits = spare !== undefined && spare.byteLength >= batch.bytes
      const buffer = new Uint8Array(fits ? spare : new ArrayBuffer(batch.bytes))
      const load = loadBatch(from, batch, buffer, packing)
      // A failure is told when the batch's turn comes; until then somebody must listen.
      load.catch(() => undefined)
      loading.push(load)
      if (loading.length > AHEAD) await writeOldest()
    }
    while (loading.length > 0) await writeOldest()
    await writer.finish()
  } finally {
    // The caller closes the files next, and the system may give their descriptors to others.
    await Promise.allSettled([...loading, flushing.settled()])
  }
}

async function writeL1Tables(
  from: BlockFile,
  to: WritableFile,
  {
    trees,
    l1Places,
    census,
    area: { geometry },
  }: {
    readonly trees: readonly TablePlace[]
    readonly l1Places: NewL1Places
    readonly census: TreeCensus
    readonly area: HeaderArea
  },
  { signal, pause }: OperationContext,
): Promise<void> {
  const breathe = breather(signal, { pause })
  const places = [l1Places.active, ...l1Places.snapshots]
  for (const [index, tree] of trees.entries()) {
    const at = places[index] ?? 0
    await writeL1Table(from, to, { geometry, tree, at, census, isActive: index === 0 })
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}

async function writeRefcounts(
  to: WritableFile,
  space: NewFileSpace,
  { signal, pause }: OperationContext,
) {
  const { table, layout } = space.placeRefcounts()
  const breathe = breather(signal, { pause })
  for (const { index, offset } of layout.blocks()) {
    await to.write(layout.encodeBlock(index), offset, 'refcount-block')
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  await to.write(layout.encodeTable(table), table.offset, 'refcount-table')
  return {
    refcountTableOffset: table.offset,
    refcountTableClusters: table.clusters,
  }
}

/** From here on it is an image. */
async function seal(
  to: WritableFile,
  {
    bytes,
    clusterSize,
    fileLength,
  }: { readonly bytes: Uint8Array; readonly clusterSize: number; readonly fileLength: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  to.truncate(fileLength)
  // A whole cluster: nothing of it is a hole that a later header could not be put in.
  const cluster = new Uint8Array(clusterSize)
  cluster.set(bytes)
  if (clusterSize > SECTOR) to.writeNow(cluster.subarray(SECTOR), SECTOR, 'header')
  throwIfAborted(signal)
  await to.flush()
  throwIfAborted(signal)
  to.writeNow(cluster.subarray(0, SECTOR), 0, 'header')
  await to.flush()
}
