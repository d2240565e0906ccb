import { beforeEach, expect, test } from 'vitest'
import {
  reclaimableHint,
  reclaimableWords,
} from '../../../renderer/features/library/reclaimable.tsx'
import { useSettings } from '../../../renderer/state/settings.ts'
import { libraryRow } from '../library-rows.ts'

beforeEach(() =>
  useSettings.setState(({ settings }) => ({ settings: { ...settings, units: 'binary' } })),
)

const known = { bytes: 2.5 * 2 ** 20, at: 0, stale: false }
const words = (reclaimable: Parameters<typeof reclaimableWords>[0]): string =>
  reclaimableWords(reclaimable, 'binary')

test('what could be given back is exact, the least there is, or a guess', () => {
  expect(words({ ...known, isExact: true })).toBe('2.5 MiB')
  expect(words({ ...known, isExact: false, isLeast: true })).toBe('≥ 2.5 MiB')
  expect(words({ ...known, isExact: false })).toBe('~ 2.5 MiB')
  expect(words({ ...known, isExact: true, stale: true })).toBe('~ 2.5 MiB')
  // No zeroes were looked for: nothing is what nobody knows.
  expect(words({ ...known, bytes: 0, isExact: false, isLeast: true })).toBe('–')
})

test('what a check knows leads to the look that knows more', () => {
  const row = libraryRow({ id: 1, reclaimable: { ...known, isExact: false, isLeast: true } })
  expect(reclaimableHint(row)).toMatch(/^At least 2\.5 MiB: .* Compact… looks for zeroes, too\.$/)
})
