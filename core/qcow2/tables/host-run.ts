import type { HostOffset } from '../../units.ts'

/** A run of neighbouring host clusters. */
export interface HostRun {
  readonly offset: HostOffset
  readonly clusters: number
}

/** A run that the allocator gave out: refcount one, referenced by nobody yet. */
export interface ReservedRun extends HostRun {
  /**
   * The run lies past the end of the file: what is not written of it reads as zeroes. Otherwise it may
   * hold what a former owner left.
   */
  readonly reads: 'zeroes' | 'anything'
}
