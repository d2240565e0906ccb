import type { LayerRun } from '../image/disk-image.ts'

/**
 * A run of a qcow2 image whose cluster is stored: data, compressed, and clusters that are allocated but
 * read as zeroes or (subclusters) from the backing file. A zero cluster without a place is not stored.
 */
export const isStoredInCluster = (run: LayerRun): boolean =>
  run.kind === 'compressed' || run.hostOffset !== undefined

/** A run of a raw image that is no hole of its file. */
export const isStoredOnHost = (run: LayerRun): boolean => run.kind === 'data'
