import type { JobRequest } from '../../../ipc/schemas/job.ts'
import { unreachable } from '../../unreachable.ts'
import type { IconName } from '../../ui/icon.tsx'

/** Work that makes sense on many images at once: nothing that wants a name, a size or a word for each of them. */
export const batchWorks = ['check', 'compact', 'repair', 'hash', 'map'] as const
export type BatchWork = (typeof batchWorks)[number]

/** What can be chosen for the whole batch. */
export interface BatchOptions {
  readonly depth: 'metadata' | 'full'
  readonly mode: 'auto' | 'in-place' | 'punch' | 'zeroes' | 'rewrite'
  readonly repair: 'all' | 'leaks'
  readonly algorithm: 'sha256' | 'sha1' | 'sha512'
  readonly target: 'content' | 'file'
}

export const usualOptions: BatchOptions = {
  depth: 'metadata',
  mode: 'auto',
  repair: 'all',
  algorithm: 'sha256',
  target: 'content',
}

export const workIcons: Readonly<Record<BatchWork, IconName>> = {
  check: 'check-circle',
  compact: 'compact',
  repair: 'wrench',
  hash: 'hash',
  map: 'map',
}

export function batchRequest(
  work: BatchWork,
  { depth, mode, repair, algorithm, target }: BatchOptions,
): JobRequest {
  switch (work) {
    case 'check':
      return { kind: 'check', depth }
    case 'compact':
      return { kind: 'compact', parameters: { mode } }
    case 'repair':
      // Nothing is agreed to: steps that lose data are worth a look at each image.
      return { kind: 'repair', parameters: { mode: repair } }
    case 'hash':
      return { kind: 'hash', algorithm, target }
    case 'map':
      return { kind: 'map' }
    default:
      return unreachable(work)
  }
}
