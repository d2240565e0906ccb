import { describe, expect, it } from 'vitest'
import {
  decodeKeptHead,
  encodeKeptHead,
  type KeptSnapshotHead,
} from '../../../../core/operations/kept-snapshot-head.ts'

const head: KeptSnapshotHead = {
  image: '/vm/disk.qcow2',
  content: 'whole',
  entry: {
    l1TableOffset: 65_536,
    l1Size: 16,
    id: '1',
    name: 'before',
    dateSeconds: 1_700_000_000,
    dateNanoseconds: 5,
    vmClock: { high: 0, low: 7 },
    vmStateSize32: 0,
    extraData: new Uint8Array(24),
    rawId: new Uint8Array([0x31]),
    rawName: new TextEncoder().encode('before'),
  },
  position: 0,
  layout: { version: 3, clusterBits: 16, extendedL2: false, compressionType: 'zlib' },
  virtualSize: 2 ** 30,
  backing: undefined,
}

const withEntry = (entry: Partial<KeptSnapshotHead['entry']>): Uint8Array =>
  encodeKeptHead({ ...head, entry: { ...head.entry, ...entry } })

const withField = (field: string, value: unknown): Uint8Array => {
  const fields: unknown = JSON.parse(new TextDecoder().decode(encodeKeptHead(head)))
  return new TextEncoder().encode(JSON.stringify({ ...Object(fields), [field]: value }))
}

describe('the head of a kept snapshot', () => {
  it('is read as it was written', () => {
    expect(decodeKeptHead(encodeKeptHead(head))).toEqual(head)
  })

  it.each([
    ['an L1 table that no reader takes', withEntry({ l1Size: 2 ** 22 + 1 })],
    ['the largest number of L1 entries', withEntry({ l1Size: 0xffff_ffff })],
    ['more extra data than a reader takes', withEntry({ extraData: new Uint8Array(1032) })],
    ['an entry that is cut short', withField('entry', '00'.repeat(39))],
    ['an entry that says more than there is', withField('entry', 'ff'.repeat(48))],
    ['an entry that is no number', withField('entry', 'zz'.repeat(48))],
    ['a position that is no count', withField('position', -1)],
    ['another kind of content', withField('content', 'half')],
    ['a version that nobody knows', withField('layout', { ...head.layout, version: 4 })],
    ['a size that no disk has', withField('virtualSize', 2 ** 60)],
    ['text that is none', new Uint8Array([0x7b, 0xff])],
    ['a list', new TextEncoder().encode('[]')],
  ])('is none with %s', (_, text) => {
    expect(decodeKeptHead(text)).toBeUndefined()
  })
})
