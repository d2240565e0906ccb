import { array, assert, nat, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layoutTree } from '../../../renderer/features/snapshots/layout-tree.ts'
import {
  choiceOf,
  nameFault,
  proposeName,
  type SnapshotEntry,
} from '../../../renderer/features/snapshots/snapshot-choice.ts'

const snapshot = (id: string, name: string): SnapshotEntry => ({
  id,
  name,
  createdAt: 0,
  vmStateSize: 0,
})

describe('naming a snapshot', () => {
  const list = [
    snapshot('1', 'monday'),
    snapshot('2', 'twin'),
    snapshot('3', 'twin'),
    snapshot('4', ''),
  ]

  it('takes its name where that means it alone, and its id elsewhere', () => {
    expect(list.map((each) => choiceOf(list, each))).toEqual([
      { name: 'monday' },
      { name: '2', id: true },
      { name: '3', id: true },
      { name: '4', id: true },
    ])
  })

  it('proposes the time of day, and a name of its own in the same minute', () => {
    const now = new Date(2026, 10, 21, 7, 5)
    expect(proposeName(now, [])).toBe('2026-11-21 07:05')
    const taken = [{ name: '2026-11-21 07:05' }, { name: '2026-11-21 07:05 (2)' }]
    expect(proposeName(now, taken)).toBe('2026-11-21 07:05 (3)')
  })

  it('refuses what the format has no room for, what is nothing, and what is taken by another', () => {
    expect(nameFault('  ', list)).toBe('empty')
    expect(nameFault('ü'.repeat(512), list)).toBe('too-long')
    expect(nameFault('ü'.repeat(511), list)).toBeUndefined()
    expect(nameFault('monday', list)).toBe('taken')
    expect(nameFault('monday', list, list[0])).toBeUndefined()
  })
})

describe('the tree of snapshots', () => {
  const placesOf = (...nodes: readonly (readonly [string, string?])[]) =>
    Object.fromEntries(
      layoutTree(nodes.map(([id, parentId]) => ({ id, parentId }))).map(({ node, x, depth }) => [
        node.id,
        [x, depth],
      ]),
    )

  it('puts a line of them below each other', () => {
    expect(placesOf(['a'], ['b', 'a'], ['c', 'b'])).toEqual({ a: [0, 0], b: [0, 1], c: [0, 2] })
  })

  it('centres a parent above what went on from it', () => {
    expect(placesOf(['a'], ['b', 'a'], ['c', 'a'])).toEqual({ a: [0.5, 0], b: [0, 1], c: [1, 1] })
  })

  it('lets a long branch pass below a short one', () => {
    const places = placesOf(['a'], ['b', 'a'], ['c', 'a'], ['d', 'b'], ['e', 'd'], ['f', 'd'])
    expect(places).toEqual({
      a: [1, 0],
      b: [0.5, 1],
      c: [1.5, 1],
      d: [0.5, 2],
      e: [0, 3],
      f: [1, 3],
    })
  })

  it('draws what a damaged record says goes on from itself as if it stood alone', () => {
    const places = placesOf(['a', 'b'], ['b', 'a'], ['c', 'gone'])
    expect(Object.values(places).map(([, depth]) => depth)).toEqual([0, 0, 0])
  })

  it('never draws two in one place, and no child above its parent', () => {
    const forests = array(nat({ max: 30 }), { minLength: 1, maxLength: 40 })
    assert(
      property(forests, (parents) => {
        const nodes = parents.map((parent, index) => ({
          id: String(index),
          parentId: index === 0 ? undefined : String(parent % index),
        }))
        const placed = layoutTree(nodes)
        const rows = Map.groupBy(placed, ({ depth }) => depth)
        for (const row of rows.values()) {
          const xs = row.map(({ x }) => x).toSorted((one, other) => one - other)
          const gaps = xs.slice(1).map((x, index) => x - (xs[index] ?? 0))
          expect(Math.min(1, ...gaps)).toBeCloseTo(1, 6)
        }
        const depths = new Map(placed.map(({ node, depth }) => [node.id, depth]))
        for (const { parent, depth } of placed) {
          expect(depth).toBe(parent === undefined ? 0 : (depths.get(parent.id) ?? 0) + 1)
        }
        expect(Math.min(...placed.map(({ x }) => x))).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})
