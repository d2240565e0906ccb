/** What surrounds a verb: options for the history, values in debug lines, addresses of metrics. */
import { describe, expect, it } from 'vitest'
import { parseMetricsAddress } from '../../../cli/parse/metrics-address.ts'
import { askedOptions } from '../../../cli/table/asked-options.ts'
import { commonOptions, output, recorded } from '../../../cli/table/shared-options.ts'
import { UsageError } from '../../../cli/usage-error.ts'
import { brief } from '../../../cli/watch/brief.ts'

describe('options for the history', () => {
  const table = {
    mode: { kind: 'choice', value: 'name', help: '', choices: ['auto', 'punch'], standard: 'auto' },
    verify: { kind: 'off-switch', help: '' },
    force: { kind: 'switch', help: '' },
    size: { kind: 'size-change', value: 'size', help: '' },
    allow: { kind: 'texts', value: 'step', help: '' },
    note: { kind: 'text', value: 'text', help: '' },
    ...commonOptions,
    ...output,
    ...recorded,
  } as const
  const untouched = {
    mode: 'auto',
    verify: true,
    force: false,
    size: undefined,
    allow: [],
    note: undefined,
    quiet: true,
    json: true,
    output: 'json',
    history: true,
    trace: true,
    progressFd: 3,
  }

  it('are those that make the run another one', () => {
    expect(askedOptions(table, untouched)).toEqual({})
    expect(
      askedOptions(table, {
        ...untouched,
        mode: 'punch',
        verify: false,
        force: true,
        size: { kind: 'grow', bytes: 1024 },
        allow: ['one', 'two'],
        note: '',
      }),
    ).toEqual({
      mode: 'punch',
      verify: false,
      force: true,
      size: '+1024',
      allow: ['one', 'two'],
      note: '',
    })
  })

  it.each([
    ['exactly', 7],
    ['shrink', '-7'],
  ] as const)('tell a size that is meant %s as %s', (kind, told) => {
    expect(askedOptions(table, { ...untouched, size: { kind, bytes: 7 } })).toEqual({ size: told })
  })
})

describe('values in debug lines', () => {
  it('are short, and hold no bytes', () => {
    expect(
      brief({
        bytes: new Uint8Array(5).fill(65),
        long: 'x'.repeat(1000),
        many: Array.from({ length: 100 }, (_, index) => index),
        deep: { deeper: { deepest: { gone: 1 } } },
        call: () => 1,
        signal: new AbortController().signal,
        big: 5n,
        nothing: null,
        stream: (async function* () {})(),
      }),
    ).toEqual({
      bytes: '5 bytes',
      long: `${'x'.repeat(300)}…`,
      many: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, '… 88 more'],
      deep: { deeper: { deepest: '…' } },
      big: '5',
      nothing: null,
      stream: 'a stream',
    })
  })
})

describe('an address for metrics', () => {
  it.each([
    ['9090', '127.0.0.1', 9090],
    [':0', '127.0.0.1', 0],
    ['127.0.0.2:80', '127.0.0.2', 80],
    ['localhost:65535', 'localhost', 65_535],
    ['[::1]:9090', '::1', 9090],
    ['0.0.0.0:9090', '0.0.0.0', 9090],
  ])('"%s" is %s, port %d', (text, host, port) => {
    expect(parseMetricsAddress(text)).toEqual({ host, port })
  })

  it.each(['', ':', 'localhost', '65536', '-1', '::1:9090', 'http://a:1', 'a b:1', '1e3'])(
    '"%s" is none',
    (text) => {
      expect(() => parseMetricsAddress(text)).toThrow(UsageError)
    },
  )
})
