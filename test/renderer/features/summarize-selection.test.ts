import { expect, test } from 'vitest'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { sharedValue, sumOf } from '../../../renderer/features/inspector/summarize-selection.ts'
import { classOfExtent } from '../../../renderer/features/map/extent-words.ts'

const row = (id: number, virtualSize?: number): LibraryRow => ({
  id,
  name: `${id}.qcow2`,
  path: `/srv/vm/${id}.qcow2`,
  location: '/srv/vm',
  formatLabel: id === 1 ? 'qcow2 v2' : 'qcow2 v3',
  use: { state: 'free', holders: [] },
  health: 'healthy',
  healthStale: false,
  fileLength: 100,
  linksTrusted: false,
  childCount: 0,
  usedBy: [],
  isOrphan: false,
  readOnly: false,
  hashStale: false,
  modifiedAt: 0,
  addedAt: 0,
  ...(virtualSize !== undefined && { virtualSize }),
})

test('sums tell how many images they do not cover', () => {
  const rows = [row(1, 1000), row(2, 24), row(3)]
  expect(sumOf(rows, ({ virtualSize }) => virtualSize)).toEqual({ bytes: 1024, unknown: 1 })
})

test('a value that differs is mixed, one that all share is said', () => {
  const rows = [row(1), row(2)]
  expect(sharedValue(rows, ({ formatLabel }) => formatLabel)).toBe('Mixed')
  expect(sharedValue(rows, ({ location }) => location)).toBe('/srv/vm')
  expect(sharedValue(rows, ({ clusterSize }) => clusterSize?.toString())).toBe('unknown')
})

test('an extent has the class that the picture gives it', () => {
  const extent = { start: 0, length: 1, depth: 0, compressed: false }
  const classOf = (present: boolean, zero: boolean, data: boolean, change = {}) =>
    classOfExtent({ ...extent, present, zero, data, ...change })
  expect(classOf(true, false, true)).toBe('data')
  expect(classOf(true, false, true, { compressed: true })).toBe('compressed')
  expect(classOf(true, true, false)).toBe('zero')
  expect(classOf(true, false, true, { depth: 2 })).toBe('backing')
  expect(classOf(true, true, false, { depth: 2 })).toBe('zero')
  expect(classOf(false, true, false)).toBe('unallocated')
})
