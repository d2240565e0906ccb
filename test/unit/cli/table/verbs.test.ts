import { describe, expect, it } from 'vitest'
import { longName } from '../../../../cli/table/option.ts'
import { verbs } from '../../../../cli/table/verbs.ts'

/** Every verb of qcow-tool with its options, as `qcow-tool VERB --help` names them. */
const ofTheSeed: Readonly<Record<string, readonly string[]>> = {
  info: ['--filter'],
  create: ['--size', '--strict-refcounts', '--trace'],
  check: [],
  repair: ['--unsafe-buffering'],
  encode: [],
  decode: [],
  'stream-decode': [],
  write: ['--sector', '--text', '--trace'],
  read: ['--sector', '--length', '--trace'],
  mapped: ['--output', '--ignore-zeroes'],
  resize: ['--size', '--ignore-data-loss', '--trace'],
  discard: ['--unsafe-buffering'],
  compact: ['--unsafe-buffering', '--debug', '--progress', '--progress-fd'],
  pattern: ['--size', '--pattern', '--trace', '--debug', '--progress', '--progress-fd'],
  sha: ['--debug', '--progress', '--progress-fd'],
  dehydrate: ['--debug', '--progress', '--progress-fd'],
  rehydrate: ['--debug', '--progress', '--progress-fd'],
}

const all = verbs.flatMap((verb) =>
  Object.entries(verb.options).map(([name, option]) => ({ verb: verb.name, name, option })),
)

describe('the table of verbs', () => {
  it.each(Object.entries(ofTheSeed))('has %s of qcow-tool with its options', (name, options) => {
    const row = verbs.find((verb) => verb.name === name)
    const names = Object.entries(row?.options ?? {}).map(([key, option]) => longName(key, option))
    expect(names).toEqual(expect.arrayContaining([...options]))
  })

  it('names every verb once', () => {
    expect(new Set(verbs.map(({ name }) => name)).size).toBe(verbs.length)
  })

  it('takes the file first', () => {
    const others = verbs
      .filter(({ operands }) => operands.length > 0)
      .filter(({ operands: [first = ''] }) => !/file|image|source|input|folder/.test(first))
    expect(others.map(({ name }) => name)).toEqual(['metrics', 'completions'])
  })

  it('takes only optional operands after an optional one, and many only at the end', () => {
    for (const { operands } of verbs) {
      expect(operands.join(' ')).toMatch(/^(?:<[^>]+> ?)*(?:\[[^\]]+\] ?)*$/)
      expect(operands.slice(0, -1).join(' ')).not.toContain('...')
    }
  })

  it('has choices for operands that are there', () => {
    for (const { operands, operandChoices = {} } of verbs) {
      const labels = operands.map((operand) => operand.replaceAll(/[<>[\].]/g, ''))
      expect(labels).toEqual(expect.arrayContaining(Object.keys(operandChoices)))
    }
  })

  it('explains every option in a phrase', () => {
    const others = all.filter(({ option }) => !/^\S.*[^.\s]$/.test(option.help))
    expect(others).toEqual([])
  })

  // Completions of fish count on it, and people do, too.
  it('has options that take a value everywhere or nowhere', () => {
    for (const [name, same] of Map.groupBy(all, ({ name: key, option }) => longName(key, option))) {
      expect([name, new Set(same.map(({ option }) => 'value' in option)).size]).toEqual([name, 1])
    }
  })

  // Completions write them between apostrophes, unquoted.
  it('has names and choices of letters, digits, dots and hyphens', () => {
    const words = all.flatMap(({ name, option }) => [
      longName(name, option),
      ...(option.kind === 'choice' ? option.choices : []),
    ])
    for (const word of [...words, ...verbs.map(({ name }) => name)]) {
      expect(word).toMatch(/^[a-z0-9.-]+$/)
    }
  })
})
