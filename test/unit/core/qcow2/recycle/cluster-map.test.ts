import { describe, expect, it } from 'vitest'
import {
  ClusterMap,
  type ClusterMapOptions,
  type Standing,
} from '../../../../../core/qcow2/recycle/cluster-map.ts'

/** Tables that are nothing but counts: eight clusters, of which 4 to 7 are free. */
class Counts {
  readonly counts = [1, 1, 1, 2, 0, 0, 0, 0]

  refcount(cluster: number): number {
    return this.counts[cluster] ?? 0
  }

  isCounted(): boolean {
    return true
  }

  lastCounted(): number {
    return this.counts.findLastIndex((count) => count > 0)
  }

  *freeRuns(end: number): Generator<{ first: number; clusters: number }> {
    for (let first = 0; first < end; first++) {
      if (this.refcount(first) === 0) yield { first, clusters: 1 }
    }
  }
}

function mapOver(options: Partial<ClusterMapOptions> = {}) {
  const tables = new Counts()
  const map = new ClusterMap(tables, {
    fileClusters: 8,
    asserts: true,
    onChange: () => {},
    onFlushing: () => () => {},
    onCommitted: () => {},
    onContradiction: () => {},
    ...options,
  })
  const set = (cluster: number, count: number) => {
    tables.counts[cluster] = count
  }
  return { map, set }
}

type Made = ReturnType<typeof mapOver>

/** How cluster 4 (free) or 0 (used) gets to where it stands. */
const ways: Readonly<Record<Exclude<Standing, 'outside'>, (made: Made) => number>> = {
  junk: () => 4,
  erased: ({ map }) => {
    map.erased(4, 1)
    return 4
  },
  available: ({ map }) => {
    map.erased(4, 1)
    map.flushing()()
    return 4
  },
  roots: ({ map, set }) => {
    set(4, 1)
    map.reserved(4, 1)
    return 4
  },
  copies: ({ map, set }) => {
    set(4, 1)
    map.reserved(4, 1)
    map.copyInto(4)
    return 4
  },
  used: () => 0,
  pendingFree: ({ map }) => {
    map.unreferenced(0, 1)
    return 0
  },
}

/** What happens to a cluster, with its count as it is then. */
const events: Readonly<Record<string, (made: Made, cluster: number) => void>> = {
  reserved: ({ map, set }, cluster) => {
    set(cluster, 1)
    map.reserved(cluster, 1)
  },
  linked: ({ map }, cluster) => {
    map.linked(cluster, 1)
  },
  'copied into': ({ map }, cluster) => {
    map.copyInto(cluster)
  },
  'given back': ({ map, set }, cluster) => {
    set(cluster, 0)
    map.unreserved(cluster, 1)
  },
  unreferenced: ({ map }, cluster) => {
    map.unreferenced(cluster, 1)
  },
  released: ({ map, set }, cluster) => {
    set(cluster, 0)
    map.released(cluster, 1)
  },
  erased: ({ map }, cluster) => {
    map.erased(cluster, 1)
  },
}

/** Where each event leads from each state; what is not here is a contradiction. */
const legal: Readonly<Record<string, Partial<Record<Standing, Standing>>>> = {
  reserved: { junk: 'roots', erased: 'roots', available: 'roots' },
  linked: { roots: 'used', copies: 'used', used: 'used' },
  'copied into': { roots: 'copies' },
  'given back': { roots: 'junk', copies: 'junk', used: 'junk' },
  unreferenced: { used: 'pendingFree', roots: 'pendingFree', pendingFree: 'pendingFree' },
  released: { pendingFree: 'junk', junk: 'junk' },
  erased: { junk: 'erased', erased: 'erased', available: 'erased' },
}

const starts = ['junk', 'erased', 'available', 'roots', 'copies', 'used', 'pendingFree'] as const

const cases = starts.flatMap((from) =>
  Object.entries(events).map(([event, happen]) => {
    const made = mapOver()
    const cluster = ways[from](made)
    const go = () => {
      happen(made, cluster)
    }
    const standing = () => made.map.standing(cluster)
    return { from, event, to: legal[event]?.[from], go, standing }
  }),
)

describe('a cluster', () => {
  for (const { from, event, to, go, standing } of cases.filter((one) => one.to !== undefined)) {
    it(`that is ${from} and ${event} becomes ${to}`, () => {
      expect(standing()).toBe(from)
      go()
      expect(standing()).toBe(to)
    })
  }

  for (const { from, event, go, standing } of cases.filter((one) => one.to === undefined)) {
    it(`that is ${from} and ${event} is a contradiction`, () => {
      expect(standing()).toBe(from)
      expect(go).toThrow('invariant broken')
    })
  }
})

describe('the map of clusters', () => {
  it('lets zeroes wait for a flush that begins after them', () => {
    const { map } = mapOver()
    map.erased(4, 1)
    const first = map.flushing()
    map.erased(5, 1)
    first()
    expect([map.standing(4), map.standing(5)]).toEqual(['available', 'erased'])
  })

  it('does not take the zeroes that a cluster had before for durable ones', () => {
    const { map, set } = mapOver()
    map.erased(4, 1)
    const flushed = map.flushing()
    set(4, 1)
    map.reserved(4, 1)
    set(4, 0)
    map.unreserved(4, 1)
    map.erased(4, 1)
    flushed()
    expect(map.standing(4)).toBe('erased')
  })

  it('gives out the lowest run of available clusters', () => {
    const { map } = mapOver()
    expect(map.zeroed(4)).toBeUndefined()
    map.erased(5, 2)
    expect(map.zeroed(4)).toBeUndefined()
    map.flushing()()
    expect(map.zeroed(4)).toEqual({ first: 5, clusters: 2 })
    expect(map.zeroed(1)).toEqual({ first: 5, clusters: 1 })
  })

  it('frees a shared cluster with its last reference only', () => {
    const { map, set } = mapOver()
    map.unreferenced(3, 1)
    expect(map.standing(3)).toBe('used')
    map.unreferenced(3, 1)
    expect(map.standing(3)).toBe('pendingFree')
    set(3, 1)
    map.released(3, 1)
    expect(map.standing(3)).toBe('pendingFree')
    set(3, 0)
    map.released(3, 1)
    expect(map.standing(3)).toBe('junk')
  })

  it('keeps a cluster of packed data that gets more data before the commit frees it', () => {
    const { map, set } = mapOver()
    map.unreferenced(0, 1)
    set(0, 2)
    map.countRaised(0)
    map.linked(0, 1)
    set(0, 1)
    map.released(0, 1)
    expect(map.standing(0)).toBe('used')
  })

  it('knows where the last cluster is that is not free', () => {
    const { map, set } = mapOver()
    expect(map.top).toBe(4)
    set(6, 1)
    map.reserved(6, 1)
    expect(map.top).toBe(7)
    set(6, 0)
    map.unreserved(6, 1)
    expect(map.top).toBe(4)
    map.cut(4)
    expect([map.end, map.free, map.cutOff]).toEqual([4, 0, 4])
  })

  it('takes clusters past the end of the file, and those skipped on the way for free', () => {
    const { map, set } = mapOver()
    set(10, 1)
    map.reserved(10, 1)
    expect([map.standing(8), map.standing(9), map.standing(10)]).toEqual(['junk', 'junk', 'roots'])
  })

  it('does not let anything be cut off that is not free', () => {
    const { map } = mapOver()
    expect(() => map.cut(3)).toThrow('invariant broken: host cluster 3 is cut off in used')
  })

  it('tells of a contradiction once, and then of nothing any more', () => {
    const told: string[] = []
    const { map } = mapOver({ asserts: false, onContradiction: (what) => told.push(what) })
    map.linked(5, 1)
    map.linked(6, 1)
    map.erased(4, 1)
    map.flushing()()
    expect(told).toEqual(['cluster 5, referred to in junk'])
    expect(map.zeroed(1)).toBeUndefined()
  })

  it('counts what moves away not as unmapped', () => {
    const { map } = mapOver()
    map.unreferenced(0, 1)
    map.moving(() => {
      map.unreferenced(1, 1)
    })
    expect(map.unmapped).toBe(1)
  })
})
