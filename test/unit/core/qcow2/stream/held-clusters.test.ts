import { expect, test } from 'vitest'
import { HeldClusters } from '../../../../../core/qcow2/stream/held-clusters.ts'

const SIZE = 512
const full = (value: number, length = SIZE): Uint8Array => new Uint8Array(length).fill(value)

test('the latest clusters are kept, as many as there is room for', () => {
  const held = new HeldClusters(SIZE, 3 * SIZE)
  for (let cluster = 1; cluster <= 5; cluster++) held.hold(cluster, full(cluster))
  expect([1, 2, 3, 4, 5].map((cluster) => held.get(cluster)?.bytes?.[0])).toEqual([
    undefined,
    undefined,
    3,
    4,
    5,
  ])
})

test('what was dropped makes room', () => {
  const held = new HeldClusters(SIZE, 2 * SIZE)
  held.hold(1, full(1))
  held.hold(2, full(2))
  held.drop(2)
  held.hold(3, full(3))
  expect([1, 2, 3].map((cluster) => held.get(cluster)?.bytes?.[0])).toEqual([1, undefined, 3])
})

test('zeroes cost nothing, and are never pushed out', () => {
  const held = new HeldClusters(SIZE, SIZE)
  for (const cluster of [3, 4, 5, 9, 1000]) held.hold(cluster, full(0))
  held.hold(2000, full(1))
  held.hold(2001, full(2))
  for (const cluster of [3, 4, 5, 9, 1000]) expect(held.get(cluster)).toEqual({ bytes: undefined })
  for (const cluster of [2, 6, 8, 10, 999, 1001, 2000]) expect(held.get(cluster)).toBeUndefined()
})

test('a cluster that the end of the stream cut goes on with zeroes, not with an older one', () => {
  const held = new HeldClusters(SIZE, SIZE)
  held.hold(1, full(7))
  held.hold(2, full(8, 100))
  const bytes = held.get(2)?.bytes
  expect(Buffer.from(bytes ?? [])).toEqual(Buffer.concat([full(8, 100), full(0, SIZE - 100)]))
})

test('without a budget only zeroes are kept', () => {
  const held = new HeldClusters(SIZE, SIZE - 1)
  held.hold(1, full(1))
  held.hold(2, full(0))
  expect([held.get(1), held.get(2)]).toEqual([undefined, { bytes: undefined }])
})
