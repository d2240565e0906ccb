/** Where nodes and lines of the graph are drawn, in pixels, and which of them are in view. */
import type { ChainNode } from './chain-families.ts'
import type { ChainLayout, PlacedNode } from './chain-layout.ts'

const nodeWidth = 212
const nodeHeight = 42
const columnStep = nodeWidth + 44
const rowStep = nodeHeight + 12
const margin = 16
/** Rows drawn above and below what is in view, so that a quick scroll shows no gap. */
const overscan = 6

export const sizes = {
  nodeWidth,
  nodeHeight,
  margin,
  left: (column: number): number => margin + column * columnStep,
  top: (row: number): number => margin + row * rowStep,
  widthOf: ({ columns }: ChainLayout): number =>
    2 * margin + Math.max(0, columns * columnStep - (columnStep - nodeWidth)),
  heightOf: ({ rows }: ChainLayout): number =>
    2 * margin + Math.max(0, rows * rowStep - (rowStep - nodeHeight)),
}

/** Nodes whose rows are in view; rows never fall in reading order, so the first is found by halving. */
export function visibleNodes(
  { nodes }: ChainLayout,
  top: number,
  height: number,
): readonly PlacedNode[] {
  const first = Math.floor((top - margin) / rowStep) - overscan
  const last = Math.ceil((top + height - margin) / rowStep) + overscan
  let start = 0
  let end = nodes.length
  while (start < end) {
    const middle = (start + end) >> 1
    if ((nodes[middle]?.row ?? 0) < first) start = middle + 1
    else end = middle
  }
  const shown: PlacedNode[] = []
  for (let index = start; index < nodes.length; index++) {
    const node = nodes[index]
    if (node === undefined || node.row > last) break
    shown.push(node)
  }
  return shown
}

export interface Edge {
  readonly key: string
  /** Of an SVG path. */
  readonly path: string
  readonly parent: ChainNode
}

/** Lines to the nodes in view, and those that pass by: of ancestors with more children below. */
export function edgesOf(layout: ChainLayout, shown: readonly PlacedNode[]): readonly Edge[] {
  const edges: Edge[] = []
  for (const placed of shown) {
    const parent = placed.parent === undefined ? undefined : layout.nodes[placed.parent]
    if (parent === undefined) continue
    edges.push({ key: placed.node.key, path: lineBetween(parent, placed), parent: parent.node })
  }
  for (
    let above = shown[0]?.parent === undefined ? undefined : layout.nodes[shown[0].parent];
    above !== undefined;
    above = above.parent === undefined ? undefined : layout.nodes[above.parent]
  ) {
    const x = trunkOf(above)
    const path = `M${x} ${middleOf(above.row)}V${middleOf(above.lastChildRow)}`
    edges.push({ key: `trunk ${above.node.key}`, path, parent: above.node })
  }
  return edges
}

/** Straight on to the first child; down the trunk and across to the others. */
function lineBetween(parent: PlacedNode, child: PlacedNode): string {
  const from = sizes.left(parent.column) + nodeWidth
  const to = sizes.left(child.column)
  if (parent.row === child.row) return `M${from} ${middleOf(parent.row)}H${to}`
  const x = trunkOf(parent)
  return `M${x} ${middleOf(parent.row)}V${middleOf(child.row)}H${to}`
}

const trunkOf = ({ column }: PlacedNode): number =>
  sizes.left(column) + nodeWidth + (columnStep - nodeWidth) / 2

const middleOf = (row: number): number => sizes.top(row) + nodeHeight / 2
