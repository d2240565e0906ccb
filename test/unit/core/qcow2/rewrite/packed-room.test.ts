import { expect, test } from 'vitest'
import { geometryOf } from '../../../../../core/qcow2/format/geometry.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { NewFileSpace } from '../../../../../core/qcow2/rewrite/new-file-space.ts'
import { PackedRoom } from '../../../../../core/qcow2/rewrite/packed-room.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'

/** Room in a file of 4 KiB clusters whose first cluster is taken. */
function roomWith(refcountOrder: number) {
  const builder = new Qcow2Builder({ refcountOrder, clusterBits: 12 })
  const geometry = geometryOf(readHeaderArea(new MemoryFile(builder.bytes)).header)
  const space = new NewFileSpace('new.qcow2', geometry)
  space.structure(1)
  return { space, room: new PackedRoom('new.qcow2', geometry, space) }
}

test('fresh pieces follow each other over the ends of clusters', () => {
  const { space, room } = roomWith(4)
  expect([room.place(3000, 1), room.place(3000, 1), room.place(500, 1)]).toEqual([
    4096, 7096, 10096,
  ])
  expect([1, 2, 3].map((cluster) => space.references(cluster * 4096))).toEqual([2, 2, 0])
  expect(space.end).toBe(3 * 4096)
})

test('a piece begins a cluster of its own when others were given out meanwhile', () => {
  const { space, room } = roomWith(4)
  room.place(3000, 1)
  space.take(1)
  expect(room.place(1000, 1)).toBe(7096)
  expect(room.place(1000, 1)).toBe(3 * 4096)
})

test('no cluster gets more references than its refcount can say', () => {
  const { space, room } = roomWith(1)
  expect(space.mostReferences).toBe(3)
  const places = [1, 1, 1, 1].map(() => room.place(100, 1))
  expect(places).toEqual([4096, 4196, 4296, 8192])
  // Shared by three trees from the start, so nobody may join it.
  expect([room.place(100, 3), room.place(100, 1)]).toEqual([3 * 4096, 4 * 4096])
})

test('what is carried over keeps its place in the sector, and its distance from its neighbour', () => {
  const { room } = roomWith(4)
  // Two sectors from byte 100 on, then one that begins in the second of them.
  expect(room.carry({ offset: 10_340, length: 924 }, 1)).toBe(4096 + 100)
  expect(room.carry({ offset: 11_140, length: 636 }, 1)).toBe(4096 + 900)
  expect(room.next).toBe(4096 + 900 + 636)
  // Somewhere else in the old file: the next place with the same rest.
  const far = room.carry({ offset: 900_007, length: 400 }, 1)
  expect(far % 512).toBe(900_007 % 512)
  expect(far - room.next).toBe(-400)
  expect(far).toBeGreaterThanOrEqual(4096 + 900 + 636)
})

test('a neighbour that came before in the old file is no neighbour', () => {
  const { room } = roomWith(4)
  room.carry({ offset: 51_200, length: 1024 }, 1)
  expect(room.carry({ offset: 50_688, length: 1024 }, 1)).toBe(4096 + 1024)
})

test('a piece of two clusters is counted in each cluster it touches', () => {
  const { space, room } = roomWith(4)
  const at = room.carry({ offset: 100, length: 8092 }, 2)
  expect(at).toBe(4196)
  expect([1, 2, 3].map((cluster) => space.references(cluster * 4096))).toEqual([2, 2, 0])
})
