import type { SpareLayout, Worth } from '../../storage/spare-space.ts'
import { SPARE_BLOCK } from '../../storage/spare-space.ts'
import { use, type Survey } from './survey.ts'

/** What punching asks of a survey. */
export type SurveyedUse = Pick<Survey, 'area' | 'kinds'>

/** Units of one answer: a long stretch of the same worth comes in several. */
const unitsAtOnce = 2 ** 20

/**
 * An image file as space that the host need or need not store: what no reference leads to is unused,
 * clusters of guest data are content, and metadata, packed clusters included, is kept as it is.
 *
 * An encrypted image has no zeroes to look for: its data on the disk is noise.
 */
export function spareLayoutOf(
  survey: SurveyedUse,
  { scanZeroes }: { scanZeroes: boolean },
): SpareLayout {
  const { kinds, area } = survey
  const { clusterSize } = area.geometry
  // Several clusters that share a block become a hole together or not at all.
  const unit = Math.max(clusterSize, SPARE_BLOCK)
  const perUnit = unit / clusterSize
  const units = Math.ceil(kinds.length / perUnit)
  const worthOf = (index: number): Worth => {
    let worth: Worth = 'unused'
    const end = Math.min((index + 1) * perUnit, kinds.length)
    for (let cluster = index * perUnit; cluster < end; cluster++) {
      const kind = kinds[cluster]
      if (kind === use.free || kind === use.leaked || kind === use.uncounted) continue
      if (kind !== use.data) return 'kept'
      worth = 'content'
    }
    return worth
  }
  return {
    scanZeroes: scanZeroes && area.encryption === 'none',
    stretchAt(at) {
      const first = Math.floor(at / unit)
      const worth = worthOf(first)
      const stop = Math.min(first + unitsAtOnce, units)
      let next = first + 1
      while (next < stop && worthOf(next) === worth) next++
      return { worth, end: next * unit }
    },
  }
}
