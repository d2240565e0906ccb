import type { Health, LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { IconName } from '../../ui/icon.tsx'

export interface HealthWords {
  readonly word: string
  readonly tone: Tone
  readonly icon: IconName
  /** One sentence on what it means for the person's data. */
  readonly meaning: string
}

export const healthWords: Readonly<Record<Health, HealthWords>> = {
  healthy: {
    word: 'Healthy',
    tone: 'good',
    icon: 'check-circle',
    meaning: 'Every table and counter agrees.',
  },
  leaks: {
    word: 'Leaks',
    tone: 'warn',
    icon: 'drop',
    meaning: 'Wasted space. The data is safe.',
  },
  'needs-repair': {
    word: 'Needs repair',
    tone: 'bad',
    icon: 'wrench',
    meaning: 'Counters are wrong. Writing to it may destroy data.',
  },
  damaged: {
    word: 'Damaged',
    tone: 'bad',
    icon: 'cross-circle',
    meaning: 'Tables are wrong. Some data may be lost.',
  },
  dirty: {
    word: 'Dirty',
    tone: 'warn',
    icon: 'care',
    meaning: 'It was not closed properly. A check tells whether something is wrong.',
  },
  'not-checked': {
    word: 'Not checked',
    tone: 'neutral',
    icon: 'dot-circle',
    meaning: 'Nobody has looked inside yet.',
  },
  'cannot-read': {
    word: 'Cannot read',
    tone: 'bad',
    icon: 'dash-circle',
    meaning: 'The file could not be opened or understood.',
  },
  'untrusted-links': {
    word: 'Untrusted links',
    tone: 'warn',
    icon: 'link',
    meaning: 'It names files that Platter has not opened.',
  },
}

/** The badge's tooltip: what it means, when it was found out, and whether that still holds. */
export function explainHealth(row: LibraryRow, now: number): string {
  const { meaning } = healthWords[row.health]
  const lines = [row.error === undefined ? meaning : row.error.explanation.title]
  if (row.lastCheckAt !== undefined) {
    lines.push(`Checked ${relativeDate(row.lastCheckAt, now)} (${exactDate(row.lastCheckAt)}).`)
  }
  if (row.healthStale) lines.push('The file changed since. Check again to be sure.')
  return lines.join('\n')
}
