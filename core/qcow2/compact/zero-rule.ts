import type { HeaderArea } from '../format/header-area.ts'

/**
 * What an entry says afterwards whose cluster held nothing but zeroes:
 *
 * - `unallocated`: nothing; below there is no backing image, so that reads as zeroes;
 * - `zero-flag`: that it reads as zeroes, whatever a backing image holds there;
 * - `kept`: as before. Version 2 above a backing image has no way to say it, zeroes of an encrypted image
 *   are not what a guest reads, and clusters of an external data file have no place in this one.
 */
export type ZeroRule = 'unallocated' | 'zero-flag' | 'kept'

export function zeroRuleOf(area: HeaderArea): ZeroRule {
  if (area.dataFileName !== undefined || area.encryption !== 'none') return 'kept'
  if (area.backingName === undefined) return 'unallocated'
  return area.header.version === 2 ? 'kept' : 'zero-flag'
}

/** Whether entries that read as zeroes say no more than none at all. */
export const unallocatedReadsZero = (area: HeaderArea): boolean =>
  area.dataFileName === undefined && area.backingName === undefined
