import { expect, it } from 'vitest'
import { ClusterSet } from '../../../../../core/qcow2/recycle/cluster-set.ts'
import { seededRandom } from '../../../../helpers/random.ts'

it('holds what a plain set holds, in order', () => {
  const random = seededRandom(3)
  const set = new ClusterSet()
  const plain = new Set<number>()
  // Page borders, word borders, and far apart.
  const numberAt = () => random.pick([0, 31, 32_767, 32_768, 5_000_000]) + random.below(40)
  for (let step = 0; step < 20_000; step++) {
    const cluster = numberAt()
    const was = plain.has(cluster)
    const isAdded = random.chance(0.5)
    const isOther = isAdded ? set.add(cluster) : set.delete(cluster)
    expect(isOther).toBe(isAdded !== was)
    if (isAdded) plain.add(cluster)
    else plain.delete(cluster)
  }
  const sorted = [...plain].toSorted((a, b) => a - b)
  expect([...set]).toEqual(sorted)
  expect(set.size).toBe(plain.size)
  expect([...set.copy()]).toEqual(sorted)
  for (let look = 0; look < 500; look++) {
    const from = numberAt()
    expect(set.first(from)).toBe(sorted.find((cluster) => cluster >= from) ?? -1)
  }
})

it('measures runs over the borders of pages', () => {
  const set = new ClusterSet()
  for (let cluster = 32_760; cluster < 32_790; cluster++) set.add(cluster)
  expect(set.runAt(32_760, 100)).toBe(30)
  expect(set.runAt(32_760, 10)).toBe(10)
  expect(set.runAt(32_790, 10)).toBe(0)
})

it('is not changed by what happens to a copy', () => {
  const set = new ClusterSet()
  set.add(7)
  const copy = set.copy()
  copy.delete(7)
  copy.add(8)
  expect([...set]).toEqual([7])
})

it('takes a million clusters in no time', () => {
  const set = new ClusterSet()
  const started = performance.now()
  for (let cluster = 0; cluster < 1_000_000; cluster++) set.add(cluster)
  for (let cluster = 0; cluster < 1_000_000; cluster += 2) set.delete(cluster)
  let count = 0
  for (let at = set.first(); at !== -1; at = set.first(at + 1)) count++
  expect(count).toBe(500_000)
  expect(performance.now() - started).toBeLessThan(2000)
})

it('takes runs of neighbours as one by one', () => {
  const random = seededRandom(5)
  for (let round = 0; round < 300; round++) {
    const set = new ClusterSet()
    const plain: number[] = []
    let next = random.pick([0, 31, 32_700])
    while (plain.length < 200) {
      next += random.below(70)
      const clusters = 1 + random.below(random.pick([3, 40, 100]))
      set.addRun(next, clusters)
      for (const end = next + clusters; next < end; next++) plain.push(next)
      // Runs may touch each other.
    }
    expect([...set]).toEqual(plain)
    expect(set.size).toBe(plain.length)
  }
})

it('takes a run over several pages', () => {
  const set = new ClusterSet()
  set.addRun(32_000, 70_000)
  expect([set.size, set.first(), set.runAt(32_000, 100_000)]).toEqual([70_000, 32_000, 70_000])
  for (let cluster = 32_000; cluster < 102_000; cluster++) expect(set.delete(cluster)).toBe(true)
  expect(set.first()).toBe(-1)
})

it('counts and loses all from a place on, and finds the last one outside', () => {
  const random = seededRandom(8)
  for (let round = 0; round < 200; round++) {
    const [one, other] = [new ClusterSet(), new ClusterSet()]
    const base = random.pick([0, 32_700, 65_536])
    const plain: number[] = []
    for (let cluster = base; cluster < base + 200; cluster++) {
      if (random.chance(0.3)) continue
      plain.push(cluster)
      ;(random.chance(0.5) ? one : other).add(cluster)
    }
    const from = base + random.below(220)
    let last = from - 1
    while (plain.includes(last)) last--
    expect(ClusterSet.lastOutside([one, other], from)).toBe(last)
    expect(one.countFrom(from) + other.countFrom(from)).toBe(
      plain.filter((cluster) => cluster >= from).length,
    )
    one.deleteFrom(from)
    other.deleteFrom(from)
    const left = [...one, ...other].toSorted((a, b) => a - b)
    expect(left).toEqual(plain.filter((cluster) => cluster < from))
    expect(one.size + other.size).toBe(left.length)
    // And goes on as any other set.
    expect(one.add(from + 40_000)).toBe(true)
    expect(one.first(from)).toBe(from + 40_000)
  }
})
