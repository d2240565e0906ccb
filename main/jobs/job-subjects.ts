import type { SkipReason } from '../../ipc/schemas/batch.ts'
import type { JobRequest } from '../../ipc/schemas/job.ts'
import type { LastCheck, LastHash, Reclaimable } from '../history/images.ts'
import type { StoredAllocation } from '../history/allocations.ts'
import type { KnownImage } from './engine-host.ts'

/** Whether work makes sense for an image, or why not. */
export type Fit =
  | {
      readonly fits: true
      readonly path: string
      /** What tells the disk it lies on from others; the scheduler works on volumes beside each other. */
      readonly volume: string
      /** A person said that it is a raw disk. */
      readonly treatedAsRaw: boolean
    }
  | { readonly fits: false; readonly path: string; readonly reason: SkipReason }

/** What the queue needs to know of images, and where it leaves what it found out. */
export interface JobSubjects {
  fit(imageId: number, request: JobRequest): Fit
  /** Where the image is now, after a move too. Throws an ImageError when it is gone. */
  locate(imageId: number): Promise<KnownImage>
  keepCheck(imageId: number, check: LastCheck): void
  /** What the last check found is no longer so, and nobody has looked since. */
  forgetCheck(imageId: number): void
  keepHash(imageId: number, hash: LastHash): void
  /** What knows less replaces nothing that knew more, while the file is still the same. */
  keepReclaimable(imageId: number, reclaimable: Reclaimable): void
  keepAllocation(imageId: number, allocation: StoredAllocation): void
}
