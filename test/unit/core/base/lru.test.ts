import { expect, it } from 'vitest'
import { LruCache } from '../../../../core/base/lru.ts'

it('forgets what was used longest ago once the bound is passed', () => {
  const cache = new LruCache<string, number>(10, (size) => size)
  cache.set('a', 4)
  cache.set('b', 4)
  cache.get('a')
  cache.set('c', 4)
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([4, undefined, 4])
  expect(cache.held).toBe(8)
})

it('keeps a value that is larger than the bound, alone', () => {
  const cache = new LruCache<string, number>(10, (size) => size)
  cache.set('a', 4)
  cache.set('big', 40)
  expect(cache.get('a')).toBeUndefined()
  expect(cache.get('big')).toBe(40)
})

it('counts a value that is replaced once', () => {
  const cache = new LruCache<string, number>(10, (size) => size)
  cache.set('a', 4)
  cache.set('a', 6)
  expect(cache.held).toBe(6)
})
