import type { CompactMode, CompactPlan, ModePlan } from './compact-plan.ts'

/** Bytes copied for every byte by which the file gets shorter; for more than that, holes are the better deal. */
const mostCopiedPerByte = 8

/**
 * What `auto` picks of the modes of a plan, and why; undefined when nothing is possible or nothing is
 * gained. Rewriting and discarding alone are never picked: people ask for them.
 */
export function autoMode(
  modes: Readonly<Record<CompactMode, ModePlan>>,
  {
    format,
    hasDataFile,
    before,
  }: Pick<CompactPlan, 'format' | 'before'> & { readonly hasDataFile: boolean },
): CompactPlan['auto'] {
  const punch = isWorth(modes.punch)
  const inPlace = isWorth(modes['in-place'])
  if (format === 'raw') return punch ? { mode: 'punch', because: 'raw-has-only-holes' } : undefined
  if (punch && hasDataFile) return { mode: 'punch', because: 'data-file-cannot-move' }
  if (!inPlace) return punch ? { mode: 'punch', because: 'only-holes-to-give' } : undefined
  const { moved, after } = modes['in-place']
  const shorter = after === undefined ? Infinity : before.fileLength - after.fileLength
  if (punch && moved.bytes > mostCopiedPerByte * shorter) {
    return { mode: 'punch', because: 'moving-costs-more-than-it-gains' }
  }
  return { mode: 'in-place', because: 'shorter-file-in-place' }
}

const isWorth = ({ allowed, gains }: ModePlan): boolean => allowed && gains
