import { expect, it } from 'vitest'
import { countsOfWords, countWords } from '../../../../core/index.ts'

it.each([
  { corruptions: 0, leaks: 0, checkErrors: 0, warnings: 0 },
  { corruptions: 1, leaks: 0, checkErrors: 0, warnings: 0 },
  { corruptions: 12_345, leaks: 1, checkErrors: 0, warnings: 2 },
  { corruptions: 0, leaks: 1_234_567, checkErrors: 3, warnings: 1 },
])('the words of what is wrong give its numbers again: %j', (damage) => {
  expect(countsOfWords(countWords(damage))).toEqual(damage)
})

it('words that were made otherwise tell of no damage', () => {
  const none = { corruptions: 0, leaks: 0, checkErrors: 0, warnings: 0 }
  expect(countsOfWords('anything else')).toEqual(none)
})
