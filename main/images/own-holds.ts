/**
 * A job of ours holds its image as every reader and writer does, and the locks do not say whose they are. Workers are
 * threads, so every part of the services has one process id.
 */
import type { ImageUse } from '../../core/index.ts'

type Holder = ImageUse['holders'][number]

/** For rows: who else has a file open. "In use" would warn of ourselves; our job is shown beside it. */
export function usedByOthers(use: ImageUse): ImageUse {
  const holders = use.holders.filter((holder) => !isOurselves(holder))
  if (holders.length === use.holders.length) return use
  return holders.length === 0 ? { ...use, state: 'free', holders } : { ...use, holders }
}

/** For plans: who has it open, under our own name; the system knows us by that of a thread or a runtime. */
export const withOurName = (use: ImageUse): ImageUse => ({
  ...use,
  holders: use.holders.map((holder) =>
    isOurselves(holder) ? { ...holder, name: 'Platter' } : holder,
  ),
})

const isOurselves = ({ pid }: Holder): boolean => pid === process.pid
