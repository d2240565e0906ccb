import { describe, expect, it } from 'vitest'
import { meantWords, verbIn } from '../../../../cli/parse/meant-words.ts'
import { UsageError } from '../../../../cli/usage-error.ts'

describe('words as they are meant', () => {
  it.each([
    [
      ['stream_decode', 'a_b.raw'],
      ['stream-decode', 'a_b.raw'],
    ],
    [
      ['check', 'stream_decode'],
      ['check', 'stream_decode'],
    ],
    [['help'], ['--help']],
    [['help', 'help'], ['--help']],
    [
      ['help', 'stream_decode'],
      ['stream-decode', '--help'],
    ],
    [['help', 'chek'], ['chek']],
    [['chek', '--help', 'x'], ['chek']],
    [['--version'], ['--version']],
    [
      ['--help', 'check'],
      ['--help', 'check'],
    ],
    [[], []],
  ])('%j are %j', (words, meant) => {
    expect(meantWords(words)).toEqual(meant)
  })

  it.each([
    [['help', 'check', 'map']],
    [['convert', 'a', 'b']],
    [['help', 'convert']],
    [['--json', 'info', 'x']],
  ])('%j could be several things', (words) => {
    expect(() => meantWords(words)).toThrow(UsageError)
  })

  it('tells the verb, and a word that only looks like one later on', () => {
    expect(verbIn(['--help', 'check', 'map'])).toBe('check')
    expect(verbIn(['chek'])).toBeUndefined()
  })
})
