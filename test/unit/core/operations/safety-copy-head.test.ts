import { expect, it } from 'vitest'
import {
  decodeHead,
  encodeHead,
  type SafetyCopyHead,
} from '../../../../core/operations/safety-copy-head.ts'

const head: SafetyCopyHead = {
  image: '/srv/vm/disk.qcow2',
  length: { before: 65_536, after: 131_072 },
  records: [
    { at: 0, length: 512, isWritten: true, isZero: false },
    { at: 1024, length: 4096, isWritten: false, isZero: true },
  ],
  passing: [{ at: 0, sum: 0xffff_ffff }],
}

const changed = (change: object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ ...head, ...change }))

it('is read back as it was written', () => {
  expect(decodeHead(encodeHead(head))).toEqual(head)
})

const record = head.records[1]
it.each([
  ['no JSON', new TextEncoder().encode('{')],
  ['an empty object', new TextEncoder().encode('{}')],
  ['null', new TextEncoder().encode('null')],
  ['a length that is no number', changed({ length: { before: '1', after: 2 } })],
  ['records that are no list', changed({ records: {} })],
  ['a record past the end of the image', changed({ records: [{ ...record, at: 2 ** 40 }] })],
  ['a record of petabytes', changed({ records: [{ ...record, length: 2 ** 50 }] })],
  ['a record inside a sector', changed({ records: [{ ...record, at: 1 }] })],
  ['records that overlap', changed({ records: [record, record] })],
  ['a passing sector without a place', changed({ passing: [{ sum: 1 }] })],
])('is refused when it is %s', (_what, text) => {
  expect(decodeHead(text)).toBeUndefined()
})
