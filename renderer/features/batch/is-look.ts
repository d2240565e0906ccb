import type { JobKind } from '../../../ipc/schemas/job.ts'

/** Work of this kind only reads. */
export const isLook = (kind: JobKind): boolean =>
  kind === 'check' || kind === 'hash' || kind === 'map'
