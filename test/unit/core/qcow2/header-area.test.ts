import { describe, expect, it, test } from 'vitest'
import {
  decodeHeaderArea,
  HEADER_AREA_FIRST_READ,
} from '../../../../core/qcow2/format/header-area.ts'
import type { HeaderStrictness } from '../../../../core/qcow2/format/header-rules.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { CountingFile } from '../../../../core/storage/counting-file.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { Qcow2Builder, type HeaderField } from '../../../helpers/qcow2-builder.ts'

const open = (bytes: Uint8Array, strictness: HeaderStrictness = 'open') =>
  readHeaderArea(new MemoryFile(bytes, { name: '/vm/disk.qcow2' }), strictness)

function refusalOf(bytes: Uint8Array): unknown {
  try {
    return open(bytes)
  } catch (error) {
    return error
  }
}

describe('a header that breaks a rule of opening is refused by name', () => {
  const refused: readonly [field: HeaderField, value: number | bigint, reason: string][] = [
    ['magic', 0, 'unknown-format'],
    ['version', 4, 'field-invalid'],
    ['clusterBits', 8, 'field-invalid'],
    ['clusterBits', 22, 'field-invalid'],
    ['headerLength', 103, 'field-invalid'],
    ['headerLength', 0xffff_ffff, 'field-invalid'],
    ['backingFileOffset', 1n << 40n, 'field-invalid'],
    ['size', 1n << 62n, 'field-invalid'],
    ['size', 1n << 50n, 'field-invalid'],
    ['l1Size', 0xffff_ffff, 'table-too-large'],
    ['l1Size', 0, 'field-invalid'],
    ['l1TableOffset', 513, 'field-invalid'],
    ['refcountTableClusters', 0, 'field-invalid'],
    ['refcountTableClusters', 0xffff_ffff, 'table-too-large'],
    ['refcountTableOffset', 8, 'field-invalid'],
    ['refcountOrder', 7, 'field-invalid'],
    ['snapshotCount', 65_537, 'table-too-large'],
    ['cryptMethod', 3, 'field-invalid'],
    ['cryptMethod', 2, 'field-invalid'],
    ['compressionType', 2, 'field-invalid'],
    ['compressionType', 1, 'field-invalid'],
    ['incompatibleFeatures', 8, 'field-invalid'],
    ['incompatibleFeatures', 4, 'field-invalid'],
    ['incompatibleFeatures', 16, 'field-invalid'],
    ['incompatibleFeatures', 1n << 40n, 'feature-unknown'],
    ['autoclearFeatures', 2, 'field-invalid'],
  ]
  test.each(refused)('%s = %s: %s', (field, value, reason) => {
    const bytes = new Qcow2Builder().header(field, value).bytes
    expect(() => open(bytes)).toThrow(expect.objectContaining({ reason }))
    const words = JSON.stringify(refusalOf(bytes))
    expect(words).toContain('/vm/disk.qcow2')
    expect(words).not.toMatch(/undefined|NaN/)
  })
})

it('an unknown feature is named as the image itself names it', () => {
  const name = new Uint8Array(48)
  name.set([0, 40])
  name.set(new TextEncoder().encode('folded clusters'), 2)
  const builder = new Qcow2Builder({ extensions: [{ type: 0x6803f857, data: name }] })
  const bytes = builder.header('incompatibleFeatures', 1n << 40n).bytes
  expect(() => open(bytes)).toThrow(
    expect.objectContaining({ context: expect.objectContaining({ feature: 'folded clusters' }) }),
  )
})

it('a check looks at headers that only a check may open', () => {
  const noTable = new Qcow2Builder().header('refcountTableClusters', 0).bytes
  expect(() => open(noTable)).toThrow(expect.objectContaining({ reason: 'field-invalid' }))
  expect(open(noTable, 'check').header.refcountTableClusters).toBe(0)
  const manySnapshots = new Qcow2Builder().header('snapshotCount', 70_000).bytes
  expect(open(manySnapshots, 'check').header.snapshotCount).toBe(70_000)
})

it('a file that ends inside its header says how much is there', () => {
  const bytes = new Qcow2Builder().bytes
  for (const length of [4, 71, 103]) {
    expect(() => open(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({
        reason: 'header-cut-short',
        context: expect.objectContaining({ found: length }),
      }),
    )
  }
})

it('one small read is enough, unless the extensions go on after it', () => {
  const small = new CountingFile(new MemoryFile(new Qcow2Builder({ clusterBits: 16 }).bytes))
  readHeaderArea(small)
  expect(small.countOf('header')).toEqual({ calls: 1, bytes: HEADER_AREA_FIRST_READ })

  const data = new Uint8Array(10_000).fill(7)
  const options = { clusterBits: 16, extensions: [{ type: 0x1234, data }] }
  const large = new CountingFile(new MemoryFile(new Qcow2Builder(options).bytes))
  expect(readHeaderArea(large).extensions).toEqual([{ type: 0x1234, data }])
  expect(large.countOf('header').bytes).toBeLessThanOrEqual(2 * 65_536)
})

it('an extension that claims more than its area is refused before it is read', () => {
  const bytes = new Qcow2Builder({ extensions: [{ type: 0x1234, data: new Uint8Array(8) }] }).bytes
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(116, 0xffff_fff0)
  expect(() => decodeHeaderArea(bytes, { fileLength: bytes.length, strictness: 'open' })).toThrow(
    expect.objectContaining({ reason: 'structure-damaged' }),
  )
})

it('names of other files are data, up to their end', () => {
  const backing = { name: 'base image.qcow2', format: 'qcow2' }
  const area = open(new Qcow2Builder({ backing }).bytes)
  expect([area.backingName, area.backingFormat]).toEqual(['base image.qcow2', 'qcow2'])
})
