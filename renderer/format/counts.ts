import { texts, type Texts } from '../texts/texts.ts'
const grouped = new Intl.NumberFormat('en-US')

/** "1,204". */
export const formatCount = (count: number): string => grouped.format(count)

/** "1 image", "1,204 images". */
export const counted = (count: number, what: keyof Texts['counts']): string =>
  texts().counts[what](count, formatCount(count))

/**
 * A share from 0 to 1 as "43 %". Something that is not nothing never reads 0 %, and something that is
 * not all of it never reads 100 %.
 */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share) || share <= 0) return '0 %'
  if (share >= 1) return '100 %'
  const percent = share * 100
  if (percent < 1) return '< 1 %'
  return `${Math.min(99, Math.round(percent))} %`
}
