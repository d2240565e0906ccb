import type { Health, LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { explain } from '../../state/explain-error.ts'
import { texts } from '../../texts/texts.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { IconName } from '../../ui/icon.tsx'
import { whyNoCheck } from './why-no-check.ts'

export interface HealthWords {
  readonly word: string
  readonly tone: Tone
  readonly icon: IconName
  /** One sentence on what it means for the person's data. */
  readonly meaning: string
}

const signs: Readonly<Record<Health, Pick<HealthWords, 'tone' | 'icon'>>> = {
  healthy: { tone: 'good', icon: 'check-circle' },
  leaks: { tone: 'warn', icon: 'drop' },
  'needs-repair': { tone: 'bad', icon: 'wrench' },
  damaged: { tone: 'bad', icon: 'cross-circle' },
  dirty: { tone: 'warn', icon: 'care' },
  'not-checked': { tone: 'neutral', icon: 'dot-circle' },
  'cannot-read': { tone: 'bad', icon: 'dash-circle' },
  'untrusted-links': { tone: 'warn', icon: 'link' },
}

export const healths = Object.keys(signs) as readonly Health[]

export const healthWords = (health: Health): HealthWords => ({
  ...texts().health.words[health],
  ...signs[health],
})

/** As `healthWords`; "not checked" would promise a check where there cannot be one. */
export function healthWordsOf(row: LibraryRow): HealthWords {
  const words = healthWords(row.health)
  const reason = row.health === 'not-checked' ? whyNoCheck(row) : undefined
  if (reason === undefined) return words
  return { ...words, word: texts().health.cannotCheck, meaning: reason }
}

/** The badge's tooltip: what it means, when it was found out, and whether that still holds. */
export function explainHealth(row: LibraryRow, now: number): string {
  const { checked, changedSince } = texts().health
  const lines = [row.error === undefined ? healthWordsOf(row).meaning : explain(row.error).title]
  if (row.lastCheckAt !== undefined) {
    lines.push(checked(relativeDate(row.lastCheckAt, now), exactDate(row.lastCheckAt)))
  }
  if (row.healthStale) lines.push(changedSince)
  return lines.join('\n')
}
