import { describe, expect, it } from 'vitest'
import { reconcile } from '../../cli/transcript/placeholders.ts'
import { notRun } from '../../cli/transcript/table-coverage.ts'
import { parseTranscript, writeTranscript } from '../../cli/transcript/transcript.ts'

describe('a transcript', () => {
  const text = [
    'First a file.',
    '',
    '  $ echo a',
    '  a',
    '  $ for n in 1 2; do',
    '  >   echo $n',
    '  > done; false',
    '  1',
    '  2',
    '  [1]',
    '',
    'The end.',
    '',
  ].join('\n')

  it('has commands of several lines, and what each is to print', () => {
    expect(parseTranscript(text).steps).toMatchObject([
      { command: 'echo a', expected: ['a'] },
      { command: 'for n in 1 2; do\n  echo $n\ndone; false', expected: ['1', '2', '[1]'] },
    ])
  })

  it('is written as it was read', () => {
    const transcript = parseTranscript(text)
    const outputs = transcript.steps.map(({ expected }) => expected)
    expect(writeTranscript(transcript, outputs)).toBe(text)
  })

  it('has no output before a command', () => {
    expect(() => parseTranscript('  a\n')).toThrow('output without a command')
  })
})

describe('what came is written', () => {
  it.each([
    ['as it is', ['a', 'b'], ['a', 'c'], ['a', 'c']],
    [
      'with the placeholders that fit',
      ['<bytes> of <...>'],
      ['1.5 GiB of x'],
      ['<bytes> of <...>'],
    ],
    ['anew where they do not', ['<number> of x'], ['one of x'], ['one of x']],
    ['whatever the padding beside them', ['a  <bytes>    b'], ['a  1,024 b'], ['a  <bytes>    b']],
    ['with its own padding elsewhere', ['a    b'], ['a b'], ['a b']],
    ['without what is volatile', [], ['took 1.5 s, PID 17'], ['took <time>, PID <number>']],
    ['with any lines', ['a', '<lines>', 'z'], ['a', 'b', 'c', 'z'], ['a', '<lines>', 'z']],
    ['with no lines at all', ['a', '<lines>', 'z'], ['a', 'z'], ['a', '<lines>', 'z']],
    ['but not without the others', ['a', '<lines>', 'z'], ['a', 'b'], ['a', '<lines>']],
    [
      'with what is new between what stays',
      ['a', '<time>'],
      ['a', 'b', '2 s'],
      ['a', 'b', '<time>'],
    ],
    ['without what is gone', ['a', 'b', '[1]'], ['a'], ['a']],
  ] as const)('%s', (_, expected, actual, written) => {
    expect(reconcile(expected, actual)).toEqual(written)
  })
})

describe('rows of the table that no transcript runs', () => {
  it('are verbs, their options, and each choice of an option', () => {
    const missing = notRun([
      ['jobs', '--output=json'],
      ['list', 'a'],
    ])
    expect(missing).not.toContain('jobs')
    expect(missing).not.toContain('jobs --output json')
    expect(missing).toContain('jobs --output text')
    expect(missing).not.toContain('list')
    expect(missing).toContain('list --json')
    expect(missing).toContain('check --deep')
  })

  it('need only one verb where all have the option', () => {
    const missing = notRun([['jobs', '--quiet']])
    expect(missing.filter((row) => row.includes('--quiet'))).toEqual([])
    expect(missing).toContain('(any verb) --trace')
  })
})
