import { SUBCLUSTERS } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { readLayer } from '../read.ts'
import { allUnits, unitsTouched, type ClusterState, type UnitMask } from './cluster-state.ts'
import { isKnownZero } from './known-zero.ts'
import type { WrittenLayer } from './written-layer.ts'

/** Guest bytes on their way to a host cluster. */
export interface GuestPiece {
  readonly bytes: Uint8Array
  /** Guest offset of the first byte. */
  readonly at: number
}

export interface PartialWrite extends GuestPiece {
  /** Guest offset of the cluster that the bytes lie in. */
  readonly cluster: number
  readonly state: ClusterState
  /** The host cluster is the one the entry refers to already; else a new one. */
  readonly attach: boolean
  /** All that is not written of the host cluster reads as zeroes. */
  readonly readsZeroes: boolean
}

/**
 * The subclusters that the host cluster holds once `from` to `to` (bytes inside the cluster) are written:
 * those touched, and for a new cluster those whose content exists nowhere but in the old one.
 */
export function unitsAfter(
  geometry: Geometry,
  { place, data }: ClusterState,
  { from, to, attach }: { readonly from: number; readonly to: number; readonly attach: boolean },
): UnitMask {
  const touched = unitsTouched(geometry, from, to)
  if (attach || place === 'shared') return (touched | data) >>> 0
  // A packed cluster has no subclusters to leave behind.
  return place === 'packed' ? allUnits(geometry) : touched
}

/**
 * What has to be written for guest bytes that cover a part of a cluster: the bytes themselves, together
 * with what else must then be in the host cluster, read from where it is now. Past the end of the disk
 * there are zeroes, so that a disk that grows later shows nothing old.
 */
export async function copyOnWrite(
  layer: WrittenLayer,
  write: PartialWrite,
): Promise<readonly GuestPiece[]> {
  const pieces: GuestPiece[] = []
  for (const { start, end } of extentsToWrite(layer.rules.geometry, write)) {
    const piece = await completed(layer, write, start, end)
    if (piece !== undefined) pieces.push(piece)
  }
  return pieces
}

interface GuestExtent {
  readonly start: number
  readonly end: number
}

function extentsToWrite(geometry: Geometry, write: PartialWrite): GuestExtent[] {
  const { bytes, at, cluster, state, attach } = write
  const { subclusterSize } = geometry
  const from = at - cluster
  const to = from + bytes.length
  const after = unitsAfter(geometry, state, { from, to, attach })
  if (attach) {
    // Between the first and the last byte nothing is missing: only the outer subclusters may be.
    const missing = after & ~state.data
    const first = Math.floor(from / subclusterSize)
    const last = Math.floor((to - 1) / subclusterSize)
    const isMissing = (unit: number) => ((missing >>> unit) & 1) === 1
    return [
      {
        start: cluster + (isMissing(first) ? first * subclusterSize : from),
        end: cluster + (isMissing(last) ? (last + 1) * subclusterSize : to),
      },
    ]
  }
  const extents: GuestExtent[] = []
  const units = geometry.hasSubclusters ? SUBCLUSTERS : 1
  for (let unit = 0; unit < units; unit++) {
    if (((after >>> unit) & 1) === 0) continue
    const start = unit
    while (unit + 1 < units && ((after >>> (unit + 1)) & 1) === 1) unit++
    extents.push({
      start: cluster + start * subclusterSize,
      end: cluster + (unit + 1) * subclusterSize,
    })
  }
  return extents
}

/** The bytes of an extent: the new ones where there are any, and around them the old ones. */
async function completed(
  layer: WrittenLayer,
  { bytes, at, readsZeroes }: PartialWrite,
  start: number,
  end: number,
): Promise<GuestPiece | undefined> {
  const from = Math.min(Math.max(at, start), end)
  const to = Math.max(Math.min(at + bytes.length, end), start)
  const hasNew = from < to
  const given = bytes.subarray(from - at, to - at)
  if (hasNew && from === start && to === end) return { bytes: given, at: from }

  const diskEnd = Math.min(end, layer.content.virtualSize)
  const around: GuestExtent[] = hasNew
    ? [
        { start, end: from },
        { start: to, end: diskEnd },
      ]
    : [{ start, end: diskEnd }]
  const old = around.filter((extent) => extent.start < extent.end)
  const isZero = old.every((extent) =>
    isKnownZero(layer.content, extent.start, extent.end - extent.start),
  )
  if (isZero && readsZeroes) return hasNew ? { bytes: given, at: from } : undefined

  const whole = new Uint8Array(end - start)
  if (!isZero) {
    for (const extent of old) {
      const into = whole.subarray(extent.start - start, extent.end - start)
      await readLayer(layer.reader, { into, at: extent.start })
    }
  }
  if (hasNew) whole.set(given, from - start)
  return { bytes: whole, at: start }
}
