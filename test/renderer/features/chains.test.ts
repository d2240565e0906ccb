import { describe, expect, it } from 'vitest'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { chainFamilies, type ChainNode } from '../../../renderer/features/chain/chain-families.ts'
import { layOutChains, moveInChains } from '../../../renderer/features/chain/chain-layout.ts'
import {
  canvasOf,
  chainSizes,
  edgesOf,
  topOf,
  visibleNodes,
} from '../../../renderer/features/chain/chain-view.ts'
import { familyOf } from '../../../renderer/features/chain/family-of.ts'
import { findFamilies } from '../../../renderer/features/chain/find-families.ts'
import { libraryRow } from '../library-rows.ts'

const sizes = chainSizes.wide

const byId = (...rows: readonly LibraryRow[]): ReadonlyMap<number, LibraryRow> =>
  new Map(rows.map((row) => [row.id, row]))

const on = (id: number, parent: number, more: Partial<LibraryRow> = {}): LibraryRow =>
  libraryRow({
    id,
    parentId: parent,
    backing: { name: `image-${parent}.qcow2`, state: 'present', target: `/vm/${parent}` },
    ...more,
  })

const shape = (node: ChainNode): unknown =>
  node.children.length === 0 ? node.name : { [node.name]: node.children.map(shape) }

describe('the families of a library', () => {
  it('are trees from the base to its newest overlay; images that stand alone are not in them', () => {
    const families = chainFamilies(
      byId(
        libraryRow({ id: 9 }),
        on(3, 1),
        on(10, 3),
        on(2, 1, { name: 'image-20.qcow2' }),
        libraryRow({ id: 1, childCount: 2 }),
      ),
    )
    expect(families.roots.map(shape)).toEqual([
      { 'image-1.qcow2': [{ 'image-3.qcow2': ['image-10.qcow2'] }, 'image-20.qcow2'] },
    ])
    expect(families).toMatchObject({ images: 4, broken: 0 })
  })

  it('begin with a loose end where a name leads to no image of the library', () => {
    const named = (id: number, name: string, state: 'missing' | 'outside' | 'not-a-path') =>
      libraryRow({ id, backing: { name, state, ...(state !== 'not-a-path' && { target: name }) } })
    const { roots, broken } = chainFamilies(
      byId(
        named(1, '/vm/gone.qcow2', 'missing'),
        named(2, '/vm/gone.qcow2', 'missing'),
        named(3, '/etc/shadow', 'outside'),
        { ...named(4, '/srv/base.qcow2', 'outside'), linksTrusted: true },
        named(5, 'nbd://host', 'not-a-path'),
      ),
    )
    expect(roots.map((root) => [root.name, root.kind === 'loose' && root.state])).toEqual([
      ['base.qcow2', 'outside'],
      ['gone.qcow2', 'missing'],
      ['host', 'no-file'],
      ['shadow', 'untrusted'],
    ])
    expect(broken).toBe(2)
  })

  it('that go round in circles are shown once and said to be broken', () => {
    const { roots, images } = chainFamilies(byId(on(1, 2), on(2, 1), on(3, 3)))
    expect(images).toBe(3)
    expect(roots.map((root) => root.kind === 'image' && root.inLoop)).toEqual([true, true])
  })

  it('of ten thousand overlays, wide or deep, are placed, and few of them drawn', () => {
    const wide = byId(
      libraryRow({ id: 1, childCount: 9999 }),
      ...Array.from({ length: 9999 }, (_, index) => on(index + 2, 1)),
    )
    const deep = byId(
      libraryRow({ id: 1, childCount: 1 }),
      ...Array.from({ length: 9999 }, (_, index) => on(index + 2, index + 1)),
    )
    const [broad, long] = [wide, deep].map((rows) => layOutChains(chainFamilies(rows).roots))
    expect(broad).toMatchObject({ rows: 9999, columns: 2 })
    expect(long).toMatchObject({ rows: 1, columns: 64 })
    expect(broad === undefined ? 0 : visibleNodes(broad, sizes, 100_000, 600).length).toBeLessThan(
      40,
    )
  })

  it('are found by a member, and whole', () => {
    const { roots } = chainFamilies(
      byId(
        libraryRow({ id: 1, childCount: 1 }),
        on(2, 1, { path: '/vm/deep/Web.qcow2' }),
        libraryRow({ id: 3, childCount: 1, missingSince: 1 }),
        on(4, 3),
      ),
    )
    const found = (text: string, onlyBroken = false) =>
      findFamilies(roots, { text, onlyBroken }).map(({ name }) => name)
    expect(found('deep/web')).toEqual(['image-1.qcow2'])
    expect(found('', true)).toEqual(['image-3.qcow2'])
    expect(found('web', true)).toEqual([])
  })

  it('of one image are all it builds on and all that builds on it', () => {
    const rows = byId(
      libraryRow({ id: 1, childCount: 2 }),
      on(2, 1, { childCount: 2 }),
      on(3, 1),
      on(4, 2),
      on(5, 2),
    )
    expect(new Set(familyOf(rows, 2).keys())).toEqual(new Set([1, 2, 4, 5]))
    expect(new Set(familyOf(rows, 3).keys())).toEqual(new Set([1, 3]))
  })
})

describe('the keyboard in the graph', () => {
  // a ─ b ─ c      rows: 0
  //     └ d               1
  // e ─ f                 2
  const layout = layOutChains(
    chainFamilies(
      byId(
        libraryRow({ id: 1, name: 'a', childCount: 2 }),
        on(2, 1, { name: 'b' }),
        on(3, 2, { name: 'c' }),
        on(4, 1, { name: 'd' }),
        libraryRow({ id: 5, name: 'e', childCount: 1 }),
        on(6, 5, { name: 'f' }),
      ),
    ).roots,
  )
  const names = layout.nodes.map(({ node }) => node.name)
  const after = (name: string, move: Parameters<typeof moveInChains>[2]): string | undefined => {
    const target = moveInChains(layout, names.indexOf(name), move)
    return target === undefined ? undefined : names[target]
  }

  it('places a child beside its parent and the others below', () => {
    expect(layout.nodes.map(({ node, column, row }) => [node.name, column, row])).toEqual([
      ['a', 0, 0],
      ['b', 1, 0],
      ['c', 2, 0],
      ['d', 1, 1],
      ['e', 0, 2],
      ['f', 1, 2],
    ])
  })

  it('goes to parents and children, and up and down within a layer', () => {
    expect(after('a', 'child')).toBe('b')
    expect(after('d', 'parent')).toBe('a')
    expect(after('b', 'down')).toBe('d')
    expect(after('d', 'down')).toBe('f')
    expect(after('e', 'up')).toBe('a')
    expect(after('c', 'down')).toBe('d')
    expect(after('a', 'up')).toBeUndefined()
    expect(after('c', 'child')).toBeUndefined()
    expect(after('c', 'last')).toBe('f')
    expect(after('c', 'first')).toBe('a')
  })

  it('draws a line to each child, and those that pass by a view in the middle', () => {
    expect(edgesOf(layout, sizes, layout.nodes).map(({ parent }) => parent.name)).toEqual(
      expect.arrayContaining(['a', 'b', 'a', 'e']),
    )
    const middle = layout.nodes.filter(({ row }) => row === 1)
    expect(edgesOf(layout, sizes, middle).map(({ key }) => key)).toEqual([
      'image:4',
      'trunk:image:1',
    ])
    expect(canvasOf(layout, sizes).height).toBeGreaterThan(topOf(2, sizes))
  })
})
