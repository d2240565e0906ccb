import { expect, test } from 'vitest'
import { word64 } from '../../../../../core/base/word64.ts'
import { PackedPlaces } from '../../../../../core/qcow2/rewrite/packed-places.ts'
import { PlaceMap } from '../../../../../core/qcow2/rewrite/place-map.ts'
import { seededRandom } from '../../../../helpers/random.ts'

test('places of host clusters are what was put, zero words too', () => {
  const places = new PlaceMap(2 ** 20)
  places.set(0, word64(0, 0))
  places.set(2 ** 40 + 7, word64(0x8000_0001, 0xffff_fe00))
  expect([0, 1, 2 ** 40 + 7, 2 ** 40].map((cluster) => places.has(cluster))).toEqual([
    true,
    false,
    true,
    false,
  ])
  expect(places.get(2 ** 40 + 7)).toEqual(word64(0x8000_0001, 0xffff_fe00))
  expect(places.get(0)).toEqual(word64(0, 0))
})

test('places past their memory are refused', () => {
  const places = new PlaceMap(4096)
  places.set(0, word64(0, 512))
  places.set(300, word64(0, 512))
  expect(() => places.set(100_000, word64(0, 512))).toThrow(
    expect.objectContaining({ reason: 'image-too-large' }),
  )
})

test('compressed clusters keep their references and places while the table grows', () => {
  const random = seededRandom(7)
  const packed = new PackedPlaces(2 ** 24)
  const expected = new Map<number, number>()
  for (let round = 0; round < 20_000; round++) {
    const offset = random.below(5000) * 977 + random.below(3) * 2 ** 41
    const times = 1 + random.below(3)
    expect(packed.refer(offset, times)).toBe(!expected.has(offset))
    expected.set(offset, (expected.get(offset) ?? 0) + times)
  }
  for (const [offset, references] of expected) {
    expect(packed.references(offset)).toBe(references)
    expect(packed.claim(offset)).toBe(true)
    packed.setPlace(offset, word64(0x4000_0000, offset % 1000))
  }
  for (const offset of expected.keys()) {
    expect(packed.claim(offset)).toBe(false)
    expect(packed.place(offset)).toEqual(word64(0x4000_0000, offset % 1000))
  }
  expect(packed.references(3)).toBe(0)
})

test('more compressed clusters than memory allows are refused', () => {
  const packed = new PackedPlaces(40_000)
  const fill = () => {
    for (let offset = 0; offset < 2000; offset++) packed.refer(offset, 1)
  }
  expect(fill).toThrow(expect.objectContaining({ reason: 'image-too-large' }))
})
