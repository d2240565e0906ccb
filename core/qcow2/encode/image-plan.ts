import { ceilDiv } from '../../base/bits.ts'
import { newHeader, newHeaderArea } from '../create/new-header.ts'
import type { Stretch } from '../create/image-layout.ts'
import type { Qcow2Settings } from '../create/settings.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import { geometryOf, type Geometry } from '../format/geometry.ts'

const nowhere: Stretch = { offset: 0, length: 0 }

/** The sizes that follow from the settings of an image that is made of a disk with `virtualSize` bytes. */
export const geometryFor = (settings: Qcow2Settings, virtualSize: number): Geometry =>
  geometryOf(newHeader(settings, { virtualSize, l1: nowhere, refcountTable: nowhere }))

/** Bytes of the L1 table of a disk. */
export const l1LengthFor = ({ l2Coverage }: Geometry, virtualSize: number): number =>
  ceilDiv(virtualSize, l2Coverage) * L1_ENTRY_BYTES

export interface HeaderPlaces {
  readonly virtualSize: number
  readonly l1Offset: number
  readonly refcountTable: Stretch
}

/** The first cluster of the image. */
export function headerCluster(
  settings: Qcow2Settings,
  { virtualSize, l1Offset, refcountTable }: HeaderPlaces,
): Uint8Array {
  const length = l1LengthFor(geometryFor(settings, virtualSize), virtualSize)
  const l1 = length === 0 ? nowhere : { offset: l1Offset, length }
  const cluster = new Uint8Array(settings.clusterSize)
  cluster.set(newHeaderArea(settings, { virtualSize, l1, refcountTable }, {}))
  return cluster
}
