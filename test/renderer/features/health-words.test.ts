import { describe, expect, it } from 'vitest'
import { explainHealth, healthWordsOf } from '../../../renderer/features/library/health-words.ts'
import { libraryRow } from '../library-rows.ts'

const unchecked = { id: 1, health: 'not-checked' } as const

describe('the health of an image that nobody checked', () => {
  it('is not checked where there is something to check', () => {
    expect(healthWordsOf(libraryRow(unchecked)).word).toBe('Not checked')
  })

  it.each([
    ['raw', 'raw', 'A raw image has no structure that could be checked.'],
    ['vmdk', 'VMDK', 'Platter cannot check VMDK images.'],
  ] as const)('says why a %s image cannot be', (format, formatLabel, reason) => {
    const row = libraryRow({ ...unchecked, format, formatLabel })
    expect(healthWordsOf(row).word).toBe('Cannot check')
    expect(explainHealth(row, 0)).toBe(reason)
  })

  it('promises another try where the format is not known', () => {
    const { format: _, ...row } = libraryRow(unchecked)
    expect(healthWordsOf(row).word).toBe('Not checked')
  })
})
