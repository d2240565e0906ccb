import { unreachable } from '../../unreachable.ts'
import type { ChainNode } from './chain-families.ts'

/** A node in its place: columns from left to right are layers, rows hold one node that nothing builds on each. */
export interface PlacedNode {
  readonly node: ChainNode
  /** Index in reading order: a parent, then its children one after the other, each with its own. */
  readonly index: number
  readonly column: number
  /** A parent stands in the row of its first child. */
  readonly row: number
  readonly parent: number | undefined
  /** Place among its siblings from 1 on, and how many they are: for screen readers. */
  readonly position: number
  readonly siblings: number
  readonly firstChild: number | undefined
  /** Row of the last child, where the line down from a parent ends. */
  readonly lastChildRow: number
}

export interface ChainLayout {
  readonly nodes: readonly PlacedNode[]
  readonly columns: number
  readonly rows: number
}

/** Deeper layers stand in this column all the same; no tool makes such a chain on purpose. */
const mostColumns = 64

/** Places forests of any size and depth; time in proportion to the number of nodes. */
export function layOutChains(roots: readonly ChainNode[]): ChainLayout {
  const nodes: Mutable[] = []
  let row = 0
  let columns = 0
  interface Ahead {
    readonly node: ChainNode
    readonly parent: number | undefined
    readonly column: number
    readonly position: number
    readonly siblings: number
  }
  const ahead: Ahead[] = []
  const push = (list: readonly ChainNode[], parent: number | undefined, column: number): void => {
    for (let index = list.length - 1; index >= 0; index--) {
      const node = list[index]
      if (node === undefined) continue
      ahead.push({ node, parent, column, position: index + 1, siblings: list.length })
    }
  }
  push(roots, undefined, 0)
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { node, parent, column, position, siblings } = next
    const above = parent === undefined ? undefined : nodes[parent]
    // The first child goes on in its parent's row; every other node begins a row of its own.
    if (nodes.length > 0 && position > 1) row += 1
    const index = nodes.length
    nodes.push({
      node,
      index,
      column: Math.min(column, mostColumns - 1),
      row,
      parent,
      position,
      siblings,
      firstChild: undefined,
      lastChildRow: row,
    })
    if (above !== undefined) {
      above.firstChild ??= index
      above.lastChildRow = row
    }
    columns = Math.max(columns, Math.min(column, mostColumns - 1) + 1)
    push(node.children, index, column + 1)
  }
  return { nodes, columns, rows: nodes.length === 0 ? 0 : row + 1 }
}

type Mutable = { -readonly [Key in keyof PlacedNode]: PlacedNode[Key] }

export type ChainMove = 'up' | 'down' | 'parent' | 'child' | 'first' | 'last'

/** Where a key leads from a node; undefined: nowhere. Up and down stay in the column while they can. */
export function moveInChains(
  { nodes }: ChainLayout,
  from: number,
  move: ChainMove,
): number | undefined {
  const here = nodes[from]
  if (here === undefined) return nodes.length > 0 ? 0 : undefined
  switch (move) {
    case 'parent':
      return here.parent
    case 'child':
      return here.firstChild
    case 'first':
      return 0
    case 'last':
      return nodes.length - 1
    case 'up':
    case 'down':
      return nearest(nodes, here, move === 'down' ? 1 : -1)
    default:
      return unreachable(move)
  }
}

/** The next node of the same column; where there is none any more, the next one in reading order. */
function nearest(nodes: readonly PlacedNode[], here: PlacedNode, step: 1 | -1): number | undefined {
  for (let index = here.index + step; index >= 0 && index < nodes.length; index += step) {
    if (nodes[index]?.column === here.column) return index
  }
  const next = here.index + step
  return next >= 0 && next < nodes.length ? next : undefined
}
