import { expect, it } from 'vitest'
import { nearestWords } from '../../../cli/parse/nearest-words.ts'

const words = ['virtual-size', 'filename', 'cluster-size', 'format', 'actual-size', 'dirty-flag']

it.each([
  ['virtual-sise', ['virtual-size']],
  ['VIRTUALSIZE', ['virtual-size']],
  ['fromat', ['format']],
  ['fliename', ['filename']],
  ['dirty', ['dirty-flag']],
  ['entirely-else', []],
  ['', []],
])('%j is meant to be %j', (word, expected) => {
  expect(nearestWords(word, words)).toEqual(expected)
})

it('gives no more than it was asked for', () => {
  expect(nearestWords('aab', ['aaa', 'aac', 'aad', 'aae'], { most: 2 })).toHaveLength(2)
})
