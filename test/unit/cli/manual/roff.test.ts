import { expect, it } from 'vitest'
import { argument, bold, roffText } from '../../../../cli/manual/roff.ts'

it.each([
  ['a backslash', String.raw`C:\images`, String.raw`C:\eimages`],
  [
    'a dot at the start of a line',
    '.virtual-size and .snapshots',
    String.raw`\&.virtual-size and .snapshots`,
  ],
  ['an apostrophe at the start of a line', "'tis", String.raw`\&'tis`],
  ['an option, whose hyphens are typed', 'needs --mode punch', String.raw`needs \-\-mode punch`],
  ['a hyphen in a word, which is none', 'read-only', 'read-only'],
  ['sentences, one to a line', 'One is. Two are.', 'One is.\nTwo are.'],
])('%s', (_, text, roff) => {
  expect(roffText(text)).toBe(roff)
})

it('breaks long lines between words, and a dot that begins a line stays text', () => {
  const lines = roffText(`${'word '.repeat(15)}.csv and more`).split('\n')
  expect(lines.map((line) => line.length <= 78)).toEqual(lines.map(() => true))
  expect(lines[1]).toBe(String.raw`\&.csv and more`)
})

it('quotes the argument of a macro', () => {
  expect(argument('say "so"')).toBe('"say ""so"""')
  expect(bold('--help')).toBe(String.raw`\fB\-\-help\fR`)
})
