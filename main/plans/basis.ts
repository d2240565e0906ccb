import type { FileFacts } from '../jobs/engine-host.ts'

/** A file as a plan was made for it, where the engine has no stamp of its own. */
export const fileBasis = ({ identity, length, modifiedAt }: FileFacts): unknown => ({
  identity,
  length,
  modifiedAt,
})
