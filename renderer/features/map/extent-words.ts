import type { AllocationClass, MapExtent } from '../../../ipc/schemas/image.ts'

/** The legend's class of an extent, as the allocation summary counts it. */
export function classOfExtent(extent: MapExtent): AllocationClass {
  if (extent.depth > 0 && (extent.data || extent.compressed)) return 'backing'
  if (extent.compressed) return 'compressed'
  if (extent.data) return 'data'
  return extent.present ? 'zero' : 'unallocated'
}
