import { describe, expect, test } from 'vitest'
import {
  decodeAllocation,
  mainClass,
  mixOf,
  rangeOf,
} from '../../../renderer/features/map/allocation-buckets.ts'
import { paintMix, type MapColours } from '../../../renderer/features/map/paint-cells.ts'

const base64 = (...bytes: readonly number[]): string => btoa(String.fromCodePoint(...bytes))
const none = base64(0, 0, 0)
const buckets = decodeAllocation({
  virtualSize: 2560,
  bucketBytes: 1024,
  bucketCount: 3,
  shares: {
    data: base64(255, 51, 0),
    compressed: none,
    zero: none,
    backing: base64(0, 204, 0),
    unallocated: base64(0, 0, 255),
  },
  totals: { data: 1229, compressed: 0, zero: 0, backing: 819, unallocated: 512 },
  extentCount: 4,
})

describe('the buckets of a map', () => {
  test('one byte a bucket and class is its share', () => {
    expect(mixOf(buckets, 1, 2)).toEqual({
      data: 0.2,
      compressed: 0,
      zero: 0,
      backing: 0.8,
      unallocated: 0,
    })
  })

  test('the last bucket ends with the disk', () => {
    expect(rangeOf(buckets, 1)).toEqual({ start: 1024, length: 1024 })
    expect(rangeOf(buckets, 2)).toEqual({ start: 2048, length: 512 })
  })

  test('several buckets are averaged, and a range past the end counts what there is', () => {
    expect(mixOf(buckets, 0, 2).data).toBeCloseTo(0.6)
    expect(mixOf(buckets, 2, 9).unallocated).toBe(1)
    expect(mixOf(buckets, 3, 3).unallocated).toBe(0)
  })

  test('the main class is the one that fills most', () => {
    expect(mainClass(mixOf(buckets, 0, 1))).toBe('data')
    expect(mainClass(mixOf(buckets, 1, 2))).toBe('backing')
  })
})

describe('painting', () => {
  const colours: MapColours = {
    surface: [255, 255, 255],
    classes: {
      data: [0, 0, 200],
      compressed: [100, 0, 100],
      zero: [0, 100, 0],
      backing: [200, 100, 0],
      unallocated: [240, 240, 240],
    },
  }
  const paint = (index: number): Set<string> => {
    const pixels = { width: 4, height: 4, data: new Uint8ClampedArray(64) }
    paintMix(pixels, { x: 0, y: 0, width: 4, height: 4 }, mixOf(buckets, index, index + 1), colours)
    return new Set(
      Array.from({ length: 16 }, (_, at) => pixels.data.slice(at * 4, at * 4 + 4).join(',')),
    )
  }

  test('a full class has its own colour, everywhere for data', () => {
    expect(paint(0)).toEqual(new Set(['0,0,200,255']))
  })

  test('a mix is blended and textured as its main class', () => {
    const blended = paint(1)
    expect(blended.has('160,80,40,255')).toBe(true)
    expect(blended.size).toBe(2)
  })

  test('nothing is drawn outside of the picture', () => {
    const pixels = { width: 2, height: 2, data: new Uint8ClampedArray(16) }
    paintMix(pixels, { x: 1, y: 1, width: 9, height: 9 }, mixOf(buckets, 0, 1), colours)
    expect([...pixels.data]).toEqual([...Array<number>(12).fill(0), 0, 0, 200, 255])
  })
})
