/** Where nodes and lines of the graph are drawn, in pixels, and which of them are in view. */
import type { ChainNode } from './chain-families.ts'
import type { ChainLayout, PlacedNode } from './chain-layout.ts'

export interface ChainSizes {
  readonly nodeWidth: number
  readonly nodeHeight: number
  /** Between two layers, and between two rows. */
  readonly columnGap: number
  readonly rowGap: number
  readonly margin: number
}

export const chainSizes: Readonly<Record<'wide' | 'narrow', ChainSizes>> = {
  wide: { nodeWidth: 212, nodeHeight: 42, columnGap: 44, rowGap: 12, margin: 16 },
  narrow: { nodeWidth: 148, nodeHeight: 42, columnGap: 24, rowGap: 8, margin: 12 },
}

/** Rows drawn above and below what is in view, so that a quick scroll shows no gap. */
const overscan = 6

export const leftOf = (column: number, { margin, nodeWidth, columnGap }: ChainSizes): number =>
  margin + column * (nodeWidth + columnGap)

export const topOf = (row: number, { margin, nodeHeight, rowGap }: ChainSizes): number =>
  margin + row * (nodeHeight + rowGap)

/** How large everything together is. */
export const canvasOf = (
  { columns, rows }: ChainLayout,
  sizes: ChainSizes,
): { readonly width: number; readonly height: number } => ({
  width: leftOf(columns, sizes) - sizes.columnGap + sizes.margin,
  height: topOf(rows, sizes) - sizes.rowGap + sizes.margin,
})

/** Nodes whose rows are in view; rows never fall in reading order, so the first is found by halving. */
export function visibleNodes(
  { nodes }: ChainLayout,
  { margin, nodeHeight, rowGap }: ChainSizes,
  top: number,
  height: number,
): readonly PlacedNode[] {
  const rowStep = nodeHeight + rowGap
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
export function edgesOf(
  layout: ChainLayout,
  sizes: ChainSizes,
  shown: readonly PlacedNode[],
): readonly Edge[] {
  const edges: Edge[] = []
  for (const placed of shown) {
    const parent = placed.parent === undefined ? undefined : layout.nodes[placed.parent]
    if (parent === undefined) continue
    edges.push({
      key: placed.node.key,
      path: lineBetween(parent, placed, sizes),
      parent: parent.node,
    })
  }
  for (
    let above = shown[0]?.parent === undefined ? undefined : layout.nodes[shown[0].parent];
    above !== undefined;
    above = above.parent === undefined ? undefined : layout.nodes[above.parent]
  ) {
    const x = trunkOf(above, sizes)
    const path = `M${x} ${middleOf(above.row, sizes)}V${middleOf(above.lastChildRow, sizes)}`
    edges.push({ key: `trunk:${above.node.key}`, path, parent: above.node })
  }
  return edges
}

/** Straight on to the first child; down the trunk and across to the others. */
function lineBetween(parent: PlacedNode, child: PlacedNode, sizes: ChainSizes): string {
  const from = leftOf(parent.column, sizes) + sizes.nodeWidth
  const to = leftOf(child.column, sizes)
  const y = middleOf(parent.row, sizes)
  if (parent.row === child.row) return `M${from} ${y}H${to}`
  return `M${trunkOf(parent, sizes)} ${y}V${middleOf(child.row, sizes)}H${to}`
}

const trunkOf = ({ column }: PlacedNode, sizes: ChainSizes): number =>
  leftOf(column, sizes) + sizes.nodeWidth + sizes.columnGap / 2

const middleOf = (row: number, sizes: ChainSizes): number =>
  topOf(row, sizes) + sizes.nodeHeight / 2
